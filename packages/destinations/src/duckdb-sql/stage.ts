/**
 * A batch read into a temporary table, typed, counted file by file and reduced to one row per key, before
 * anything of it touches the target. DuckDB's MERGE takes an arbitrary one of two rows with the same key,
 * so the reduction is what makes the merge right.
 */
import { inPhase, segmentRows } from "@decant/connector"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import { columnOf, identifier } from "../sql-text.ts"
import { asOfColumn, type LayoutColumn, type TableLayout } from "../table-layout.ts"
import { type Batch, batchRows } from "./batches.ts"
import { columnValue, readTypes } from "./column-values.ts"
import { fileAsOf, filePosition, readFiles } from "./read-files.ts"
import type { Sql } from "./sql.ts"

export const filePositionColumn = "_decant_file"

export interface Stage {
  readonly batch: Batch
  readonly name: string
  /** Qualified and quoted. */
  readonly table: string
  /** The layout's columns that the batch has values for. */
  readonly columns: ReadonlyArray<LayoutColumn>
  readonly rows: number
  /** The rows that were reduced away, for history; null when there are none, or none is kept. */
  readonly older: string | null
}

/** Columns of the layout with their values from a batch's rows. */
export const batchColumns = (
  layout: TableLayout,
  batch: Batch
): {
  readonly types: ReadonlyMap<string, string>
  readonly values: ReadonlyArray<{ readonly column: LayoutColumn; readonly sql: string }>
} => {
  const types = readTypes(
    batch.header,
    layout.columns.map(({ column }) => column)
  )
  const values = layout.columns.flatMap((column) => {
    const sql = columnValue(column.column, types)
    return sql === null ? [] : [{ column, sql }]
  })
  return { types, values }
}

export const keysEqual = (key: ReadonlyArray<LayoutColumn>, left: string, right: string): string =>
  key.map(({ name }) => `${columnOf(left, name)} = ${columnOf(right, name)}`).join(" AND ")

/** A key as one text, as tombstones hold it. */
export const keyText = (key: ReadonlyArray<LayoutColumn>, alias: string): string =>
  key.length === 1
    ? key.map(({ name }) => `CAST(${columnOf(alias, name)} AS VARCHAR)`).join("")
    : `concat_ws(chr(31), ${key.map(({ name }) => columnOf(alias, name)).join(", ")})`

/**
 * How many keys there are, rows without one left out. Two keys of one hash count as one: the commit that hears of fewer
 * keys than rows takes another way, never the wrong one.
 */
export const countOfKeys = (key: ReadonlyArray<LayoutColumn>): string => {
  const names = key.map(({ name }) => identifier(name))
  const whole = names.length === 1 ? names[0] : `(${names.join(", ")})`
  const present = names.map((name) => `${name} IS NOT NULL`).join(" AND ")
  return `(count(DISTINCT hash(${whole})) FILTER (WHERE ${present}))::DOUBLE`
}

export const segmentShort = (path: string, expected: number, found: number): DestinationError =>
  DestinationError.of(
    "SEGMENT_SHORT",
    `The downloaded file ${path} holds ${found} rows; Salesforce said ${expected}.`,
    "Run the sync again: the file is downloaded anew. Nothing of it was stored."
  )

export const nonUniqueKey = (layout: TableLayout, example: string): DestinationError =>
  DestinationError.of(
    "NON_UNIQUE_KEY",
    `${layout.stream}: two different rows have the same ${(layout.key ?? []).map(({ name }) => name).join(", ")}, for example ${example}.`,
    "Set a `primaryKey` that is different for each row, or leave it out so that the stream is stored without a key."
  )

const countFiles = Effect.fnUntraced(function* (
  sql: Sql,
  table: string,
  batch: Batch
): Effect.fn.Return<void, DestinationError> {
  const counted = yield* sql.rows(
    `SELECT ${filePositionColumn} AS file, count(*)::DOUBLE AS rows FROM ${table} GROUP BY ALL`
  )
  const rows = new Map(counted.map((row) => [Number(row.file), Number(row.rows)]))
  for (const [position, { file }] of batch.files.entries()) {
    const found = rows.get(position) ?? 0
    if (found !== file.rows) return yield* segmentShort(file.path, file.rows, found)
  }
})

/** Which work each row belongs to: two different rows of one key in one work are a mistake, not two versions. */
const workOf = (batch: Batch): string => {
  const works = batch.segments.map((segment) => segment.work)
  const list = batch.files.map(({ segment }) => works.indexOf(segment.work)).join(", ")
  return `list_extract([${list}], ${filePositionColumn} + 1)`
}

const newestFirst = (layout: TableLayout): string =>
  [
    ...(layout.guard === null ? [] : [`${identifier(layout.guard.name)} DESC NULLS LAST`]),
    `${asOfColumn} DESC`,
    `${filePositionColumn} DESC`,
    "rowid DESC"
  ].join(", ")

const reduce = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  stage: Stage
): Effect.fn.Return<Stage, DestinationError> {
  const key = layout.key
  if (key === null) return stage
  const names = key.map(({ name }) => identifier(name))
  const distinct = names.length === 1 ? names[0] : `(${names.join(", ")})`
  const missing = names.map((name) => `${name} IS NULL`).join(" OR ")
  const counted = yield* sql.rows(
    `SELECT count(*)::DOUBLE AS rows, count(DISTINCT ${distinct})::DOUBLE AS keys,
      (count(*) FILTER (WHERE ${missing}))::DOUBLE AS missing FROM ${stage.table}`
  )
  if (Number(counted[0]?.missing) > 0) {
    return yield* DestinationError.of(
      "SEGMENT_REFUSED",
      `${layout.stream}: a downloaded row has no ${key.map(({ name }) => name).join(", ")}.`,
      "Choose a `primaryKey` that every row has. For a standard object, report this."
    )
  }
  if (Number(counted[0]?.rows) === Number(counted[0]?.keys)) return stage
  const repeated = `(SELECT ${names.join(", ")} FROM ${stage.table} GROUP BY ALL HAVING count(*) > 1) repeated`
  const repeatedRows = `${stage.table} staged SEMI JOIN ${repeated} ON ${keysEqual(key, "staged", "repeated")}`
  const cells = stage.columns.map(({ name }) => identifier(name)).join(", ")
  if (stage.batch.effect !== "delete" && stage.batch.effect !== "present") {
    const clash = yield* sql.rows(
      `SELECT ${keyText(key, "staged")} AS example FROM ${repeatedRows}
        GROUP BY ${names.map((name) => `staged.${name}`).join(", ")}, ${workOf(stage.batch)}
        HAVING count(DISTINCT hash(${cells})) > 1 LIMIT 1`
    )
    if (clash[0] !== undefined) return yield* nonUniqueKey(layout, String(clash[0].example))
  }
  const away = `rowid IN (SELECT row_id FROM (
       SELECT staged.rowid AS row_id, row_number() OVER (PARTITION BY ${names.join(", ")} ORDER BY ${newestFirst(layout)}) AS place
       FROM ${repeatedRows}) WHERE place > 1)`
  const older = layout.history !== null && stage.batch.effect === "upsert" ? `${stage.name}_older` : null
  if (older !== null) {
    yield* sql.run(
      `CREATE OR REPLACE TEMP TABLE ${identifier(older)} AS SELECT * FROM ${stage.table} WHERE ${away}`
    )
  }
  yield* sql.run(`DELETE FROM ${stage.table} WHERE ${away}`)
  return { ...stage, older: older === null ? null : `temp.${identifier(older)}` }
})

/** Reads a batch into a temporary table; fails if a file does not hold the rows that it should. */
export const stageBatch = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  batch: Batch,
  position: number
): Effect.fn.Return<Stage, DestinationError> {
  const name = `_decant_stage_${position}`
  const table = `temp.${identifier(name)}`
  const { types, values } = batchColumns(layout, batch)
  const columns = values.map(({ column }) => column)
  const stage: Stage = { batch, name, table, columns, rows: batchRows(batch), older: null }
  const cells = values.map(({ column, sql }) => `${sql} AS ${identifier(column.name)}`)
  const own = [`${fileAsOf(batch)} AS ${asOfColumn}`, `${filePosition(batch)} AS ${filePositionColumn}`]
  yield* sql
    .run(
      `CREATE OR REPLACE TEMP TABLE ${identifier(name)} AS SELECT ${[...cells, ...own].join(", ")} FROM (${readFiles(batch, types)})`
    )
    .pipe(inPhase("stage"))
  yield* countFiles(sql, table, batch).pipe(inPhase("verify"))
  return stage
})

/** Takes the rows of these segments out again, because an earlier commit holds them, and reduces the rest. */
export const settleStage = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  stage: Stage,
  committed: ReadonlySet<string>
): Effect.fn.Return<Stage, DestinationError> {
  const skipped = stage.batch.files.flatMap(({ segment }, at) => (committed.has(segment.id) ? [at] : []))
  if (skipped.length > 0) {
    yield* sql.run(`DELETE FROM ${stage.table} WHERE ${filePositionColumn} IN (${skipped.join(", ")})`)
  }
  const reduced = yield* reduce(sql, layout, stage)
  const segments = stage.batch.segments.filter((segment) => !committed.has(segment.id))
  const rows = segments.reduce((sum, segment) => sum + segmentRows(segment), 0)
  return { ...reduced, batch: { ...stage.batch, segments }, rows }
})
