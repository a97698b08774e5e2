/**
 * One run at a time per checkpoint, and a clear word about who is at it. This is politeness: what keeps two
 * writers apart is the version that the destination compares and sets in each commit.
 */
import { open, readFile, rename, rm, stat } from "node:fs/promises"
import { dirname } from "node:path"
import { Clock, Duration, Effect, Option, Result, Schema, type Scope } from "effect"
import { makeFolder } from "../files.ts"
import { RunnerError } from "../runner-error.ts"
import { mayBeAlive, ProcessIdentity, thisProcess } from "./process-identity.ts"

const LockHolder = Schema.Struct({
  ...ProcessIdentity.fields,
  runId: Schema.String,
  since: Schema.String
})
type LockHolder = typeof LockHolder.Type

const LockText = Schema.fromJsonString(LockHolder)
const decodeLock = Schema.decodeUnknownResult(LockText)

/** A lock without readable content is being written at this moment, or was left by a full disk. */
const unreadableForMillis = 10_000
const pollEvery = Duration.millis(250)

interface Attempt {
  readonly holder: LockHolder | "unreadable" | null
}

const isCode = (cause: unknown, code: string): boolean =>
  cause instanceof Error && "code" in cause && cause.code === code

const tryCreate = async (path: string, text: string): Promise<boolean> => {
  try {
    const handle = await open(path, "wx", 0o644)
    try {
      await handle.writeFile(text)
    } finally {
      await handle.close()
    }
    return true
  } catch (cause) {
    if (isCode(cause, "EEXIST")) return false
    throw cause
  }
}

const readHolder = async (path: string): Promise<LockHolder | "unreadable" | null> => {
  try {
    const decoded = decodeLock(await readFile(path, "utf8"))
    if (Result.isSuccess(decoded)) return decoded.success
    const age = Date.now() - (await stat(path)).mtimeMs
    return age > unreadableForMillis ? null : "unreadable"
  } catch (cause) {
    if (isCode(cause, "ENOENT")) return null
    throw cause
  }
}

const isLive = (holder: LockHolder | "unreadable" | null): boolean =>
  holder === "unreadable" || (holder !== null && mayBeAlive(holder))

/** Moves a dead holder's lock aside; puts it back if another process took it over in between. */
const removeStale = async (path: string): Promise<void> => {
  const aside = `${path}.${process.pid}.stale`
  try {
    await rename(path, aside)
    if (isLive(await readHolder(aside))) await rename(aside, path)
    else await rm(aside, { force: true })
  } catch (cause) {
    if (!isCode(cause, "ENOENT")) throw cause
  }
}

const attempt = async (path: string, text: string): Promise<Attempt> => {
  for (let tries = 0; tries < 3; tries++) {
    if (await tryCreate(path, text)) return { holder: null }
    const holder = await readHolder(path)
    if (isLive(holder)) return { holder }
    await removeStale(path)
  }
  return { holder: "unreadable" }
}

const describe = (holder: LockHolder | "unreadable"): string =>
  holder === "unreadable"
    ? "a process that is starting"
    : `process ${holder.pid} of ${holder.user} on ${holder.host}, since ${holder.since}`

const locked = (path: string, holder: LockHolder | "unreadable"): RunnerError =>
  new RunnerError({
    code: "RUN_LOCKED",
    message: `Another run is at it: ${describe(holder)}.`,
    fix: `Wait for it, or let this one wait: \`--wait 10m\`. If that process is gone, delete ${path}.`
  })

/** Who holds the lock now; null when nobody does. Takes nothing. */
export const lockHolder = (path: string): Effect.Effect<RunnerError | null, RunnerError> =>
  Effect.tryPromise({
    try: () => readHolder(path),
    catch: (cause) => RunnerError.file("read the lock", path, cause)
  }).pipe(Effect.map((holder) => (holder !== null && isLive(holder) ? locked(path, holder) : null)))

const release = (path: string, runId: string): Effect.Effect<void> =>
  Effect.promise(async () => {
    const holder = await readHolder(path).catch(() => null)
    if (holder !== null && holder !== "unreadable" && holder.runId === runId) await rm(path, { force: true })
  })

export interface LockRequest {
  readonly path: string
  readonly runId: string
  readonly wait: Option.Option<Duration.Duration>
  readonly notice: (text: string) => Effect.Effect<void>
}

const acquire = Effect.fnUntraced(function* (of: LockRequest) {
  yield* makeFolder(dirname(of.path))
  const begun = yield* Clock.currentTimeMillis
  const holder: LockHolder = {
    ...thisProcess(),
    runId: of.runId,
    since: new Date(begun).toISOString()
  }
  const deadline = begun + Option.match(of.wait, { onNone: () => 0, onSome: Duration.toMillis })
  let told = false
  while (true) {
    const { holder: other } = yield* Effect.tryPromise({
      try: () => attempt(of.path, `${JSON.stringify(holder)}\n`),
      catch: (cause) => RunnerError.file("write the lock", of.path, cause)
    })
    if (other === null) return
    if ((yield* Clock.currentTimeMillis) >= deadline) return yield* locked(of.path, other)
    if (!told) yield* of.notice(`Waiting for another run: ${describe(other)}.`)
    told = true
    yield* Effect.sleep(pollEvery)
  }
})

/** Holds the lock until the scope closes; fails with `RUN_LOCKED` when `wait` is over. */
export const holdLock = (of: LockRequest): Effect.Effect<void, RunnerError, Scope.Scope> =>
  Effect.acquireRelease(acquire(of), () => release(of.path, of.runId), { interruptible: true })
