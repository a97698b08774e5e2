/**
 * Ingest jobs over time: Open until the content is there, UploadComplete, InProgress while records are written, then
 * JobComplete (also when records were refused), Failed or Aborted.
 * https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/bulk_api_2_0_ingest.htm
 */
import { createWriteStream } from "node:fs"
import { mkdir, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { type Readable, Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import { Cause, Context, Effect, Fiber, Layer, Semaphore } from "effect"
import { Switches } from "../control/switches.ts"
import { makeId } from "../org/id.ts"
import { Org } from "../org/org.ts"
import { RecordWrites } from "../records/writes.ts"
import { badRequest, notFound, SalesforceError } from "../server/salesforce-error.ts"
import type { IngestJob } from "./ingest-job.ts"
import type { IngestRequest } from "./ingest-request.ts"
import type { ResultFile } from "./ingest-results.ts"
import { runIngest } from "./ingest-run.ts"

const KEPT_MS = 7 * 86_400_000
const AT_ONCE = 3
const MAX_BYTES = 150 * 1024 * 1024
/** Query jobs count from 1; these start far away, so that no two jobs share an id. */
const FIRST_ID = 1_000_000_000

export class IngestJobs extends Context.Service<
  IngestJobs,
  {
    readonly create: (request: IngestRequest, version: string, userId: string) => Effect.Effect<IngestJob>
    readonly get: (id: string) => Effect.Effect<IngestJob, SalesforceError>
    readonly list: () => ReadonlyArray<IngestJob>
    readonly upload: (id: string, content: Readable) => Effect.Effect<void, SalesforceError>
    /** The content is whole: the work begins. */
    readonly close: (id: string) => Effect.Effect<IngestJob, SalesforceError>
    readonly abort: (id: string) => Effect.Effect<IngestJob, SalesforceError>
    readonly remove: (id: string) => Effect.Effect<void, SalesforceError>
    /** The path of a result file, or undefined when there is none yet. */
    readonly results: (id: string, file: ResultFile) => Effect.Effect<string | undefined, SalesforceError>
    readonly reset: Effect.Effect<void>
  }
>()("salesforce-emulator/bulk/IngestJobs") {
  static readonly layer = Layer.effect(
    IngestJobs,
    Effect.suspend(() => make)
  )
}

interface Running {
  job: IngestJob
  uploaded: boolean
  fiber: Fiber.Fiber<void> | undefined
}

const make = Effect.gen(function* () {
  const org = yield* Org
  const writer = yield* RecordWrites
  const { values: switches } = yield* Switches
  const scope = yield* Effect.scope
  const slots = yield* Semaphore.make(AT_ONCE)
  const jobs = new Map<string, Running>()
  let count = FIRST_ID

  const folderOf = (id: string) => join(org.folder, "bulk", id)
  const contentOf = (id: string) => join(folderOf(id), "content.csv")
  const change = (running: Running, changes: Partial<IngestJob>) => {
    running.job = { ...running.job, ...changes, changedAt: org.clock.now() }
    return running.job
  }
  const discard = (id: string) =>
    Effect.promise(() => rm(folderOf(id), { recursive: true, force: true })).pipe(Effect.ignore)

  const find = Effect.fnUntraced(function* (id: string) {
    const running = jobs.get(id.slice(0, 15))
    if (running === undefined) return yield* notFound()
    if (org.clock.now() - running.job.createdAt <= KEPT_MS) return running
    jobs.delete(id.slice(0, 15))
    yield* discard(running.job.id)
    return yield* notFound()
  })

  const requireState = Effect.fnUntraced(function* (
    running: Running,
    states: ReadonlyArray<IngestJob["state"]>,
    doing: string
  ) {
    const { state } = running.job
    if (!states.includes(state)) {
      return yield* badRequest("INVALIDJOBSTATE", `${doing} a job in state ${state} is not allowed`)
    }
  })

  const work = Effect.fnUntraced(function* (running: Running) {
    const { job } = running
    change(running, { state: "InProgress" })
    const started = performance.now()
    const [done] = yield* Effect.all(
      [
        runIngest(org, writer, job, folderOf(job.id), contentOf(job.id), (progress) =>
          change(running, progress)
        ),
        Effect.sleep(switches.bulkRunMs)
      ],
      { concurrency: 2 }
    )
    change(running, { state: "JobComplete", ...done, processingMs: Math.round(performance.now() - started) })
  })

  const run = (running: Running) =>
    Effect.sleep(switches.bulkQueueMs).pipe(
      Effect.andThen(slots.withPermits(1)(work(running))),
      Effect.catchTag("BadContent", ({ message }) =>
        Effect.sync(() => {
          change(running, { state: "Failed", errorMessage: message })
        })
      ),
      Effect.catchCause((cause) =>
        Cause.hasInterruptsOnly(cause)
          ? Effect.void
          : Effect.andThen(
              Effect.logError(`bulk job ${running.job.id} failed`, cause),
              Effect.sync(() => {
                change(running, { state: "Failed", errorMessage: "InternalServerError : unexpected error" })
              })
            )
      )
    )

  return IngestJobs.of({
    create: Effect.fnUntraced(function* (request, version, userId) {
      count += 1
      const now = org.clock.now()
      const job: IngestJob = {
        ...request,
        id: makeId("750", count),
        createdById: userId,
        createdAt: now,
        changedAt: now,
        state: "Open",
        version,
        processed: 0,
        failed: 0,
        processingMs: 0,
        errorMessage: undefined
      }
      yield* Effect.promise(() => mkdir(folderOf(job.id), { recursive: true, mode: 0o700 }))
      jobs.set(job.id.slice(0, 15), { job, uploaded: false, fiber: undefined })
      return job
    }),
    get: (id) => Effect.map(find(id), ({ job }) => job),
    list: () => [...jobs.values()].map(({ job }) => job).reverse(),
    upload: Effect.fnUntraced(function* (id, content) {
      const running = yield* find(id)
      yield* requireState(running, ["Open"], "Uploading to")
      if (running.uploaded) {
        return yield* badRequest(
          "INVALIDJOBSTATE",
          `Job ${running.job.id} has its content already: a job takes one upload; close, abort or delete it`
        )
      }
      running.uploaded = true
      const isWhole = yield* Effect.promise(() => save(content, contentOf(running.job.id)))
      if (isWhole) return
      running.uploaded = false
      return yield* new SalesforceError({
        status: 413,
        errorCode: "EXCEEDED_SIZE",
        message: `The content of a job may have ${MAX_BYTES} bytes`
      })
    }),
    close: Effect.fnUntraced(function* (id) {
      const running = yield* find(id)
      yield* requireState(running, ["Open"], "Closing")
      if (!running.uploaded) return yield* badRequest("INVALIDJOBSTATE", "The job has no content yet")
      change(running, { state: "UploadComplete" })
      running.fiber = yield* Effect.forkIn(run(running), scope)
      return running.job
    }),
    abort: Effect.fnUntraced(function* (id) {
      const running = yield* find(id)
      yield* requireState(running, ["Open", "UploadComplete", "InProgress"], "Aborting")
      if (running.fiber !== undefined) yield* Fiber.interrupt(running.fiber)
      return change(running, { state: "Aborted" })
    }),
    remove: Effect.fnUntraced(function* (id) {
      const running = yield* find(id)
      yield* requireState(running, ["UploadComplete", "JobComplete", "Aborted", "Failed"], "Deleting")
      if (running.fiber !== undefined) yield* Fiber.interrupt(running.fiber)
      jobs.delete(running.job.id.slice(0, 15))
      yield* discard(running.job.id)
    }),
    results: Effect.fnUntraced(function* (id, file) {
      const { job } = yield* find(id)
      yield* requireState(
        { job, uploaded: true, fiber: undefined },
        ["JobComplete", "Failed", "Aborted"],
        "Reading results of"
      )
      const path = join(folderOf(job.id), `${file}.csv`)
      const exists = yield* Effect.promise(() =>
        stat(path).then(
          () => true,
          () => false
        )
      )
      return exists ? path : undefined
    }),
    reset: Effect.gen(function* () {
      for (const running of jobs.values()) {
        if (running.fiber !== undefined) yield* Fiber.interrupt(running.fiber)
        yield* discard(running.job.id)
      }
      jobs.clear()
    })
  })
})

/** Writes the content to disk; false when it is longer than a job may be. */
async function save(content: Readable, path: string): Promise<boolean> {
  let bytes = 0
  const limit = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length
      done(null, bytes > MAX_BYTES ? undefined : chunk)
    }
  })
  await pipeline(content, limit, createWriteStream(path, { mode: 0o600 }))
  if (bytes <= MAX_BYTES) return true
  await rm(path, { force: true })
  return false
}
