/** The end of a run: one report of what its tasks did, in the cluster for whoever asked, and in the destination. */
import type { RunReport } from "@decant/connector"
import { Clock, Effect } from "effect"
import { sharesOf } from "./attempt-ledger.ts"
import { mergeReports } from "./merge-reports.ts"
import { OpenedRuns } from "./opened-runs.ts"
import { beginRun, endRun } from "./run-ledger.ts"
import type { RunOfSpec, TaskResult } from "./task.ts"

/** In the destination, for `decant status` and for analysts; the run is over without it as well. */
const recordIn = (run: RunOfSpec, report: RunReport) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { destination } = yield* (yield* OpenedRuns).of(run)
      yield* destination.recordRun(report)
    })
  ).pipe(
    Effect.catch((failure) =>
      Effect.logWarning(`The run could not be noted in the destination: ${failure.message}`)
    )
  )

export const closeRun = Effect.fnUntraced(function* (run: RunOfSpec, results: ReadonlyArray<TaskResult>) {
  const shares = yield* sharesOf(run.runId)
  const report = mergeReports({
    runId: run.runId,
    name: run.spec,
    startedAt: yield* beginRun(run.runId),
    finishedAt: yield* Clock.currentTimeMillis,
    results,
    shares
  })
  yield* recordIn(run, report)
  yield* endRun(run.runId, {
    report,
    // What stopped a part is past where its stream came to a good end.
    dispositions: report.status === "ok" ? [] : results.flatMap(({ dispositions }) => dispositions),
    failure: results.find(({ failure }) => failure !== null)?.failure ?? null
  })
})
