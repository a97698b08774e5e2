/** `decant sync --cluster`: the workers of a cluster sync; their report is shown as if it had been done here. */
import { randomUUID } from "node:crypto"
import type { RunReport } from "@decant/connector"
import { Effect, type Redacted } from "effect"
import { bringOwn } from "../cluster/bring-own.ts"
import { sharedLogins } from "../cluster/shared-logins.ts"
import { syncOnCluster } from "../cluster/sync-on-cluster.ts"
import { exitCodeOfRun } from "../exit-code.ts"
import { openBoard } from "../progress/board.ts"
import { SyncRunner } from "../serve/sync-runner.ts"
import type { RunRequest } from "../sync/run-sync.ts"
import type { Screen } from "../terminal/screen.ts"
import { shellSafe } from "./shell-safe.ts"

type ShowReport = (
  screen: Screen,
  outcome: { readonly report: RunReport },
  of: { readonly location: string; readonly again: string }
) => Effect.Effect<void>

export const syncOnWorkers = Effect.fnUntraced(function* (
  { screen, specFile, only, fullRefresh }: RunRequest,
  url: Redacted.Redacted,
  showReport: ShowReport
) {
  yield* bringOwn([specFile], screen.note).pipe(Effect.provide(sharedLogins({ url, notice: screen.note })))
  const outcome = yield* SyncRunner.use((runner) =>
    runner.run({
      runId: randomUUID(),
      specFile,
      only,
      fullRefresh,
      note: screen.note,
      // The workers' streams are not planned here.
      watch: () => openBoard(screen, [])
    })
  ).pipe(Effect.provide(syncOnCluster(url)))
  yield* showReport(screen, outcome, {
    location: `the copy ${specFile.spec.name}`,
    again: `decant sync ${shellSafe(specFile.file)} --cluster …`
  })
  process.exitCode = exitCodeOfRun(outcome.report.status, outcome.dispositions)
})
