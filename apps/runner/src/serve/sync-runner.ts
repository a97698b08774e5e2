/**
 * Runs one sync of one spec from its lock to its report. The server knows nothing else of syncs, so that they can be
 * run elsewhere than in its own process.
 */
import type { Disposition, Failure, RunReport, StreamPlan } from "@decant/connector"
import { Context, type Effect, type Scope } from "effect"
import type { Board } from "../progress/board.ts"
import type { SpecFile } from "../spec-file.ts"

export interface SyncJob {
  readonly runId: string
  readonly specFile: SpecFile
  /** Only these streams; all when empty. */
  readonly only: ReadonlyArray<string>
  readonly fullRefresh: ReadonlyArray<string>
  /** What a person should know meanwhile. */
  readonly note: (text: string) => Effect.Effect<void>
  /** Told what happens to the streams once they are planned. */
  readonly watch: (plans: ReadonlyArray<StreamPlan>) => Effect.Effect<Board, never, Scope.Scope>
}

export interface SyncOutcome {
  readonly report: RunReport
  /** What stopped the streams that did not end well. */
  readonly dispositions: ReadonlyArray<Disposition>
  /** The org's calls of 24 hours when the run ended; null where it is not known. */
  readonly budget: { readonly used: number; readonly max: number; readonly left: number } | null
}

export class SyncRunner extends Context.Service<
  SyncRunner,
  {
    /**
     * Fails for what concerns the run as a whole, `RUN_LOCKED` among it. Interrupted, it finishes commits that have
     * begun and still answers, with a report of status `interrupted`.
     */
    readonly run: (job: SyncJob) => Effect.Effect<SyncOutcome, Failure>
  }
>()("serve/SyncRunner") {}
