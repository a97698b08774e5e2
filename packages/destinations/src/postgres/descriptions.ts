/**
 * What the org says about its fields, for people and agents who read the copy: comments on the table and its
 * columns, `_decant.fields`, `_decant.picklist_values`. Written when the layout changes, not with each commit.
 */
import type { SchemaChange } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { identifier, literal } from "../sql-text.ts"
import type { TableLayout } from "../table-layout.ts"
import { partsOf, sqlType } from "./postgres-types.ts"
import type { Sql } from "./sql.ts"

const where = "WHERE schema_name = $1 AND stream = $2"

export interface KnownColumn {
  readonly name: string
  /** Still read; its values stay when it is not. */
  readonly present: boolean
  readonly mask: string | null
  /** Of a compound. */
  readonly parts: ReadonlyArray<string> | null
}

/** The columns that Decant made, or null when it never made this stream's table. */
export const knownColumns = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout
): Effect.fn.Return<ReadonlyArray<KnownColumn> | null, DestinationError> {
  const rows = yield* sql.rows(`SELECT column_name, present, mask, parts FROM _decant.fields ${where}`, [
    layout.schema,
    layout.stream
  ])
  if (rows.length === 0) return null
  return rows.map((row) => ({
    name: String(row.column_name),
    present: row.present === true,
    mask: typeof row.mask === "string" ? row.mask : null,
    parts: Array.isArray(row.parts) ? row.parts.map(String) : null
  }))
})

/** Columns that the org no longer has; their values stay. */
export const keptColumns = (
  layout: TableLayout,
  known: ReadonlyArray<KnownColumn> | null
): ReadonlyArray<SchemaChange> => {
  const now = new Set(layout.columns.map(({ name }) => name))
  return (known ?? [])
    .filter((column) => column.present && !now.has(column.name))
    .map(({ name }) => ({ kind: "column-kept", column: name, detail: "no longer read; its values stay" }))
}

const comments = (layout: TableLayout): ReadonlyArray<string> => {
  const table = `${identifier(layout.schema)}.${identifier(layout.table)}`
  return [
    `COMMENT ON TABLE ${table} IS ${literal(`Copy of ${layout.stream} by Decant`)}`,
    ...layout.columns.map(({ name, column }) => {
      const text = column.describes?.help ? `${column.label}: ${column.describes.help}` : column.label
      return `COMMENT ON COLUMN ${table}.${identifier(name)} IS ${literal(text)}`
    })
  ]
}

/** Rows as JSON: one parameter, however many they are. */
const insertAll = (sql: Sql, table: string, rows: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
  sql.run(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`, [
    JSON.stringify(rows)
  ])

export const writeDescriptions = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout
): Effect.fn.Return<void, DestinationError> {
  const at = [layout.schema, layout.stream]
  const here = { schema_name: layout.schema, stream: layout.stream, table_name: layout.table }
  yield* sql.run(`DELETE FROM _decant.fields ${where} AND column_name = ANY($3)`, [
    ...at,
    layout.columns.map(({ name }) => name)
  ])
  yield* sql.run(`UPDATE _decant.fields SET present = false ${where}`, at)
  yield* insertAll(
    sql,
    "_decant.fields",
    layout.columns.map(({ name, column }) => ({
      ...here,
      column_name: name,
      field: column.name,
      label: column.label,
      help: column.describes?.help ?? null,
      type: sqlType(column),
      source_type: column.describes?.sourceType ?? null,
      formula: column.describes?.formula ?? null,
      mask: column.mask?.hmac ?? null,
      present: true,
      parts: partsOf(column)
    }))
  )
  yield* sql.run(`DELETE FROM _decant.picklist_values ${where}`, at)
  yield* insertAll(
    sql,
    "_decant.picklist_values",
    layout.columns.flatMap(({ name, column }) =>
      (column.describes?.picklist ?? []).map((item, position) => ({
        ...here,
        column_name: name,
        position,
        value: item.value,
        label: item.label,
        active: item.active
      }))
    )
  )
  yield* sql.run(comments(layout).join(";\n"))
})
