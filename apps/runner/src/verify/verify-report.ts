/** What `decant verify` found: printed with `--json`, and what the tables are made of. */
import type { DifferenceKind, FailureReport, Instant } from "@decant/connector"

export const differenceKinds = [
  "missing",
  "extra",
  "doubled",
  "stamp",
  "values"
] as const satisfies ReadonlyArray<DifferenceKind>

export interface ReportedRow {
  readonly id: string
  readonly kind: DifferenceKind
  readonly columns: ReadonlyArray<string>
  /** The guard as stored and as the source has it. */
  readonly stored: string | null
  readonly actual: string | null
  readonly cause: string
  readonly fix: string
  readonly mended: boolean
}

type VerifyStatus = "same" | "different" | "failed"

/** Rows that differ and are no fault of the copy, by why. */
export interface Explained {
  /** Shown by the source after the last reading: the next sync takes them. */
  pending: number
  /** Values that change without a stamp, since their last refresh; of streams that are read whole, since that. */
  drift: number
  /** Stored rows that this user cannot see and that may be gone. */
  hidden: number
  /** Gone from the source and kept, as the spec says. */
  kept: number
}

export interface VerifiedStream {
  readonly stream: string
  readonly status: VerifyStatus | "skipped"
  /** Rows with a later stamp were not compared; null where there is no stamp. */
  readonly cut: Instant | null
  readonly coverage: "all values" | "stamps and sample" | "counts"
  readonly compared: number
  /** Rows of which every value was compared. */
  readonly valuesCompared: number
  readonly movedOn: number
  readonly missing: number
  readonly extra: number
  readonly doubled: number
  readonly stamp: number
  readonly values: number
  readonly explained: Explained
  readonly mended: number
  readonly apiCalls: number
  readonly durationMs: number
  readonly rows: ReadonlyArray<ReportedRow>
  readonly notes: ReadonlyArray<string>
  readonly error: FailureReport | null
}

/** Without what only the run knows. */
export type StreamOutcome = Omit<VerifiedStream, "apiCalls" | "durationMs" | "error">

export interface VerifyReport {
  readonly runId: string
  readonly name: string
  readonly status: VerifyStatus
  readonly quick: boolean
  readonly repair: boolean
  readonly startedAt: Instant
  readonly finishedAt: Instant
  readonly apiCalls: number
  readonly streams: ReadonlyArray<VerifiedStream>
}

/** What has still to be mended of a stream. */
export const differencesOf = (stream: VerifiedStream): number =>
  stream.missing + stream.extra + stream.doubled + stream.stamp + stream.values - stream.mended
