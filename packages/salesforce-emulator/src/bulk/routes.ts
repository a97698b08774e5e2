/** Bulk API 2.0: its routes, and the jobs behind them. */
import { Effect, Layer } from "effect"
import { IngestJobs } from "./ingest-jobs.ts"
import { bulkIngestRoutes } from "./ingest-routes.ts"
import { jobListRoutes } from "./list-routes.ts"
import { QueryJobs } from "./query-jobs.ts"
import { bulkQueryRoutes } from "./query-routes.ts"

export const bulkRoutes = Layer.mergeAll(bulkQueryRoutes, bulkIngestRoutes, jobListRoutes)

export const bulk = Layer.mergeAll(QueryJobs.layer, IngestJobs.layer)

/** Ends and forgets all jobs. */
export const forgetJobs = Effect.gen(function* () {
  yield* (yield* QueryJobs).reset
  yield* (yield* IngestJobs).reset
})
