/** What of a stream can be proved now, which of its values are compared, and what that costs. */
import type { ProofPlan, Sample, StreamCheckpoint, StreamSchema } from "@decant/connector"
import { columnHeaders } from "@decant/connector"
import { Duration } from "effect"
import { schemaDifference } from "../streams/schema-fingerprint.ts"
import type { StreamDefinition } from "../streams/stream-definition.ts"
import { CALLS_PER_CUT, type Tuning } from "../tuning.ts"

/** What a Bulk job costs besides its pages: made, polled three times, its pages listed. */
const CALLS_PER_JOB = 5
const ROWS_PER_PAGE = 2000
export const IDS_PER_QUERY = 400

const pages = (rows: number, size: number): number => Math.max(1, Math.ceil(rows / size))

const readingCalls = (rows: number, { mostRowsByRest, pageRows }: Tuning): number =>
  rows > mostRowsByRest ? CALLS_PER_JOB + pages(rows, pageRows) : pages(rows, ROWS_PER_PAGE)

/** How many ranges of Ids so many rows are compared in. A person's own query is not cut. */
export const rangeCount = (
  { soql }: StreamDefinition,
  of: { readonly rows: number; readonly isWhole: boolean },
  { valuesPerRange, stampsPerRange }: Tuning
): number => (soql === null ? Math.ceil(of.rows / (of.isWhole ? valuesPerRange : stampsPerRange)) : 1)

const rangesCalls = (ranges: number, rows: number, tuning: Tuning): number =>
  ranges <= 1 ? readingCalls(rows, tuning) : ranges * (CALLS_PER_CUT + readingCalls(rows / ranges, tuning))

const withColumns = (schema: StreamSchema, names: ReadonlySet<string>): StreamSchema => {
  const identity = [...(schema.key ?? []), schema.guard, schema.deletes.flag]
  return {
    ...schema,
    views: [],
    columns: schema.columns.filter(({ name }) => names.has(name) || identity.includes(name))
  }
}

const obstacleOf = (definition: StreamDefinition, stored: StreamCheckpoint): string | null => {
  if (definition.schema.key === null) {
    return "its rows have no key, so that only their number can be compared"
  }
  if (stored.phase === "backfill") return "its first reading is not finished: run `decant sync`"
  if (stored.phase === "full" && stored.work.length > 0) {
    return "it is being read anew: run `decant sync` to its end"
  }
  if (stored.cursorField !== definition.cursorField)
    return "its cursor is another field now: run `decant sync`"
  return schemaDifference(stored.schemaFingerprint, definition.schemaFingerprint).filterChanged
    ? "its filter in the spec has changed since it was read: run `decant sync`"
    : null
}

/** Columns that the next sync reads of all rows, so that the copy does not promise them yet. */
const unread = (definition: StreamDefinition, stored: StreamCheckpoint): ReadonlySet<string> => {
  const { added, changed } = schemaDifference(stored.schemaFingerprint, definition.schemaFingerprint)
  const open = stored.work.flatMap(({ kind, columns }) => (kind === "fields" ? (columns ?? []) : []))
  return new Set([...added, ...changed, ...open])
}

/** Deleted rows and everything else that moves SystemModstamp or LastModifiedDate is seen by the next window. */
const stays = (cursorField: string | null): boolean =>
  cursorField !== null && !["SystemModstamp", "LastModifiedDate"].includes(cursorField)

export const proofPlan = (of: {
  readonly definition: StreamDefinition
  readonly stored: StreamCheckpoint
  readonly sample: Sample
  readonly lookback: Duration.Duration
  readonly tuning: Tuning
}): ProofPlan => {
  const { definition, stored, sample, tuning } = of
  const rows = stored.rows
  const isSnapshot = definition.cursorField === null
  const all = isSnapshot || sample === "all" || rows <= tuning.allValuesUpTo || rows <= sample
  const values = all ? rows : sample
  const ranges = rangeCount(definition, { rows, isWhole: all }, tuning)
  const notYet = unread(definition, stored)
  const silent = new Set(isSnapshot ? [] : definition.silentColumns)
  const names = definition.schema.columns.map(({ name }) => name).filter((name) => !notYet.has(name))
  const drifting = names.filter((name) => silent.has(name))
  return {
    stream: definition.stream,
    obstacle: obstacleOf(definition, stored),
    schema: withColumns(definition.schema, new Set(names.filter((name) => !silent.has(name)))),
    drifting: drifting.length === 0 ? null : withColumns(definition.schema, new Set(drifting)),
    whole: withColumns(definition.schema, new Set(names)),
    coverage: all ? "all values" : "stamps and sample",
    values,
    rows,
    apiCalls: rangesCalls(ranges, rows, tuning) + (all ? 0 : pages(values, IDS_PER_QUERY)),
    isSnapshot,
    guardStays: stays(definition.cursorField),
    keepsMissing: definition.keepsMissing && !isSnapshot,
    filterDrifts: definition.silentFilter,
    lookbackMillis: Duration.toMillis(of.lookback)
  }
}

/** Key, guard and flag, of those that the stream reads. */
export const stampHeaders = (definition: StreamDefinition): ReadonlyArray<string> => {
  const { schema, select } = definition
  const identity = [...(schema.key ?? []), schema.guard, schema.deletes.flag]
  const headers = schema.columns.filter(({ name }) => identity.includes(name)).flatMap(columnHeaders)
  return headers.filter((header) => select.includes(header))
}
