/** A run as a server keeps it: from the wish to run until long after its end. */
import type { FailureReport, Instant, Phase, RunReport, RunStatus, SyncMode } from "@decant/connector"

/** Why it was started. `catch-up`: its time was missed. `retry`: the run before it failed in a way that may pass. */
export type RunTrigger = "schedule" | "catch-up" | "retry" | "person"

/**
 * `queued` waits for its turn · `skipped` another process holds the lock · `lost` the server ended in the middle of it
 * without a word; the next run goes on from what was committed.
 */
export type RunState = "queued" | "running" | "skipped" | "lost" | RunStatus

/** All of a run but its report, which may be large. */
export interface RunSummary {
  readonly runId: string
  /** Name on the shelf. */
  readonly spec: string
  readonly trigger: RunTrigger
  /** 1, or more for a retry. */
  readonly attempt: number
  readonly status: RunState
  readonly queuedAt: Instant
  readonly startedAt: Instant | null
  readonly finishedAt: Instant | null
  /** So far while it goes on. */
  readonly rows: number
  readonly bytes: number
  /** Known at the end. */
  readonly apiCalls: number
  /** Why it failed or was skipped as a whole, else the error of its first stream that failed. */
  readonly error: FailureReport | null
}

export interface RunRecord extends RunSummary {
  /** Once it has ended; null where it failed before its first stream. */
  readonly report: RunReport | null
}

export const isOver = ({ status }: Pick<RunSummary, "status">): boolean =>
  status !== "queued" && status !== "running"

/** One stream of a run that goes on. */
export interface StreamState {
  readonly stream: string
  readonly mode: SyncMode | null
  readonly phase: Phase | "waiting" | "done" | "failed" | "stopped" | "skipped"
  /** Read so far. */
  readonly rows: number
  readonly bytes: number
  /** Rows expected, where known. */
  readonly total: number | null
  readonly startedAt: Instant | null
  readonly finishedAt: Instant | null
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly warnings: ReadonlyArray<string>
  readonly schemaChanges: ReadonlyArray<string>
  readonly error: FailureReport | null
}

export interface RunLogLine {
  readonly at: Instant
  readonly level: "info" | "warn" | "error"
  readonly message: string
}

/** `state` comes first and holds all there is; the rest are changes to it. `end` is the last. */
export type RunEvent =
  | {
      readonly type: "state"
      readonly run: RunRecord
      readonly streams: ReadonlyArray<StreamState>
      readonly log: ReadonlyArray<RunLogLine>
    }
  | { readonly type: "run"; readonly run: RunRecord }
  | { readonly type: "stream"; readonly stream: StreamState }
  | { readonly type: "log"; readonly line: RunLogLine }
  | { readonly type: "end"; readonly run: RunRecord }
