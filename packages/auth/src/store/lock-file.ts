/**
 * One process at a time, by a file that names its holder. A holder that has died is recognised by its process
 * id, where that can be looked up, and else by age.
 */
import { randomUUID } from "node:crypto"
import { readlinkSync } from "node:fs"
import { rm, stat } from "node:fs/promises"
import { hostname } from "node:os"
import { Clock, Effect, Schedule, type Scope } from "effect"
import { AuthError } from "../auth-error.ts"
import { createFile, errorCode, readIfThere } from "./durable-file.ts"

interface Holder {
  /** Where the process id means something. */
  readonly host: string
  readonly process: number
  readonly id: string
}

/** Longer than any refresh takes with all its tries. */
const abandonedMillis = 180_000
const patience = "2 minutes"

const isAlive = (process_: number): boolean => {
  try {
    process.kill(process_, 0)
    return true
  } catch (error) {
    return errorCode(error) === "EPERM"
  }
}

/** Containers may share a host name but not their process ids. */
const here = (): string => {
  try {
    return `${hostname()} ${readlinkSync("/proc/self/ns/pid")}`
  } catch {
    return hostname()
  }
}

const parse = (text: string): Holder | null => {
  try {
    return JSON.parse(text) as Holder
  } catch {
    return null
  }
}

const isAbandoned = async (file: string, now: number): Promise<boolean> => {
  const text = await readIfThere(file)
  if (text === null) return false
  const holder = parse(text)
  if (holder !== null && holder.host === here() && !isAlive(holder.process)) return true
  // Also a process id may have passed to another process, and a holder may hang.
  const written = await stat(file).catch(() => null)
  return written !== null && now - written.mtimeMs > abandonedMillis
}

/**
 * Removes the lock of a dead holder. Of several who notice, one at a time looks again and removes, so that
 * nobody removes the lock that another has taken meanwhile.
 */
const breakAbandoned = async (file: string, own: string, now: number): Promise<void> => {
  if (!(await isAbandoned(file, now))) return
  const guard = `${file}.breaking`
  if (!(await createFile(guard, own))) {
    if (await isAbandoned(guard, now)) await rm(guard, { force: true })
    return
  }
  try {
    if (await isAbandoned(file, now)) await rm(file, { force: true })
  } finally {
    await rm(guard, { force: true })
  }
}

const waiting = Schedule.exponential("20 millis", 1.5).pipe(
  (backOff) => Schedule.min([backOff, Schedule.spaced("400 millis")]),
  Schedule.jittered,
  Schedule.upTo({ duration: patience })
)

/** Holds the lock until the scope closes; `name` is what messages call what it protects. */
export const holdLock = (file: string, name: string): Effect.Effect<void, AuthError, Scope.Scope> => {
  const own = JSON.stringify({ host: here(), process: process.pid, id: randomUUID() } satisfies Holder)
  const busy = AuthError.because("AUTH_STORE_LOCKED", { connection: name, detail: patience })
  const take = Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Effect.tryPromise({
      try: async () => {
        if (await createFile(file, own)) return true
        await breakAbandoned(file, own, now)
        return false
      },
      catch: (error) => AuthError.because("AUTH_STORE_WRITE", { file, detail: errorCode(error) })
    })
  ).pipe(Effect.flatMap((taken) => (taken ? Effect.void : Effect.fail(busy))))

  const giveBack = Effect.promise(async () => {
    if ((await readIfThere(file)) === own) await rm(file, { force: true })
  })
  return Effect.acquireRelease(
    take.pipe(Effect.retry({ schedule: waiting, while: (error) => error.code === "AUTH_STORE_LOCKED" })),
    () => giveBack,
    { interruptible: true }
  )
}
