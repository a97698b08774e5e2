/**
 * Query jobs over time: UploadComplete, InProgress while the rows are read, then JobComplete or Failed; a job and its
 * results are kept for seven days of the org's clock.
 * https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/queries.htm
 */
import { Cause, Context, Effect, Fiber, Layer, Semaphore } from "effect"
import { Switches } from "../control/switches.ts"
import { makeId } from "../org/id.ts"
import { Org } from "../org/org.ts"
import { badRequest, notFound, type SalesforceError } from "../server/salesforce-error.ts"
import type { Plan } from "../soql/plan.ts"
import type { QueryJob } from "./job.ts"
import { planBulk, type QueryRequest } from "./query-request.ts"
import { makeResultCache } from "./result-cache.ts"
import { buildResultSet, resultRecipe } from "./result-set.ts"

const KEPT_MS = 7 * 86_400_000
/** Jobs that read at the same time; the rest wait in UploadComplete. */
const AT_ONCE = 5
export const DAILY_JOBS = 10_000
const DAY_MS = 86_400_000

export class QueryJobs extends Context.Service<
  QueryJobs,
  {
    readonly create: (
      request: QueryRequest,
      version: string,
      userId: string
    ) => Effect.Effect<QueryJob, SalesforceError>
    readonly get: (id: string) => Effect.Effect<QueryJob, SalesforceError>
    readonly list: () => ReadonlyArray<QueryJob>
    readonly abort: (id: string) => Effect.Effect<QueryJob, SalesforceError>
    readonly remove: (id: string) => Effect.Effect<void, SalesforceError>
    /** Jobs created in the last 24 hours. */
    readonly usedToday: () => number
    readonly reset: Effect.Effect<void>
  }
>()("salesforce-emulator/bulk/QueryJobs") {
  static readonly layer = Layer.effect(
    QueryJobs,
    Effect.suspend(() => make)
  )
}

interface Running {
  job: QueryJob
  /** Gives the result files back. */
  release: Effect.Effect<void>
  fiber: Fiber.Fiber<void> | undefined
}

const make = Effect.gen(function* () {
  const org = yield* Org
  const { values: switches } = yield* Switches
  const scope = yield* Effect.scope
  const slots = yield* Semaphore.make(AT_ONCE)
  const jobs = new Map<string, Running>()
  const starts: Array<number> = []
  let count = 0

  const results = makeResultCache(org)
  const change = (id: string, changes: Partial<QueryJob>) => {
    const running = jobs.get(id)
    if (running !== undefined) running.job = { ...running.job, ...changes, changedAt: org.clock.now() }
  }
  const discard = (running: Running) =>
    Effect.suspend(() => {
      const { release } = running
      running.release = Effect.void
      return release
    })
  /** The job gives the files back when it goes; at once if it has gone already. */
  const keep = (key: string, release: Effect.Effect<void>) =>
    Effect.suspend(() => {
      const running = jobs.get(key)
      if (running === undefined) return release
      running.release = release
      return Effect.void
    })
  const usedToday = () => {
    const since = org.clock.now() - DAY_MS
    while (starts[0] !== undefined && starts[0] < since) starts.shift()
    return starts.length
  }

  const find = Effect.fnUntraced(function* (id: string) {
    const running = jobs.get(id.slice(0, 15))
    if (running === undefined) return yield* notFound()
    if (org.clock.now() - running.job.createdAt <= KEPT_MS) return running
    jobs.delete(id.slice(0, 15))
    yield* discard(running)
    return yield* notFound()
  })

  const read = Effect.fnUntraced(function* (key: string, job: QueryJob, plan: Plan) {
    change(key, { state: "InProgress" })
    const started = performance.now()
    const recipe = resultRecipe(plan, Number(job.version), job)
    const take = results
      .take(plan, recipe, (folder) => buildResultSet(org, recipe, folder))
      .pipe(Effect.tap((lease) => keep(key, lease.release)))
    const [{ result }] = yield* Effect.all([take, Effect.sleep(switches.bulkRunMs)], { concurrency: 2 })
    change(key, { state: "JobComplete", result, processingMs: Math.round(performance.now() - started) })
  })

  const run = (key: string, job: QueryJob, plan: Plan) =>
    Effect.sleep(switches.bulkQueueMs).pipe(
      Effect.andThen(slots.withPermits(1)(read(key, job, plan))),
      Effect.catchCause((cause) =>
        Cause.hasInterruptsOnly(cause)
          ? Effect.void
          : Effect.andThen(
              Effect.logError(`bulk job ${job.id} failed`, cause),
              Effect.sync(() => {
                change(key, {
                  state: "Failed",
                  errorMessage: `Unexpected exception encountered in query processing. Please contact support with the following id: ${job.id}`
                })
              })
            )
      )
    )

  return QueryJobs.of({
    usedToday,
    create: Effect.fnUntraced(function* (request, version, userId) {
      const plan = yield* planBulk(yield* org.as(userId), request, switches.bulkRefusesOrderBy)
      if (usedToday() >= DAILY_JOBS) {
        const message = `Max bulk v2 query jobs (${DAILY_JOBS}) per 24 hrs has been reached`
        return yield* badRequest("LIMIT_EXCEEDED", message)
      }
      count += 1
      const now = org.clock.now()
      starts.push(now)
      const job: QueryJob = {
        ...request,
        id: makeId("750", count),
        object: plan.object.name,
        createdById: userId,
        createdAt: now,
        changedAt: now,
        state: "UploadComplete",
        version,
        isPkChunkingSupported: plan.orderBy === "" && plan.limit === undefined,
        processingMs: 0,
        errorMessage: undefined,
        result: undefined
      }
      const key = job.id.slice(0, 15)
      const running: Running = { job, release: Effect.void, fiber: undefined }
      jobs.set(key, running)
      running.fiber = yield* Effect.forkIn(run(key, job, plan), scope)
      return job
    }),
    get: (id) => Effect.map(find(id), ({ job }) => job),
    list: () => [...jobs.values()].map(({ job }) => job).reverse(),
    abort: Effect.fnUntraced(function* (id) {
      const running = yield* find(id)
      const { state } = running.job
      if (state !== "UploadComplete" && state !== "InProgress") {
        return yield* badRequest("INVALIDJOBSTATE", `Aborting a job in state ${state} is not allowed`)
      }
      if (running.fiber !== undefined) yield* Fiber.interrupt(running.fiber)
      change(id.slice(0, 15), { state: "Aborted" })
      yield* discard(running)
      return running.job
    }),
    remove: Effect.fnUntraced(function* (id) {
      const running = yield* find(id)
      if (running.job.state === "InProgress") {
        return yield* badRequest("INVALIDJOBSTATE", "Deleting a job in state InProgress is not allowed")
      }
      if (running.fiber !== undefined) yield* Fiber.interrupt(running.fiber)
      jobs.delete(id.slice(0, 15))
      yield* discard(running)
    }),
    reset: Effect.gen(function* () {
      for (const running of jobs.values()) {
        if (running.fiber !== undefined) yield* Fiber.interrupt(running.fiber)
        yield* discard(running)
      }
      jobs.clear()
      yield* results.reset
      starts.length = 0
    })
  })
})
