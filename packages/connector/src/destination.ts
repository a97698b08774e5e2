/**
 * What a destination does: makes segments and the checkpoint that covers them true in one transaction.
 * A reader sees each table in exactly one committed state. The same commit twice changes nothing. Of two
 * writers of one stream, the one with the stale `expectedVersion` aborts whole.
 */
import type { Effect, Redacted, Scope } from "effect"
import type { PartMove, StreamCheckpoint } from "./checkpoint.ts"
import type { Failure } from "./failure.ts"
import type { Instant } from "./instant.ts"
import type { RunReport } from "./run-report.ts"
import type { Segment } from "./segment.ts"
import type { CopySpec } from "./spec/spec.ts"
import type { StreamSchema } from "./stream-schema.ts"

export interface Capabilities {
  /** A commit should gather about this many bytes of CSV (inflated), so that memory stays flat. */
  readonly commitBytes: number
  readonly maxIdentifierBytes: number
  /** NUL bytes in text: kept, or removed and counted. */
  readonly nulBytes: "kept" | "removed"
}

export interface Commit {
  readonly stream: string
  readonly schema: StreamSchema
  readonly segments: ReadonlyArray<Segment>
  /** Its `version` is `expectedVersion + 1`. */
  readonly checkpoint: StreamCheckpoint
  readonly expectedVersion: number
  readonly publish: boolean
  /**
   * By one of several writers of the stream: the commit covers these items of the checkpoint and nothing else.
   * `checkpoint` and `expectedVersion` are then as the writer last saw them, and need not be the present ones: the
   * items are moved in the checkpoint that is stored, which grows by one version. The commit aborts whole when the
   * stored items are not those that it moves, or the stored generation is another.
   */
  readonly part?: PartMove
}

export interface SchemaChange {
  readonly kind: "table-created" | "column-added" | "column-widened" | "column-kept"
  readonly column: string | null
  readonly detail: string
}

export interface CommitResult {
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly unchanged: number
  /** Rows that the visible table holds now; stored as the checkpoint's `rows`. */
  readonly rows: number
  readonly schemaChanges: ReadonlyArray<SchemaChange>
}

/**
 * How a stored row differs from the source's:
 * `missing` not stored · `extra` stored and not deleted, but not in the source · `doubled` stored more than once ·
 * `stamp` another version is stored · `values` same version, other values.
 */
export type DifferenceKind = "missing" | "extra" | "doubled" | "stamp" | "values"

export interface RowDifference {
  readonly key: string
  readonly kind: DifferenceKind
  /** The guard's value as stored and as the source has it; null where there is none, or no such row. */
  readonly stored: string | null
  readonly actual: string | null
  /** When the row that is stored was read; null where none is. */
  readonly readAt: Instant | null
  /** For `values` and `stamp`: the columns whose values differ, by the schema's names, the guard apart. */
  readonly columns: ReadonlyArray<string>
}

/** What the source holds now, spooled, to be compared with what is stored. */
export interface Comparison {
  readonly schema: StreamSchema
  /**
   * All rows of the range `covers.ids` of each segment, deleted ones with their flag; ranges do not overlap. A
   * segment compares the columns of which it has all headers: only key, guard and flag, or the values too. Columns
   * that the table does not have are not compared. Their effect says nothing here.
   */
  readonly segments: ReadonlyArray<Segment>
  /** Only rows of these keys, here and there; all of the ranges when absent. */
  readonly keys?: ReadonlyArray<string>
  /**
   * The cut: rows whose guard is not before it, there or here, have moved on and are not compared. Doubled rows
   * always count.
   */
  readonly before: Instant | null
  /**
   * The version of the checkpoint whose cursor the cut is. While the stream is still there, no stored row can have
   * moved on: one whose guard is not before the cut was changed by something else, and is compared.
   */
  readonly version?: number
  /** At most so many differences are listed; all are counted. */
  readonly limit: number
}

export type InspectRequest =
  | { readonly kind: "counts" }
  | { readonly kind: "differences"; readonly comparison: Comparison }

export interface Differences {
  readonly kind: "differences"
  /** Keys that were compared: in the source or stored, and not moved on. */
  readonly compared: number
  /** Keys that were not, since their row has moved on. */
  readonly movedOn: number
  readonly counts: Readonly<Record<DifferenceKind, number>>
  /** In the order of their keys. */
  readonly rows: ReadonlyArray<RowDifference>
}

export type InspectResult =
  | { readonly kind: "counts"; readonly rows: number; readonly live: number; readonly distinctKeys: number }
  | Differences

/** What `erase` removed, and how it looked that nothing is left. */
export interface Erasure {
  readonly removed: ReadonlyArray<{ readonly place: string; readonly rows: number }>
  readonly proof: ReadonlyArray<{ readonly place: string; readonly method: string; readonly found: number }>
}

export interface QueryLimits {
  readonly maxRows: number
  readonly seconds: number
}

/** Cells are JSON: integers beyond 2^53 and decimals as strings, times as ISO text. */
export interface QueryResult {
  readonly columns: ReadonlyArray<{ readonly name: string; readonly type: string }>
  readonly rows: ReadonlyArray<ReadonlyArray<unknown>>
  /** True when `maxRows` cut the result. */
  readonly truncated: boolean
}

export interface StoredCheckpoints {
  /** Null before the first commit. */
  readonly orgId: string | null
  readonly streams: Readonly<Record<string, StreamCheckpoint>>
}

export interface Destination {
  readonly capabilities: Capabilities
  /** What `status`, `query` and closing lines call it, e.g. the path of the file. No secret in it. */
  readonly location: string
  readonly checkpoints: Effect.Effect<StoredCheckpoints, Failure>
  /** Can be written to: makes nothing, changes nothing. */
  readonly check: Effect.Effect<void, Failure>
  readonly commit: (commit: Commit) => Effect.Effect<CommitResult, Failure>
  /** Drops an unpublished generation. */
  readonly discard: (stream: string, generation: number) => Effect.Effect<void, Failure>
  /**
   * Keeps the tables of the org that is held, under names that tell whose they are, and leaves the copy empty for
   * another; says where they are now. To be opened with `orgId: null`.
   */
  readonly setAside: Effect.Effect<ReadonlyArray<string>, Failure>
  readonly inspect: (stream: string, request: InspectRequest) => Effect.Effect<InspectResult, Failure>
  /** Takes a record out of tables, history and whatever old bytes the store keeps, and looks that it is gone. */
  readonly erase: (stream: string, key: string) => Effect.Effect<Erasure, Failure>
  /** One read-only statement; anything that would write, attach or read files is refused. */
  readonly query: (sql: string, limits: QueryLimits) => Effect.Effect<QueryResult, Failure>
  readonly recordRun: (report: RunReport) => Effect.Effect<void, Failure>
  /** The newest run reports of this spec as the JSON that was stored, newest first; none before the first run. */
  readonly runs: (limit: number) => Effect.Effect<ReadonlyArray<string>, Failure>
}

/** `small` is for containers: slower, with less memory. */
export type MemoryUse = "normal" | "small"

export interface OpenDestination {
  /** Any `Spec` is one. */
  readonly spec: CopySpec
  readonly folder: string
  /** The org whose data is written; refused when the destination holds another org's. Null for reading only. */
  readonly orgId: string | null
  /** The keys of the masks that the streams name. */
  readonly maskKeys?: Readonly<Record<string, Redacted.Redacted<string>>>
  /** How much memory this process may take; `normal` when absent. */
  readonly memory?: MemoryUse
  /** What a wait for a lock or a slow step tells the person. */
  readonly notice: (text: string) => Effect.Effect<void>
}

/** The registry line of a destination: one per `destination.type`. */
export interface DestinationConnector {
  readonly type: string
  readonly open: (options: OpenDestination) => Effect.Effect<Destination, Failure, Scope.Scope>
}
