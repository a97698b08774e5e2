/** What a sync did: printed by `decant sync --json`, stored by destinations in `_decant.runs`. */
import type { FailureReport } from "./failure.ts"
import type { Instant } from "./instant.ts"
import type { TimedPhase } from "./phase.ts"
import type { SyncMode } from "./source.ts"

export interface StreamReport {
  readonly stream: string
  readonly status: "ok" | "failed" | "skipped" | "paused"
  readonly mode: SyncMode | null
  readonly api: "bulk" | "rest" | null
  /** Rows received; the look-back reads rows again that change nothing. */
  readonly read: number
  /** inserted + updated + deleted */
  readonly rows: number
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly cursor: { readonly from: Instant | null; readonly to: Instant | null }
  readonly bytes: number
  /** Calls that the source system counts. */
  readonly apiCalls: number
  readonly durationMs: number
  /** Milliseconds that each phase was under way; only where they were asked for. */
  readonly timings?: Readonly<Record<TimedPhase, number>>
  readonly schemaChanges: ReadonlyArray<string>
  readonly warnings: ReadonlyArray<string>
  readonly error: FailureReport | null
}

/** What one of several workers did of a run. */
interface WorkerReport {
  readonly worker: string
  readonly tasks: number
  readonly rows: number
  /** Tasks that it took up and that others had to bring to their end. */
  readonly lost: number
}

export type RunStatus = "ok" | "partial" | "failed" | "paused" | "interrupted"

export interface RunReport {
  readonly runId: string
  readonly name: string
  readonly status: RunStatus
  readonly startedAt: Instant
  readonly finishedAt: Instant
  readonly apiCalls: number
  readonly bytes: number
  readonly streams: ReadonlyArray<StreamReport>
  /** Only where several workers shared the run. */
  readonly workers?: ReadonlyArray<WorkerReport>
}
