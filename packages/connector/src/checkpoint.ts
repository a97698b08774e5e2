/**
 * How far each stream is, and what of its current window is still to do.
 *
 * A stream's checkpoint is committed by the destination in the same transaction as the rows that it
 * covers, and its `version` is compared and set there, so that of two writers one aborts. The checkpoint
 * file is a mirror of it. A cursor moves only in the commit that empties the window's work.
 */
import { Effect, Result, Schema } from "effect"
import { ConnectorError } from "./connector-error.ts"
import { Instant } from "./instant.ts"

const nullable = <S extends Schema.Top>(schema: S) => Schema.NullOr(schema)

/** A server-side query job of this work, so that a later process can go on with it. */
export const WorkJob = Schema.Struct({
  id: Schema.String,
  /** A job whose query differs from what would be asked now is abandoned. */
  queryHash: Schema.String,
  apiVersion: Schema.String,
  createdAt: Instant
})

export const Work = Schema.Struct({
  id: Schema.String,
  kind: Schema.Literals(["rows", "fields", "formulas", "deletes", "ids"]),
  window: Schema.optionalKey(Schema.Struct({ from: nullable(Instant), to: Instant })),
  ids: Schema.optionalKey(Schema.Struct({ from: nullable(Schema.String), to: nullable(Schema.String) })),
  columns: Schema.optionalKey(Schema.Array(Schema.String)),
  job: Schema.optionalKey(WorkJob),
  segments: Schema.Struct({
    committed: Schema.Array(Schema.String),
    /** Unknown until the source has said how many there are. */
    expected: nullable(Schema.Int)
  })
})
export type Work = typeof Work.Type

export const StreamCheckpoint = Schema.Struct({
  /** Grows by one with each commit. */
  version: Schema.Int,
  phase: Schema.Literals(["backfill", "incremental", "full"]),
  generation: Schema.Int,
  /** The source's field that the cursor is of; null for full refreshes. */
  cursorField: nullable(Schema.String),
  /** Everything before this time (org clock) is committed. */
  cursor: nullable(Instant),
  work: Schema.Array(Work),
  schemaFingerprint: nullable(Schema.String),
  accessFingerprint: nullable(Schema.String),
  deletesCoveredTo: nullable(Instant),
  formulasRefreshedAt: nullable(Instant),
  reconciledAt: nullable(Instant),
  /** Rows of the table; the destination counts them in the commit. */
  rows: Schema.Int,
  updatedAt: Instant
})
export type StreamCheckpoint = typeof StreamCheckpoint.Type

export const Checkpoint = Schema.Struct({
  version: Schema.Literal(1),
  name: Schema.String,
  orgId: Schema.String,
  streams: Schema.Record(Schema.String, StreamCheckpoint)
})
export type Checkpoint = typeof Checkpoint.Type

const CheckpointText = Schema.fromJsonString(Checkpoint)
const Versioned = Schema.fromJsonString(Schema.Struct({ version: Schema.Finite }))

const decodeText = Schema.decodeUnknownResult(CheckpointText, { onExcessProperty: "error" })
const decodeVersion = Schema.decodeUnknownResult(Versioned)

/** Text of a checkpoint file → Checkpoint. A newer or damaged file is refused, never half read. */
export const decodeCheckpoint = (file: string, text: string): Effect.Effect<Checkpoint, ConnectorError> => {
  const versioned = decodeVersion(text)
  if (Result.isSuccess(versioned) && versioned.success.version > 1) {
    return Effect.fail(ConnectorError.checkpointNewer(file, versioned.success.version))
  }
  return Effect.fromResult(
    Result.mapError(decodeText(text), (error) => ConnectorError.checkpointInvalid(file, error.message))
  )
}

export const encodeCheckpoint = (checkpoint: Checkpoint): string => `${JSON.stringify(checkpoint, null, 1)}\n`

/** A stream that has never been read. */
export const newStreamCheckpoint = (of: {
  readonly phase: StreamCheckpoint["phase"]
  readonly cursorField: string | null
  readonly now: Instant
}): StreamCheckpoint => ({
  version: 0,
  phase: of.phase,
  generation: 1,
  cursorField: of.cursorField,
  cursor: null,
  work: [],
  schemaFingerprint: null,
  accessFingerprint: null,
  deletesCoveredTo: null,
  formulasRefreshedAt: null,
  reconciledAt: null,
  rows: 0,
  updatedAt: of.now
})

export const replaceWork = (checkpoint: StreamCheckpoint, work: Work): StreamCheckpoint => ({
  ...checkpoint,
  work: checkpoint.work.map((item) => (item.id === work.id ? work : item))
})

/** Notes that a segment of a work item will be committed together with the returned checkpoint. */
export const withCommitted = (work: Work, segmentId: string): Work =>
  work.segments.committed.includes(segmentId)
    ? work
    : { ...work, segments: { ...work.segments, committed: [...work.segments.committed, segmentId] } }

/**
 * Work items that one of several writers holds: as the writer knew them, and as they are once its rows are in. An
 * item that is done becomes nothing, one that is cut becomes several.
 */
export interface PartMove {
  readonly from: ReadonlyArray<Work>
  readonly to: ReadonlyArray<Work>
}

const sameWork = Schema.toEquivalence(Work)

/**
 * The checkpoint with the items moved: they stand where the first of them stood. `"moved"` when they have been
 * already; null when somebody else has changed them.
 */
export const moveParts = (
  checkpoint: StreamCheckpoint,
  { from, to }: PartMove
): StreamCheckpoint | "moved" | null => {
  const stored = new Map(checkpoint.work.map((item) => [item.id, item]))
  const holds = (item: Work): boolean => {
    const found = stored.get(item.id)
    return found !== undefined && sameWork(found, item)
  }
  if (from.length > 0 && from.every(holds)) {
    const ids = new Set(from.map(({ id }) => id))
    const first = from[0]?.id
    const work = checkpoint.work.flatMap((item) => {
      if (item.id === first) return to
      return ids.has(item.id) ? [] : [item]
    })
    return { ...checkpoint, work }
  }
  const staying = new Set(to.map(({ id }) => id))
  const gone = from.every(({ id }) => staying.has(id) || !stored.has(id))
  return gone && to.every(holds) ? "moved" : null
}

/** The window is done: the cursor moves and no work is left. */
export const finishWindow = (checkpoint: StreamCheckpoint, to: Instant): StreamCheckpoint => ({
  ...checkpoint,
  phase: checkpoint.phase === "backfill" ? "incremental" : checkpoint.phase,
  cursor: to,
  work: []
})
