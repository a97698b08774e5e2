/**
 * The table of a stream: made, widened, given new columns. Readers wait for none of it longer than the change itself
 * takes, since it is a transaction of its own before the rows come; giving up after a moment and trying again keeps
 * readers from queueing behind it. A table or column that Decant knows and does not find was changed by somebody
 * else; that is said, never repaired by guessing.
 */
import type { SchemaChange } from "@decant/connector"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import { identifier, literal } from "../sql-text.ts"
import type { LayoutColumn, TableLayout } from "../table-layout.ts"
import type { KnownColumn } from "./descriptions.ts"
import { collationOf, columnDefinition, partsOf, sqlType } from "./postgres-types.ts"
import type { Sql } from "./sql.ts"

export interface TargetTable {
  /** Qualified and quoted. */
  readonly sql: string
  /** The types as they are in the database, by column name, in the table's order. */
  readonly types: ReadonlyMap<string, string>
}

export const qualified = (schema: string, table: string): string =>
  `${identifier(schema)}.${identifier(table)}`

export const tableTypes = Effect.fnUntraced(function* (
  sql: Sql,
  schema: string,
  table: string
): Effect.fn.Return<ReadonlyMap<string, string> | null, DestinationError> {
  const rows = yield* sql.rows(
    `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type FROM pg_catalog.pg_attribute a
       JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [schema, table]
  )
  return rows.length === 0 ? null : new Map(rows.map((row) => [String(row.name), String(row.type)]))
})

const numbers = ["integer", "bigint", "double precision"]

type Fit = "same" | "wider" | "widen" | "text" | "never"

const isScalar = (type: string): boolean => type !== "jsonb" && !type.endsWith("[]")

/** How a stored type takes values of the wanted one. */
const fit = (stored: string, wanted: string): Fit => {
  if (stored === wanted) return "same"
  if (!isScalar(stored) || !isScalar(wanted)) return "never"
  if (stored === "text") return "wider"
  if (wanted === "text") return "text"
  const from = numbers.indexOf(stored)
  const to = numbers.indexOf(wanted)
  if (from >= 0 && to >= 0) return from < to ? "widen" : "wider"
  return stored === "date" && wanted.startsWith("timestamp") ? "widen" : "never"
}

const asText = (name: string, stored: string): string =>
  stored.startsWith("timestamp")
    ? `to_char(${identifier(name)}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
    : `${identifier(name)}::text`

const incompatible = (layout: TableLayout, name: string, stored: string, wanted: string): DestinationError =>
  DestinationError.of(
    "SCHEMA_INCOMPATIBLE",
    `${layout.table}.${name} is ${stored} in the destination, and the org's field is now ${wanted}; the stored values cannot become that.`,
    `Read the stream again: \`decant sync --full-refresh ${layout.stream}\`. Or leave the field out of the stream.`
  )

export const changedOutside = (layout: TableLayout, what: string): DestinationError =>
  DestinationError.of(
    "TARGET_CHANGED",
    `${layout.schema}.${layout.table} was changed by something else than Decant: ${what}.`,
    `Undo that change. Or take the table away (or give it another name) and read the stream again: \`decant sync --full-refresh ${layout.stream}\`.`
  )

/** A compound with more parts: what is stored gets them too, as null, as if it had been read with them. */
const addParts = Effect.fnUntraced(function* (
  sql: Sql,
  table: string,
  item: LayoutColumn,
  known: ReadonlyArray<string> | null
): Effect.fn.Return<ReadonlyArray<SchemaChange>, DestinationError> {
  const missing = (partsOf(item.column) ?? []).filter((part) => known !== null && !known.includes(part))
  if (missing.length === 0) return []
  const empty = literal(JSON.stringify(Object.fromEntries(missing.map((part) => [part, null]))))
  const name = identifier(item.name)
  yield* sql.run(`UPDATE ${table} SET ${name} = ${empty}::jsonb || ${name} WHERE ${name} IS NOT NULL`)
  return [{ kind: "column-widened", column: item.name, detail: `with ${missing.join(", ")}` }]
})

export interface EnsureOptions {
  readonly layout: TableLayout
  /** The name of the table, visible or hidden. */
  readonly table: string
  /** Columns that Decant made in this table before; null when it never made the table. */
  readonly known: ReadonlyArray<KnownColumn> | null
  /** Whether a column whose values cannot be kept may be made anew: all rows are about to be replaced. */
  readonly mayReplace: boolean
}

const fitColumn = Effect.fnUntraced(function* (
  sql: Sql,
  table: string,
  item: LayoutColumn,
  stored: string,
  options: EnsureOptions
): Effect.fn.Return<ReadonlyArray<SchemaChange>, DestinationError> {
  const { layout } = options
  const wanted = sqlType(item.column)
  const name = identifier(item.name)
  const widened: SchemaChange = {
    kind: "column-widened",
    column: item.name,
    detail: `${stored} → ${wanted}`
  }
  const alter = `ALTER TABLE ${table} ALTER COLUMN ${name} TYPE ${wanted}${collationOf(item.column, false)}`
  switch (fit(stored, wanted)) {
    case "wider":
      return []
    case "same": {
      const known = options.known?.find((column) => column.name === item.name)
      return yield* addParts(sql, table, item, known?.parts ?? null)
    }
    case "widen":
      yield* sql.run(alter)
      return [widened]
    case "text":
      yield* sql.run(`${alter} USING ${asText(item.name, stored)}`)
      return [widened]
    case "never":
      if (!options.mayReplace) return yield* incompatible(layout, item.name, stored, wanted)
      yield* sql.run(`ALTER TABLE ${table} DROP COLUMN ${name}`)
      yield* sql.run(`ALTER TABLE ${table} ADD COLUMN ${columnDefinition(item.name, item.column, false)}`)
      return [widened]
  }
})

/** Whether a table takes the layout's rows as it stands. */
export const takesRows = (layout: TableLayout, stored: ReadonlyMap<string, string>): boolean =>
  layout.columns.every(({ name, column }) => {
    const type = stored.get(name)
    return type !== undefined && ["same", "wider"].includes(fit(type, sqlType(column)))
  })

/** Makes a table, which is there, fit the layout. */
export const ensureColumns = Effect.fnUntraced(function* (
  sql: Sql,
  options: EnsureOptions,
  stored: ReadonlyMap<string, string>
): Effect.fn.Return<ReadonlyArray<SchemaChange>, DestinationError> {
  const { layout, known } = options
  const table = qualified(layout.schema, options.table)
  const changes: Array<SchemaChange> = []
  for (const item of layout.columns) {
    const type = stored.get(item.name)
    if (type !== undefined) {
      changes.push(...(yield* fitColumn(sql, table, item, type, options)))
    } else if (known?.some((column) => column.present && column.name === item.name)) {
      return yield* changedOutside(layout, `its column ${item.name} is gone or has another name`)
    } else {
      yield* sql.run(`ALTER TABLE ${table} ADD COLUMN ${columnDefinition(item.name, item.column, false)}`)
      changes.push({ kind: "column-added", column: item.name, detail: sqlType(item.column) })
    }
  }
  return changes
})
