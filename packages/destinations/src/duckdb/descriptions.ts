/**
 * What the org says about its fields, for people and agents who read the copy: comments on the table and its
 * columns, `_decant.fields`, `_decant.picklist_values`. Written when the layout changes, not with each commit.
 */
import type { SchemaChange } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { sqlType } from "../duckdb-sql/column-values.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { identifier, literal } from "../sql-text.ts"
import type { TableLayout } from "../table-layout.ts"
import type { TargetTable } from "./target-table.ts"

const where = "WHERE schema_name = $schema AND stream = $stream"

export interface KnownColumn {
  readonly name: string
  readonly present: boolean
  readonly mask: string | null
}

/** The columns that Decant made, or null when it never wrote this stream. */
export const knownColumns = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout
): Effect.fn.Return<ReadonlyArray<KnownColumn> | null, DestinationError> {
  const rows = yield* sql.rows(`SELECT column_name, present, mask FROM target._decant.fields ${where}`, {
    schema: layout.schema,
    stream: layout.stream
  })
  if (rows.length === 0) return null
  return rows.map((row) => ({
    name: String(row.column_name).toLowerCase(),
    present: row.present === true,
    mask: typeof row.mask === "string" ? row.mask : null
  }))
})

const values = (cells: ReadonlyArray<string | number | boolean | null>): string =>
  `(${cells.map((cell) => (typeof cell === "string" ? literal(cell) : cell === null ? "NULL" : String(cell))).join(", ")})`

const insertAll = Effect.fnUntraced(function* (
  sql: Sql,
  table: string,
  rows: ReadonlyArray<ReadonlyArray<string | number | boolean | null>>
): Effect.fn.Return<void, DestinationError> {
  for (let at = 0; at < rows.length; at += 1000) {
    yield* sql.run(
      `INSERT INTO ${table} VALUES ${rows
        .slice(at, at + 1000)
        .map(values)
        .join(", ")}`
    )
  }
})

const comments = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  table: TargetTable
): Effect.fn.Return<void, DestinationError> {
  const ofColumns = layout.columns.map(({ name, column }) => {
    const text = column.describes?.help ? `${column.label}: ${column.describes.help}` : column.label
    return `COMMENT ON COLUMN ${table.sql}.${identifier(name)} IS ${literal(text)}`
  })
  const ofTable = `COMMENT ON TABLE ${table.sql} IS ${literal(`Copy of ${layout.stream} by Decant`)}`
  yield* sql.run([ofTable, ...ofColumns].join("; "))
})

/** Columns that the org no longer has; their values stay. */
export const keptColumns = (
  layout: TableLayout,
  known: ReadonlyArray<KnownColumn> | null
): ReadonlyArray<SchemaChange> => {
  const now = new Set(layout.columns.map(({ name }) => name.toLowerCase()))
  return (known ?? [])
    .filter((column) => column.present && !now.has(column.name))
    .map(({ name }) => ({ kind: "column-kept", column: name, detail: "no longer read; its values stay" }))
}

export const writeDescriptions = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  table: TargetTable
): Effect.fn.Return<void, DestinationError> {
  const at = { schema: layout.schema, stream: layout.stream }
  const here: ReadonlyArray<string> = [layout.schema, layout.stream, layout.table]
  const names = layout.columns.map(({ name }) => literal(name.toLowerCase())).join(", ")
  yield* sql.run(`DELETE FROM target._decant.fields ${where} AND lower(column_name) IN (${names})`, at)
  yield* sql.run(`UPDATE target._decant.fields SET present = false ${where}`, at)
  yield* insertAll(
    sql,
    "target._decant.fields",
    layout.columns.map(({ name, column }) => [
      ...here,
      name,
      column.name,
      column.label,
      column.describes?.help ?? null,
      sqlType(column),
      column.describes?.sourceType ?? null,
      column.describes?.formula ?? null,
      column.mask?.hmac ?? null,
      true
    ])
  )
  yield* sql.run(`DELETE FROM target._decant.picklist_values ${where}`, at)
  yield* insertAll(
    sql,
    "target._decant.picklist_values",
    layout.columns.flatMap(({ name, column }) =>
      (column.describes?.picklist ?? []).map((item, position) => [
        ...here,
        name,
        position,
        item.value,
        item.label,
        item.active
      ])
    )
  )
  yield* comments(sql, layout, table)
})
