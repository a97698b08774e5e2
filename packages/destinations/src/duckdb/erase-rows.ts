/** Takes a record out of every table that holds it, and keeps its texts in memory to look for them afterwards. */
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { identifier, literal } from "../sql-text.ts"
import { publishedTable } from "./inspect.ts"
import { qualified } from "./target-table.ts"
import { transaction } from "./transaction.ts"

export interface EraseAt {
  readonly schema: string
  readonly stream: string
  readonly key: string
}

export interface ErasedRows {
  readonly removed: ReadonlyArray<{ readonly place: string; readonly rows: number }>
  /** The tables that held it, and the condition under which a row is the record's. */
  readonly places: ReadonlyArray<{ readonly place: string; readonly sql: string; readonly condition: string }>
  readonly texts: ReadonlySet<string>
}

const withoutKey = (stream: string): DestinationError =>
  DestinationError.of(
    "NOT_SUPPORTED",
    `${stream} has no key, so no single row of it can be named.`,
    "Delete the rows at their source and let the stream be read whole again."
  )

/** The stream's own tables: the visible one, its history, generations that are not published yet. */
const ownTables = Effect.fnUntraced(function* (sql: Sql, schema: string, table: string) {
  const rows = yield* sql.rows(
    `SELECT table_name AS name FROM duckdb_tables() WHERE database_name = 'target' AND schema_name = $schema
      AND (table_name IN ($table, $history) OR (starts_with(table_name, $hidden) AND regexp_full_match(table_name[length($hidden) + 1:], '[0-9]+')))
      ORDER BY length(table_name)`,
    { schema, table, history: `${table}_history`, hidden: `_decant_${table}_g` }
  )
  return rows.map(({ name }) => String(name))
})

const collect = (value: unknown, into: Set<string>): void => {
  if (typeof value === "string") into.add(value)
  else if (typeof value === "object" && value !== null)
    for (const item of Object.values(value)) collect(item, into)
}

const textColumns = (sql: Sql, schema: string, table: string) =>
  Effect.map(
    sql.rows(
      `SELECT column_name AS name FROM duckdb_columns() WHERE database_name = 'target' AND schema_name = $schema
        AND table_name = $table AND contains(data_type, 'VARCHAR')`,
      { schema, table }
    ),
    (rows) => rows.map(({ name }) => identifier(String(name)))
  )

const readTexts = Effect.fnUntraced(function* (
  sql: Sql,
  of: { readonly schema: string; readonly table: string; readonly condition: string },
  into: Set<string>
) {
  const columns = yield* textColumns(sql, of.schema, of.table)
  if (columns.length === 0) return
  const found = yield* sql.rows(
    `SELECT ${columns.join(", ")} FROM ${qualified(of.schema, of.table)} WHERE ${of.condition}`
  )
  collect(found, into)
})

const eraseAll = Effect.fnUntraced(function* (sql: Sql, at: EraseAt) {
  const { schema, stream, key } = at
  const published = yield* publishedTable(sql, at)
  const names = published.key ?? []
  if (names.length === 0) return yield* withoutKey(stream)
  const texts = new Set([key])
  const places: Array<ErasedRows["places"][number]> = []
  const removed: Array<ErasedRows["removed"][number]> = []
  const cells = names.map((name) => `CAST(${identifier(name)} AS VARCHAR)`)
  const isRecord = `${cells.length === 1 ? cells[0] : `concat_ws(chr(31), ${cells.join(", ")})`} = ${literal(key)}`
  for (const table of yield* ownTables(sql, schema, published.table)) {
    yield* readTexts(sql, { schema, table, condition: isRecord }, texts)
    places.push({ place: `${schema}.${table}`, sql: qualified(schema, table), condition: isRecord })
  }
  places.push({
    place: "_decant.tombstones",
    sql: "target._decant.tombstones",
    condition: `schema_name = ${literal(schema)} AND stream = ${literal(stream)} AND key = ${literal(key)}`
  })
  for (const { place, sql: table, condition } of places) {
    removed.push({ place, rows: yield* sql.run(`DELETE FROM ${table} WHERE ${condition}`) })
  }
  const mentions = {
    place: "_decant.runs",
    sql: "target._decant.runs",
    condition: `contains(report, ${literal(key)})`
  }
  yield* sql.run(
    `UPDATE ${mentions.sql} SET report = replace(report, ${literal(key)}, '(erased)') WHERE ${mentions.condition}`
  )
  const gone: ErasedRows = {
    removed: removed.filter(({ rows }) => rows > 0),
    places: [...places, mentions],
    texts
  }
  return { keep: true, value: gone }
})

export const eraseRows = (sql: Sql, at: EraseAt): Effect.Effect<ErasedRows, DestinationError> =>
  transaction(sql, eraseAll(sql, at))
