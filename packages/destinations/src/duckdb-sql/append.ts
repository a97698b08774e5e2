/**
 * The fast way of a first load: files go straight into the table, without a staging copy and a merge, and what
 * makes a merge unnecessary is proved afterwards in the same transaction: as many rows as the segments say,
 * each key once, none that was there before, none that was removed. If the proof fails the caller rolls back
 * and takes the other way.
 */
import { inPhase } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { identifier, literal } from "../sql-text.ts"
import { asOfColumn, type LayoutColumn, type TableLayout } from "../table-layout.ts"
import { type ApplyTo, type Counts, noCounts } from "./apply.ts"
import { type Batch, batchRows } from "./batches.ts"
import { appendVersions } from "./history.ts"
import { fileAsOf, readFiles } from "./read-files.ts"
import type { Sql } from "./sql.ts"
import { batchColumns, countOfKeys, keysEqual, keyText, segmentShort } from "./stage.ts"
import type { HistoryTable } from "./timeline.ts"

/**
 * DuckDB numbers the rows that a transaction has appended and not yet committed from here on. Used only
 * when exactly the appended rows are found there, so that another numbering costs time, never correctness.
 */
export const firstLocalRow = "36028797018960000"

/** Rows that are removed instead of inserted, or identified by nothing, need the staged way. */
export const canAppend = (layout: TableLayout, batches: ReadonlyArray<Batch>): boolean =>
  batches.length === 1 &&
  batches[0]?.effect === "upsert" &&
  batchRows(batches[0]) > 0 &&
  (layout.deletes.soft === "mark" || layout.flag === null)

export const findShortFile = Effect.fnUntraced(function* (
  sql: Sql,
  batch: Batch,
  types: ReadonlyMap<string, string>
): Effect.fn.Return<void, DestinationError> {
  for (const entry of batch.files) {
    // Counting alone would read no column; the greatest hash makes it parse every one.
    const cells = [...types.keys()].map(identifier).join(", ")
    const counted = yield* sql.rows(
      `SELECT count(*)::DOUBLE AS rows, max(hash(${cells})) FROM (${readFiles({ ...batch, files: [entry] }, types)})`
    )
    const found = Number(counted[0]?.rows)
    if (found !== entry.file.rows) return yield* segmentShort(entry.file.path, entry.file.rows, found)
  }
})

const ownRows = (table: string, before: number): string =>
  before === 0 ? table : `(SELECT * FROM ${table} WHERE rowid >= ${firstLocalRow})`

/** Whether a row that was there before has a key of these; ranges that do not meet need no join of all keys. */
const meetsOlder = Effect.fnUntraced(function* (
  sql: Sql,
  { target }: ApplyTo,
  key: ReadonlyArray<LayoutColumn>,
  own: string
): Effect.fn.Return<boolean, DestinationError> {
  const older = `(SELECT * FROM ${target.sql} WHERE rowid < ${firstLocalRow}) o`
  const [first] = key
  if (first !== undefined) {
    const name = identifier(first.name)
    const near = yield* sql.rows(
      `SELECT 1 FROM ${older}, (SELECT min(${name}) AS low, max(${name}) AS high FROM ${own}) n
        WHERE o.${name} BETWEEN n.low AND n.high LIMIT 1`
    )
    if (near.length === 0) return false
  }
  const same = yield* sql.rows(
    `SELECT 1 FROM ${older} SEMI JOIN ${own} n ON ${keysEqual(key, "o", "n")} LIMIT 1`
  )
  return same.length > 0
})

const appendedOnce = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  before: number,
  rows: number
): Effect.fn.Return<boolean, DestinationError> {
  const { layout, target } = to
  const key = layout.key
  if (key === null) return true
  const own = ownRows(target.sql, before)
  const counted = yield* sql.rows(`SELECT count(*)::DOUBLE AS rows, ${countOfKeys(key)} AS keys FROM ${own}`)
  if (Number(counted[0]?.rows) !== rows || Number(counted[0]?.keys) !== rows) return false
  if (before > 0 && (yield* meetsOlder(sql, to, key, own))) return false
  const mine = `FROM ${to.tombstones} d WHERE d.schema_name = ${literal(layout.schema)} AND d.stream = ${literal(layout.stream)}`
  // Without any, the keys need not be looked through.
  const removed = yield* sql.rows(`SELECT 1 ${mine} LIMIT 1`)
  if (removed.length === 0) return true
  const buried = yield* sql.rows(
    `SELECT 1 FROM (SELECT d.key ${mine}) d SEMI JOIN ${own} n ON d.key = ${keyText(key, "n")} LIMIT 1`
  )
  return buried.length === 0
})

/** What was inserted, or null when the rows do not prove to be new: then the transaction must be rolled back. */
export const appendBatch = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  history: HistoryTable | null,
  batch: Batch
): Effect.fn.Return<Counts | null, DestinationError> {
  const { layout, target } = to
  const { types, values } = batchColumns(layout, batch)
  const flag =
    layout.flag === null || values.some(({ column }) => column === layout.flag)
      ? []
      : [{ name: layout.flag.name, sql: "false" }]
  const cells = [
    ...values.map(({ column, sql }) => ({ name: column.name, sql })),
    ...flag,
    { name: asOfColumn, sql: fileAsOf(batch) }
  ]
  const counted = yield* sql.rows(`SELECT count(*)::DOUBLE AS rows FROM ${target.sql}`)
  const before = Number(counted[0]?.rows)
  const rows = yield* sql
    .run(
      `INSERT INTO ${target.sql} (${cells.map(({ name }) => identifier(name)).join(", ")})
      SELECT ${cells.map(({ sql }) => sql).join(", ")} FROM (${readFiles(batch, types)})`
    )
    .pipe(inPhase("stage"))
  if (rows !== batchRows(batch)) {
    yield* findShortFile(sql, batch, types)
    return yield* segmentShort(batch.files[0]?.file.path ?? "", batchRows(batch), rows)
  }
  if (!(yield* appendedOnce(sql, to, before, rows).pipe(inPhase("verify")))) return null
  if (history !== null) yield* appendVersions(sql, to, history, ownRows(target.sql, before))
  return { ...noCounts, inserted: rows }
})
