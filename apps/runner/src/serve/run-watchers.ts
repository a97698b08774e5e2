/** Who is told when a run is over. */
import { Context, type Effect } from "effect"
import type { SpecFile } from "../spec-file.ts"
import type { RunRecord } from "./run-record.ts"
import type { SyncOutcome } from "./sync-runner.ts"

export interface EndedRun {
  readonly run: RunRecord
  readonly specFile: SpecFile
  readonly budget: SyncOutcome["budget"]
}

export class RunWatchers extends Context.Service<
  RunWatchers,
  {
    /** Quick: what takes time goes on by itself. */
    readonly ended: (of: EndedRun) => Effect.Effect<void>
  }
>()("serve/RunWatchers") {}
