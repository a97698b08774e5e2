/** All that a server is made of, but for what listens. */
import { Layer } from "effect"
import { afterRun } from "./after-run.ts"
import { runKeeper } from "./run-keeper.ts"
import { scheduler } from "./scheduler.ts"
import { serverHealth } from "./server-health.ts"
import { ServerTotals } from "./server-totals.ts"
import { specFolder } from "./spec-folder.ts"
import { sqliteHistory } from "./sqlite-history.ts"
import { syncInProcess } from "./sync-in-process.ts"

/** Needs `ServeSettings`. Closing it stops the schedules, then the runs in good order, then the rest. */
export const serveServices = serverHealth.pipe(
  Layer.provideMerge(scheduler),
  Layer.provideMerge(runKeeper),
  Layer.provideMerge(Layer.mergeAll(syncInProcess, afterRun)),
  Layer.provideMerge(ServerTotals.layer),
  Layer.provideMerge(Layer.mergeAll(sqliteHistory, specFolder))
)
