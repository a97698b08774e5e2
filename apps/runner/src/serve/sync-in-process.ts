/** Syncs in the server's own process, with the code of `decant sync`. */
import type { MemoryUse } from "@decant/connector"
import { Effect, Layer, Option } from "effect"
import { executeRun, prepareRun } from "../sync/run-sync.ts"
import { runScreen } from "./run-screen.ts"
import { ServeSettings } from "./serve-settings.ts"
import { type SyncJob, SyncRunner } from "./sync-runner.ts"

const run = ({ note, ...job }: SyncJob, memory: MemoryUse) =>
  Effect.uninterruptible(
    Effect.scoped(
      Effect.gen(function* () {
        // Who holds the lock is told at once: the scheduler knows better when to try again.
        const request = { ...job, memory, screen: runScreen(note), wait: Option.none() }
        const prepared = yield* Effect.interruptible(prepareRun(request))
        const outcome = yield* executeRun(prepared)
        return { ...outcome, budget: yield* prepared.source.budget ?? Effect.succeed(null) }
      })
    )
  ).pipe(
    Effect.withSpan("sync", { root: true, attributes: { runId: job.runId, spec: job.specFile.spec.name } })
  )

export const syncInProcess = Layer.effect(
  SyncRunner,
  Effect.map(ServeSettings, ({ memory }) => ({ run: (job) => run(job, memory) }))
)
