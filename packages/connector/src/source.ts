/**
 * What a source does: says what it would read, and reads it as segments with the checkpoint that is true
 * once each is committed. It never writes to a destination and never moves a cursor by itself.
 */
import type { Effect, Scope, Stream } from "effect"
import type { Catalog } from "./catalog.ts"
import type { PartMove, StreamCheckpoint, Work } from "./checkpoint.ts"
import type { Comparison, Differences } from "./destination.ts"
import type { Failure } from "./failure.ts"
import type { Prover } from "./proof.ts"
import type { Segment } from "./segment.ts"
import type { Spec } from "./spec/spec.ts"
import type { StreamSchema } from "./stream-schema.ts"

export interface CheckLine {
  readonly name: string
  readonly status: "ok" | "warn" | "fail"
  readonly detail: string
  /** What to do about it; null when status is ok. */
  readonly failure: Failure | null
}

export type SyncMode = "backfill" | "incremental" | "full"

export interface ReadyStream {
  readonly status: "ready"
  readonly stream: string
  readonly schema: StreamSchema
  readonly mode: SyncMode
  /** The stored checkpoint with this run's window and work in it. */
  readonly checkpoint: StreamCheckpoint
  /** True when a job of an earlier run goes on. */
  readonly resumes: boolean
  /** Fields that have another name in the source than at the last run. */
  readonly renamed?: ReadonlyArray<{ readonly from: string; readonly to: string }>
  readonly warnings: ReadonlyArray<string>
}

export type StreamPlan =
  | ReadyStream
  | { readonly status: "skipped"; readonly stream: string; readonly reason: string }
  | { readonly status: "failed"; readonly stream: string; readonly failure: Failure }

/** By their names in the spec and in the org; upper and lower case do not count. */
export interface FieldOfStream {
  readonly stream: string
  readonly field: string
}

export interface PlanRequest {
  /** By stream name, as the destination holds them. */
  readonly checkpoints: Readonly<Record<string, StreamCheckpoint>>
  /** Only these streams; all when empty. */
  readonly only: ReadonlyArray<string>
  /** Streams to read again from the beginning into a new generation. */
  readonly fullRefresh: ReadonlyArray<string>
  /** Columns to read again of all rows, after the window. */
  readonly backfill?: ReadonlyArray<FieldOfStream>
}

/** Segments that may be committed together, and the checkpoint that is true when they are. */
export interface Advance {
  readonly segments: ReadonlyArray<Segment>
  readonly checkpoint: StreamCheckpoint
  /** The generation is complete: make it the visible one. */
  readonly publish: boolean
  /** What the person should know of this reading, as in `ReadyStream.warnings`. */
  readonly warnings?: ReadonlyArray<string>
}

/** As `Advance`, of work items that others leave alone while they move the rest of the stream. */
export interface PartAdvance {
  readonly segments: ReadonlyArray<Segment>
  readonly part: PartMove
  readonly warnings?: ReadonlyArray<string>
}

export type Phase = "describe" | "job" | "download" | "load" | "verify"

export interface Progress {
  readonly stream: string
  readonly phase: Phase
  /** Rows and bytes since the previous event of this stream. */
  readonly rows: number
  readonly bytes: number
  /** Rows expected in all, once known. */
  readonly total: number | null
}

export interface ReadContext {
  /** An existing private directory; files of emitted segments belong to the caller, who deletes them. */
  readonly spool: string
  readonly report: (progress: Progress) => Effect.Effect<void>
  /** For what the person should know at once, as that a full disk is waited for. */
  readonly notice?: ((text: string) => void) | undefined
  /**
   * A reading that is cut into parts ends there: the parts stand in the checkpoint, and each is read by whoever asks
   * for it with `readPart`. One that has been cut before ends at once while two parts or more are left.
   */
  readonly leavesParts?: boolean
  /** Holds what the source has against what is committed; null where nothing is, or it cannot be compared. */
  readonly compare?: (
    of: Pick<Comparison, "segments" | "before" | "limit">
  ) => Effect.Effect<Differences | null>
}

export interface StreamUsage {
  /** Calls that the source system counts against its limits. */
  readonly apiCalls: number
  readonly bytes: number
  readonly api: "bulk" | "rest" | null
}

/** About what reading one planned stream will take. */
export interface StreamForecast {
  readonly stream: string
  readonly api: "bulk" | "rest"
  /** Null where nobody can say. */
  readonly rows: number | null
  readonly apiCalls: number
}

export interface Forecast {
  readonly streams: ReadonlyArray<StreamForecast>
  /** Calls that no single stream causes. */
  readonly sharedCalls: number
  /** Calls of 24 hours; `left` is what the spec's budget leaves of them. Null where the source does not say. */
  readonly budget: { readonly used: number; readonly max: number; readonly left: number } | null
}

export interface Source {
  /** The org behind the credentials: 18-character id and name. */
  readonly identity: { readonly orgId: string; readonly orgName: string; readonly userName: string }
  readonly check: Effect.Effect<ReadonlyArray<CheckLine>, Failure>
  readonly discover: (objects: ReadonlyArray<string>) => Effect.Effect<Catalog, Failure>
  /**
   * Asks for what the next plan of these streams (all when none is named) needs, while something else is waited for.
   * What goes wrong is left to the plan, which asks again.
   */
  readonly askAhead?: (only: ReadonlyArray<string>) => Effect.Effect<void>
  /** Fails only for what concerns all streams; one stream's trouble is a plan of status `failed`. */
  readonly plan: (request: PlanRequest) => Effect.Effect<ReadonlyArray<StreamPlan>, Failure>
  /** Of plans of this source; reads no rows. */
  readonly forecast: (plans: ReadonlyArray<ReadyStream>) => Effect.Effect<Forecast, Failure>
  /** What the source itself says of each object, for a file that other tools can read; all when none is named. */
  readonly describe: (objects: ReadonlyArray<string>) => Stream.Stream<unknown, Failure>
  readonly read: (plan: ReadyStream, context: ReadContext) => Stream.Stream<Advance, Failure>
  /** Work items of a checkpoint that may be read apart from each other, by several processes at one time. */
  readonly parts?: (checkpoint: StreamCheckpoint) => ReadonlyArray<Work>
  /** One of these of a planned stream, to its end; whatever else the checkpoint asks for is left to `read`. */
  readonly readPart?: (
    plan: ReadyStream,
    part: Work,
    context: ReadContext
  ) => Stream.Stream<PartAdvance, Failure>
  /** For streams that were planned. */
  readonly prover?: Prover
  /** The source's calls of 24 hours as it last said, without asking it; null where it has not. */
  readonly budget?: Effect.Effect<Forecast["budget"]>
  /** What this process has used so far; stream null is what no single stream caused. */
  readonly usage: (stream: string | null) => Effect.Effect<StreamUsage>
}

export interface OpenSource {
  readonly spec: Spec
  /** The folder that relative paths of the spec are relative to. */
  readonly folder: string
}

/** The registry line of a source: one per `source.type`. */
export interface SourceConnector {
  readonly type: string
  /** Logs in; the scope holds its connections. */
  readonly open: (options: OpenSource) => Effect.Effect<Source, Failure, Scope.Scope>
}
