/**
 * What is looked at and mended in staging before anything of it touches the table: values that their column would
 * change, rows without a key, and several rows of one key, of which the newest stays.
 */
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import type { Batch } from "../duckdb-sql/batches.ts"
import { nonUniqueKey } from "../duckdb-sql/stage.ts"
import { columnOf, identifier } from "../sql-text.ts"
import { asOfColumn, type LayoutColumn, type TableLayout } from "../table-layout.ts"
import { losesDigits, sqlType } from "./postgres-types.ts"
import type { Sql } from "./sql.ts"
import { type Stage, segmentColumn, stageRowColumn } from "./stage.ts"

export const keysEqual = (key: ReadonlyArray<LayoutColumn>, left: string, right: string): string =>
  key.map(({ name }) => `${columnOf(left, name)} = ${columnOf(right, name)}`).join(" AND ")

/** A key as one text, as tombstones hold it. */
export const keyText = (key: ReadonlyArray<LayoutColumn>, alias: string): string =>
  key.length === 1
    ? key.map(({ name }) => `${columnOf(alias, name)}::text`).join("")
    : `concat_ws(chr(31), ${key.map(({ name }) => columnOf(alias, name)).join(", ")})`

export const newestFirst = (layout: TableLayout, last: ReadonlyArray<string>): string =>
  [
    ...(layout.guard === null ? [] : [`${identifier(layout.guard.name)} DESC NULLS LAST`]),
    `${asOfColumn} DESC`,
    ...last
  ].join(", ")

export const keyMissing = (layout: TableLayout): DestinationError =>
  DestinationError.of(
    "SEGMENT_REFUSED",
    `${layout.stream}: a downloaded row has no ${(layout.key ?? []).map(({ name }) => name).join(", ")}.`,
    "Choose a `primaryKey` that every row has. For a standard object, report this."
  )

const changed = (layout: TableLayout, column: LayoutColumn): DestinationError =>
  DestinationError.of(
    "SEGMENT_REFUSED",
    `A downloaded value cannot be stored without changing it: ${layout.stream}.${column.column.name} does not fit ${sqlType(column.column)}.`,
    "Make the field's type in the org match its values, or leave the field out of the stream."
  )

/** Fails for values that their column would change, and rows without a key. */
export const checkValues = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  stage: Stage
): Effect.fn.Return<void, DestinationError> {
  const losses = layout.columns.flatMap((column) => {
    const loses = losesDigits(column.column, stage.cells)
    return loses === null ? [] : [{ column, loses }]
  })
  const missing = (layout.key ?? []).map(({ column }) => {
    const header = "header" in column.from ? column.from.header : ""
    return `${stage.cells(header)?.sql ?? "NULL"} IS NULL`
  })
  const looks = [
    ...(missing.length === 0 ? [] : [`bool_or(${missing.join(" OR ")}) AS missing`]),
    ...losses.map(({ loses }, at) => `bool_or(${loses}) AS loss_${at}`)
  ]
  if (looks.length === 0) return
  const [found] = yield* sql.rows(`SELECT ${looks.join(", ")} FROM ${stage.table} st`)
  if (found?.missing === true) return yield* keyMissing(layout)
  const lost = losses.find((_, at) => found?.[`loss_${at}`] === true)
  if (lost !== undefined) return yield* changed(layout, lost.column)
})

/** Which work each row belongs to: two different rows of one key in one work are a mistake, not two versions. */
const workOf = (batch: Batch): string => {
  const works = batch.segments.map((segment) => segment.work)
  const list = batch.segments.map((segment) => works.indexOf(segment.work)).join(", ")
  return `(ARRAY[${list}])[s.${segmentColumn} + 1]`
}

/** Leaves one row per key in staging; where history is kept, the others stand aside. */
export const reduceStage = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  stage: Stage
): Effect.fn.Return<Stage, DestinationError> {
  yield* checkValues(sql, layout, stage)
  const key = layout.key
  if (key === null) return stage
  const names = key.map(({ name }) => identifier(name)).join(", ")
  const repeated = `(SELECT ${names} FROM ${stage.typed} s GROUP BY ${names} HAVING count(*) > 1)`
  const found = yield* sql.rows(`${repeated} LIMIT 1`)
  if (found.length === 0) return stage
  const rows = `${stage.typed} s JOIN ${repeated} r ON ${keysEqual(key, "s", "r")}`
  const own = key.map(({ name }) => columnOf("s", name)).join(", ")
  if (stage.batch.effect !== "delete" && stage.batch.effect !== "present") {
    const cells = stage.columns.map(({ name }) => columnOf("s", name)).join(", ")
    const clash = yield* sql.rows(
      `SELECT ${keyText(key, "s")} AS example FROM ${rows} GROUP BY ${own}, ${workOf(stage.batch)}
        HAVING count(DISTINCT ROW(${cells})::text) > 1 LIMIT 1`
    )
    if (clash[0] !== undefined) return yield* nonUniqueKey(layout, String(clash[0].example))
  }
  const guard = layout.guard !== null && stage.columns.includes(layout.guard) ? layout.guard : null
  const order = newestFirst({ ...layout, guard }, [`${segmentColumn} DESC`, `${stageRowColumn} DESC`])
  const away = `ctid IN (SELECT row FROM (
       SELECT ${stageRowColumn} AS row, row_number() OVER (PARTITION BY ${names} ORDER BY ${order}) AS place
       FROM (SELECT s.* FROM ${rows}) repeated_rows) placed WHERE place > 1)`
  const keeps = layout.history !== null && stage.batch.effect === "upsert"
  const older = keeps ? stage.table.replace(/"$/, '_older"') : null
  if (older !== null) {
    yield* sql.run(`CREATE UNLOGGED TABLE ${older} AS SELECT * FROM ${stage.table} WHERE ${away}`)
  }
  yield* sql.run(`DELETE FROM ${stage.table} WHERE ${away}`)
  return { ...stage, older }
})
