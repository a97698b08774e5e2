/** Bulk API 2.0: its routes, and the jobs behind them. */
import { Layer } from "effect"
import { QueryJobs } from "./query-jobs.ts"
import { bulkQueryRoutes } from "./query-routes.ts"

export const bulkRoutes = Layer.mergeAll(bulkQueryRoutes)

export const bulk = Layer.mergeAll(QueryJobs.layer)
