/**
 * The table of a stream: made, widened, given new columns, inside the commit's transaction. A table or column
 * that Decant knows and does not find was changed by somebody else; that is said, never repaired by guessing.
 */
import type { SchemaChange } from "@decant/connector"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import { sqlType } from "../duckdb-sql/column-values.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { identifier } from "../sql-text.ts"
import { asOfColumn, type TableLayout } from "../table-layout.ts"

export interface TargetTable {
  readonly name: string
  /** Qualified and quoted. */
  readonly sql: string
  /** The types as they are in the file, by lower-case column name. */
  readonly types: ReadonlyMap<string, string>
  readonly changes: ReadonlyArray<SchemaChange>
}

export const qualified = (schema: string, table: string): string =>
  `target.${identifier(schema)}.${identifier(table)}`

/** A generation that is not published yet stands beside the visible table under this name. */
export const hiddenName = (table: string, generation: number): string => `_decant_${table}_g${generation}`

export const tableTypes = Effect.fnUntraced(function* (
  sql: Sql,
  schema: string,
  table: string
): Effect.fn.Return<ReadonlyMap<string, string> | null, DestinationError> {
  const columns = yield* sql.columns(qualified(schema, table))
  return columns === null ? null : new Map(columns.map(({ name, type }) => [name.toLowerCase(), type]))
})

const spellings = new Map<string, string>()

/** The file's own spelling of a type, e.g. of the field names of a struct. */
const canonical = Effect.fnUntraced(function* (
  sql: Sql,
  type: string
): Effect.fn.Return<string, DestinationError> {
  if (!type.startsWith("STRUCT") && !type.endsWith("[]")) return type
  const known = spellings.get(type)
  if (known !== undefined) return known
  const [row] = yield* sql.rows(`SELECT typeof(CAST(NULL AS ${type})) AS type`)
  const spelling = String(row?.type)
  spellings.set(type, spelling)
  return spelling
})

const numbers = ["INTEGER", "BIGINT", "DOUBLE"]

type Fit = "same" | "wider" | "widen" | "text" | "fields" | "never"

const scalar = (type: string): boolean => !type.startsWith("STRUCT") && !type.endsWith("]")

/** How a stored type takes values of the wanted one. */
const fit = (stored: string, wanted: string): Fit => {
  if (stored === wanted) return "same"
  if (stored.startsWith("STRUCT") && wanted.startsWith("STRUCT")) return "fields"
  if (!scalar(stored) || !scalar(wanted)) return "never"
  if (stored === "VARCHAR") return "wider"
  if (wanted === "VARCHAR") return "text"
  const from = numbers.indexOf(stored)
  const to = numbers.indexOf(wanted)
  if (from >= 0 && to >= 0) return from < to ? "widen" : "wider"
  if (stored === "DATE" && wanted.startsWith("TIMESTAMP")) return "widen"
  return "never"
}

const asText = (name: string, stored: string): string =>
  stored.startsWith("TIMESTAMP")
    ? `strftime(${identifier(name)}, '%Y-%m-%dT%H:%M:%S.%gZ')`
    : `CAST(${identifier(name)} AS VARCHAR)`

const incompatible = (layout: TableLayout, name: string, stored: string, wanted: string): DestinationError =>
  DestinationError.of(
    "SCHEMA_INCOMPATIBLE",
    `${layout.table}.${name} is ${stored} in the destination, and the org's field is now ${wanted}; the stored values cannot become that.`,
    `Read the stream again into a new table: \`decant sync --full-refresh ${layout.stream}\`. Or leave the field out of the stream.`
  )

const changedOutside = (layout: TableLayout, what: string): DestinationError =>
  DestinationError.of(
    "TARGET_CHANGED",
    `${layout.schema}.${layout.table} was changed by something else than Decant: ${what}.`,
    `Undo that change, or read the stream again into a new table: \`decant sync --full-refresh ${layout.stream}\`.`
  )

/** A table that is there and not this stream's: another stream's, or somebody's. */
const takenBy = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  table: string
): Effect.fn.Return<DestinationError, DestinationError> {
  const [owner] = yield* sql.rows(
    `SELECT stream FROM target._decant.checkpoints WHERE schema_name = $schema AND stream <> $stream
      AND lower($table) IN (lower(table_name), lower(table_name || '_history'))`,
    { schema: layout.schema, stream: layout.stream, table }
  )
  if (owner === undefined) {
    return changedOutside(layout, "there is a table of this name that Decant did not make")
  }
  return DestinationError.of(
    "NAMING_COLLISION",
    `${layout.stream} needs the table ${layout.schema}.${table}, which is a table of ${String(owner.stream)}.`,
    "Set `naming: preserve` in the spec's destination, or do without one of the two (a stream, or the `history: true` of the other)."
  )
})

const create = Effect.fnUntraced(function* (sql: Sql, options: EnsureOptions) {
  const { layout, table, follows } = options
  const columns = layout.columns.map(
    ({ name, column }) => `${identifier(name)} ${follows?.get(name.toLowerCase()) ?? sqlType(column)}`
  )
  yield* sql.run(`CREATE SCHEMA IF NOT EXISTS target.${identifier(layout.schema)}`)
  yield* sql.run(
    `CREATE TABLE ${qualified(layout.schema, table)} (${[...columns, `${asOfColumn} TIMESTAMPTZ`].join(", ")})`
  )
})

const addStructFields = Effect.fnUntraced(function* (
  sql: Sql,
  table: string,
  name: string,
  stored: string,
  wanted: string
) {
  const fieldsOf = (type: string) => sql.rows(`DESCRIBE SELECT unnest(CAST(NULL AS ${type}))`)
  const have = new Set((yield* fieldsOf(stored)).map((field) => String(field.column_name).toLowerCase()))
  const missing = (yield* fieldsOf(wanted)).filter(
    (field) => !have.has(String(field.column_name).toLowerCase())
  )
  const added = missing.map((field) => String(field.column_name))
  for (const field of missing) {
    yield* sql.run(
      `ALTER TABLE ${table} ADD COLUMN ${identifier(name)}.${identifier(String(field.column_name))} ${String(field.column_type)}`
    )
  }
  return added
})

const fitColumn = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  table: string,
  name: string,
  stored: string,
  wanted: string
): Effect.fn.Return<ReadonlyArray<SchemaChange>, DestinationError> {
  const change = (detail: string): ReadonlyArray<SchemaChange> => [
    { kind: "column-widened", column: name, detail }
  ]
  const alter = `ALTER TABLE ${table} ALTER COLUMN ${identifier(name)} TYPE ${wanted}`
  switch (fit(stored, wanted)) {
    case "same":
    case "wider":
      return []
    case "widen":
      yield* sql.run(alter)
      return change(`${stored} → ${wanted}`)
    case "text":
      yield* sql.run(`${alter} USING ${asText(name, stored)}`)
      return change(`${stored} → ${wanted}`)
    case "fields": {
      const added = yield* addStructFields(sql, table, name, stored, wanted)
      return added.length === 0 ? [] : change(`with ${added.join(", ")}`)
    }
    case "never":
      return yield* incompatible(layout, name, stored, wanted)
  }
})

export interface EnsureOptions {
  readonly layout: TableLayout
  readonly table: string
  /** Columns that Decant made in this table before, lower case; null when it never made the table. */
  readonly known: ReadonlySet<string> | null
  /** For a table that follows another: that one's types, by lower-case name. What fits no other way becomes text. */
  readonly follows?: ReadonlyMap<string, string>
}

const toText = Effect.fnUntraced(function* (
  sql: Sql,
  table: string,
  column: string
): Effect.fn.Return<ReadonlyArray<SchemaChange>, DestinationError> {
  yield* sql.run(`ALTER TABLE ${table} ALTER COLUMN ${identifier(column)} TYPE VARCHAR`)
  return [{ kind: "column-widened", column, detail: "VARCHAR" }]
})

interface TableColumn {
  readonly name: string
  /** Null when the table does not have it. */
  readonly stored: string | null
  readonly wanted: string
}

const ensureColumn = Effect.fnUntraced(function* (
  sql: Sql,
  { layout, known, follows }: EnsureOptions,
  table: string,
  { name, stored, wanted }: TableColumn
): Effect.fn.Return<ReadonlyArray<SchemaChange>, DestinationError> {
  if (stored !== null) {
    const type = yield* canonical(sql, wanted)
    return follows !== undefined && fit(stored, type) === "never"
      ? yield* toText(sql, table, name)
      : yield* fitColumn(sql, layout, table, name, stored, type)
  }
  if (known?.has(name.toLowerCase()) === true) {
    return yield* changedOutside(layout, `its column ${name} is gone or has another name`)
  }
  yield* sql.run(`ALTER TABLE ${table} ADD COLUMN ${identifier(name)} ${wanted}`)
  return [{ kind: "column-added", column: name, detail: wanted }]
})

/** Makes the table fit the layout. */
export const ensureTable = Effect.fnUntraced(function* (
  sql: Sql,
  options: EnsureOptions
): Effect.fn.Return<TargetTable, DestinationError> {
  const { layout, known } = options
  const name = qualified(layout.schema, options.table)
  const stored = yield* tableTypes(sql, layout.schema, options.table)
  const changes: Array<SchemaChange> = []
  if (stored === null) {
    if (known !== null) return yield* changedOutside(layout, "the table is gone")
    yield* create(sql, options)
    changes.push({ kind: "table-created", column: null, detail: `${layout.schema}.${layout.table}` })
  } else {
    if (known === null || !stored.has(asOfColumn)) {
      return yield* yield* takenBy(sql, layout, options.table)
    }
    for (const { name: column, column: of } of layout.columns) {
      const lower = column.toLowerCase()
      const wanted = options.follows?.get(lower) ?? sqlType(of)
      const stands = { name: column, stored: stored.get(lower) ?? null, wanted }
      changes.push(...(yield* ensureColumn(sql, options, name, stands)))
    }
  }
  const types =
    changes.length > 0 || stored === null ? yield* tableTypes(sql, layout.schema, options.table) : stored
  return { name: options.table, sql: name, types: types ?? new Map(), changes }
})
