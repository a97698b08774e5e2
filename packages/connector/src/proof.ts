/**
 * What a source contributes to the proof of a copy: all its rows of a stream, to be held against what is stored,
 * single rows once more where the two differ, and why rows are not there.
 */
import type { Effect, Stream } from "effect"
import type { StreamCheckpoint } from "./checkpoint.ts"
import type { Failure } from "./failure.ts"
import type { Instant } from "./instant.ts"
import type { Segment } from "./segment.ts"
import type { ReadContext, ReadyStream } from "./source.ts"
import type { StreamSchema } from "./stream-schema.ts"

/** Of how many rows the values are compared; of the others only key, guard and deleted flag. */
export type Sample = number | "all"

export interface ProofPlan {
  readonly stream: string
  /** Why the stream cannot be compared row by row now; null when it can. */
  readonly obstacle: string | null
  /** The columns whose values the copy promises. */
  readonly schema: StreamSchema
  /** Key, guard, flag and the columns that change in the source without a new guard; null when there are none. */
  readonly drifting: StreamSchema | null
  /** Both. */
  readonly whole: StreamSchema
  readonly coverage: "all values" | "stamps and sample"
  /** Rows whose values are compared. */
  readonly values: number
  /** About how many rows there are, and how many calls their reading takes. */
  readonly rows: number
  readonly apiCalls: number
  /** Read whole each time: what is stored was true when it was read, and nothing tells what has changed since. */
  readonly isSnapshot: boolean
  /** The guard does not move when a row changes. */
  readonly guardStays: boolean
  /** Rows that are gone from the source stay in the copy, as the spec says. */
  readonly keepsMissing: boolean
  /** The filter reads columns that change without a new guard. */
  readonly filterDrifts: boolean
  /** So long before the cut a row may have got its guard and have come into sight after it. */
  readonly lookbackMillis: number
}

/** A piece of the source's rows: all of the ranges that the segment covers, or only those of the keys. */
export interface ActualPart {
  readonly segment: Segment
  readonly keys: ReadonlyArray<string> | null
}

/** Why a row that is stored is not among the source's. */
export type Absence =
  /** Deleted then; `pending`: later than the copy has followed the deletes. */
  | { readonly kind: "deleted"; readonly at: Instant; readonly pending: boolean }
  /** It is there, outside the stream's filter; `at` is its guard. */
  | { readonly kind: "filtered"; readonly at: Instant | null }
  /** This user does not see all rows: it may be there or not. */
  | { readonly kind: "hidden" }
  /** The source has no such row and does not say since when. */
  | { readonly kind: "gone" }

export interface ActualRows {
  /** Those of the rows that the source has, whole, deleted ones with their flag. */
  readonly segment: Segment
  readonly absent: ReadonlyMap<string, Absence>
  /** Rows that are there and were deleted later than the copy has followed the deletes: when. */
  readonly deletedSince: ReadonlyMap<string, Instant>
}

export interface ActualCounts {
  /** Rows that are not deleted; null where the source cannot count them. */
  readonly live: number | null
  /** Rows whose guard is not before the cut; null where there is no guard. */
  readonly moved: number | null
}

export interface Prover {
  /** Costs nothing; `stored` is the checkpoint that the copy holds. */
  readonly plan: (
    plan: ReadyStream,
    stored: StreamCheckpoint,
    sample: Sample
  ) => Effect.Effect<ProofPlan, Failure>
  /** Files belong to the caller, who deletes them. */
  readonly rows: (proof: ProofPlan, context: ReadContext) => Stream.Stream<ActualPart, Failure>
  readonly rowsOf: (
    proof: ProofPlan,
    keys: ReadonlyArray<string>,
    stored: StreamCheckpoint,
    context: ReadContext
  ) => Effect.Effect<ActualRows, Failure>
  readonly counts: (proof: ProofPlan, cut: Instant | null) => Effect.Effect<ActualCounts, Failure>
  /** Of how many rows the source says that they were deleted since; 0 where it does not say. */
  readonly deletedSince: (proof: ProofPlan, from: Instant) => Effect.Effect<number, Failure>
}
