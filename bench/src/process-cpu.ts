/** CPU seconds of other processes; null where the system does not tell. */
import { readdirSync, readFileSync } from "node:fs"

const stat = (pid: number | string): ReadonlyArray<string> =>
  readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? []

/** What the process has used so far, user and system. */
export const processCpu = (pid: number): number | null => {
  try {
    const fields = stat(pid)
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return null
  }
}

/** What the process and its children have used so far, those that have ended included. */
export const familyCpu = (pid: number): number | null => {
  try {
    const own = stat(pid)
    const alive = readdirSync("/proc").filter((name) => /^\d+$/.test(name))
    const children = alive.flatMap((name) => {
      try {
        const fields = stat(name)
        return Number(fields[1]) === pid ? [Number(fields[11]) + Number(fields[12])] : []
      } catch {
        return []
      }
    })
    const ended = Number(own[13]) + Number(own[14])
    const ownTicks = Number(own[11]) + Number(own[12])
    return (ownTicks + ended + children.reduce((sum, ticks) => sum + ticks, 0)) / 100
  } catch {
    return null
  }
}
