/** What one stream of a run has come to so far; the report is made from it, however the run ends. */
import {
  type CommitResult,
  type Failure,
  failureReport,
  type Instant,
  type ReadyStream,
  type StreamPlan,
  type StreamReport,
  type StreamUsage,
  type SyncMode
} from "@decant/connector"

import type { PhaseTimes } from "./phase-times.ts"

export type Outcome =
  /** Not begun, or stopped before its window was committed whole. */
  | { readonly kind: "open" }
  | { readonly kind: "done" }
  | { readonly kind: "skipped"; readonly reason: string }
  | { readonly kind: "failed"; readonly failure: Failure }

export interface StreamTally {
  readonly stream: string
  readonly mode: SyncMode | null
  readonly warnings: Array<string>
  readonly schemaChanges: Array<string>
  readonly cursor: { readonly from: Instant | null; to: Instant | null }
  read: number
  inserted: number
  updated: number
  deleted: number
  /** Null where nobody asked. */
  readonly times: PhaseTimes | null
  startedAt: number | null
  finishedAt: number | null
  outcome: Outcome
}

const outcomeOf = (plan: StreamPlan): Outcome => {
  if (plan.status === "ready") return { kind: "open" }
  return plan.status === "skipped"
    ? { kind: "skipped", reason: plan.reason }
    : { kind: "failed", failure: plan.failure }
}

const renameText = ({ from, to }: { readonly from: string; readonly to: string }): string =>
  `${from}: renamed to ${to}, which is read of all rows; the column ${from} keeps what it held`

export const newTally = (
  plan: StreamPlan,
  cursor: Instant | null,
  times: PhaseTimes | null = null
): StreamTally => ({
  stream: plan.stream,
  mode: plan.status === "ready" ? plan.mode : null,
  warnings: plan.status === "ready" ? [...plan.warnings] : [],
  schemaChanges: plan.status === "ready" ? (plan.renamed ?? []).map(renameText) : [],
  cursor: { from: cursor, to: cursor },
  read: 0,
  inserted: 0,
  updated: 0,
  deleted: 0,
  times,
  startedAt: null,
  finishedAt: null,
  outcome: outcomeOf(plan)
})

export const addCommit = (
  tally: StreamTally,
  result: CommitResult,
  cursor: ReadyStream["checkpoint"]["cursor"]
): void => {
  tally.inserted += result.inserted
  tally.updated += result.updated
  tally.deleted += result.deleted
  tally.cursor.to = cursor
  for (const change of result.schemaChanges) {
    if (change.kind === "table-created") continue
    const detail = change.kind === "column-added" ? `new, ${change.detail}` : change.detail
    tally.schemaChanges.push(change.column === null ? detail : `${change.column}: ${detail}`)
  }
}

const statusOf = (outcome: Outcome): StreamReport["status"] => {
  switch (outcome.kind) {
    case "done":
      return "ok"
    case "skipped":
      return "skipped"
    case "open":
      return "paused"
    case "failed":
      return outcome.failure.disposition === "budget" ? "paused" : "failed"
  }
}

export const streamReport = (tally: StreamTally, usage: StreamUsage): StreamReport => ({
  stream: tally.stream,
  status: statusOf(tally.outcome),
  mode: tally.mode,
  api: usage.api,
  read: tally.read,
  rows: tally.inserted + tally.updated + tally.deleted,
  inserted: tally.inserted,
  updated: tally.updated,
  deleted: tally.deleted,
  cursor: { from: tally.cursor.from, to: tally.cursor.to },
  bytes: usage.bytes,
  apiCalls: usage.apiCalls,
  durationMs: tally.startedAt === null ? 0 : (tally.finishedAt ?? tally.startedAt) - tally.startedAt,
  ...(tally.times === null ? {} : { timings: tally.times.read() }),
  schemaChanges: tally.schemaChanges,
  warnings: tally.outcome.kind === "skipped" ? [...tally.warnings, tally.outcome.reason] : tally.warnings,
  error: tally.outcome.kind === "failed" ? failureReport(tally.outcome.failure) : null
})
