/** Who this process is, and whether another one that once wrote down the same is still there. */
import { readFileSync } from "node:fs"
import { hostname, userInfo } from "node:os"
import { Schema } from "effect"

export const ProcessIdentity = Schema.Struct({
  pid: Schema.Int,
  host: Schema.String,
  user: Schema.String,
  /** When the kernel started it, where the kernel says so: tells a process from a later one with its pid. */
  started: Schema.NullOr(Schema.String)
})
export type ProcessIdentity = typeof ProcessIdentity.Type

const startOf = (pid: number): string | null => {
  try {
    // The command name, field 2, may hold spaces and parentheses; the start time is field 22.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null
  } catch {
    return null
  }
}

const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    // A container may run under a user id that has no name.
    return String(process.getuid?.() ?? "unknown")
  }
}

export const thisProcess = (): ProcessIdentity => ({
  pid: process.pid,
  host: hostname(),
  user: userName(),
  started: startOf(process.pid)
})

/** False only when it is certain: a process of another host counts as alive. */
export const mayBeAlive = (other: ProcessIdentity): boolean => {
  if (other.host !== hostname()) return true
  try {
    process.kill(other.pid, 0)
  } catch (cause) {
    // EPERM: there is one, of another user.
    return cause instanceof Error && "code" in cause && cause.code === "EPERM"
  }
  const started = startOf(other.pid)
  return started === null || other.started === null || started === other.started
}
