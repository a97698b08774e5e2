/**
 * What is remembered of a load, so that after any end it goes on without writing a row twice: a file in
 * `.decant/loads` beside the checkpoint, replaced whole at every step.
 */
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Effect, Result, Schema, type Scope } from "effect"
import { type OrgError, orgError } from "../org-error.ts"

const text = Schema.String
const count = Schema.Int

/**
 * `made` the job is there, nothing was sent · `uploading` what the org has of it is not known · `uploaded` all
 * of it, not yet begun · `closed` Salesforce works on it or has done so.
 */
const Job = Schema.Struct({ id: text, step: Schema.Literals(["made", "uploading", "uploaded", "closed"]) })

const Outcome = Schema.Struct({
  id: Schema.NullOr(text),
  success: Schema.Boolean,
  created: Schema.Boolean,
  error: text
})
export type Outcome = typeof Outcome.Type

const Part = Schema.Struct({
  from: count,
  to: count,
  rows: count,
  job: Schema.NullOr(Job),
  /** Of a call of 200 records: it is on its way, or was when we ended. */
  sent: Schema.Boolean,
  outcomes: Schema.NullOr(Schema.Array(Outcome)),
  ended: Schema.NullOr(
    Schema.Struct({ state: text, processed: count, failed: count, message: Schema.NullOr(text) })
  )
})
export type PartState = typeof Part.Type

export const LoadState = Schema.Struct({
  version: Schema.Literal(1),
  id: text,
  orgId: text,
  userId: text,
  apiVersion: text,
  file: text,
  bytes: count,
  sha256: text,
  lineEnding: Schema.Literals(["LF", "CRLF"]),
  object: text,
  operation: Schema.Literals(["insert", "update", "upsert", "delete"]),
  externalId: Schema.NullOr(text),
  columns: Schema.Array(Schema.Struct({ column: text, field: Schema.NullOr(text) })),
  api: Schema.Literals(["bulk", "collections"]),
  rows: count,
  warnings: Schema.Array(text),
  parts: Schema.Array(Part),
  startedAt: text,
  finishedAt: Schema.NullOr(text)
})
export type LoadState = typeof LoadState.Type

const StateText = Schema.fromJsonString(LoadState)

const fileFailure = (path: string, cause: unknown): OrgError => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason"
  return orgError("WRITE_LOG_FAILED", {
    message: `Cannot keep the state of the load in ${path} (${code}).`,
    fix: "Check the permissions and the free space of that folder; the load can be resumed."
  })
}

const attempt = <A>(path: string, run: () => Promise<A>): Effect.Effect<A, OrgError> =>
  Effect.tryPromise({ try: run, catch: (cause) => fileFailure(path, cause) })

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EPERM"
  }
}

export interface LoadStore {
  readonly save: (state: LoadState) => Effect.Effect<void, OrgError>
  /** By the load's id or by the id of one of its jobs. */
  readonly find: (id: string) => Effect.Effect<LoadState, OrgError>
  /** Newest first. */
  readonly all: Effect.Effect<ReadonlyArray<LoadState>, OrgError>
  /** Held until the scope ends. */
  readonly lock: (id: string) => Effect.Effect<void, OrgError, Scope.Scope>
}

export const openLoadStore = (folder: string): LoadStore => {
  const fileOf = (id: string): string => join(folder, `${id}.json`)

  const save: LoadStore["save"] = (state) => {
    const path = fileOf(state.id)
    return attempt(path, async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const handle = await open(`${path}.tmp`, "w", 0o600)
      try {
        await handle.writeFile(JSON.stringify(state))
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(`${path}.tmp`, path)
    })
  }

  const all = attempt(folder, async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const names = (await readdir(folder)).filter((name) => name.endsWith(".json"))
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")))
    return texts.flatMap((content) => {
      const state = Schema.decodeResult(StateText)(content)
      return Result.isSuccess(state) ? [state.success] : []
    })
  }).pipe(Effect.map((states) => states.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))))

  const find: LoadStore["find"] = (id) =>
    Effect.flatMap(all, (states) => {
      const found = states.find(
        (state) => state.id === id || state.parts.some(({ job }) => job !== null && sameId(job.id, id))
      )
      return found === undefined
        ? Effect.fail(orgError("LOAD_NOT_FOUND", { message: `No load here is or has the job ${id}.` }))
        : Effect.succeed(found)
    })

  const lock: LoadStore["lock"] = (id) => {
    const path = join(folder, `${id}.lock`)
    const busy = (holder: string) =>
      orgError("LOAD_BUSY", {
        message: `Another process (${holder}) is at this load.`,
        fix: `Wait for it. If that process is gone, delete ${path}.`
      })
    /** The living process that holds it; null when it is ours now. */
    const take = attempt(path, async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const own = String(process.pid)
      try {
        await writeFile(path, own, { flag: "wx", mode: 0o600 })
        return null
      } catch (cause) {
        if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) throw cause
      }
      const holder = await readFile(path, "utf8")
      if (holder !== own && isAlive(Number(holder))) return holder
      await writeFile(path, own, { mode: 0o600 })
      return null
    }).pipe(Effect.flatMap((holder) => (holder === null ? Effect.void : Effect.fail(busy(holder)))))
    return Effect.asVoid(
      Effect.acquireRelease(take, () => Effect.ignore(attempt(path, () => rm(path, { force: true }))))
    )
  }

  return { save, find, all, lock }
}

/** Ids of 15 and 18 characters name the same job. */
const sameId = (one: string, other: string): boolean =>
  other.length >= 15 && one.slice(0, 15) === other.slice(0, 15)
