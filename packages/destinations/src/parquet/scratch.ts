/**
 * A database that lives as long as one commit or one question: `target`, attached to the workbench's connection
 * and filled with what Decant knows and the rows that matter. What DuckDB files are written with works on it
 * unchanged; what it becomes is written to the store.
 */
import { randomUUID } from "node:crypto"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { failureOf } from "../duckdb/duckdb-failure.ts"
import { createState } from "../duckdb/state.ts"
import { qualified } from "../duckdb/target-table.ts"
import { pathLiteral } from "../duckdb-sql/read-files.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { identifier, literal } from "../sql-text.ts"
import { fileType, type TableColumn } from "./delta/table-schema.ts"
import type { Store } from "./store.ts"
import { type Descriptions, readDescriptionFile, type StreamState } from "./stream-state.ts"

/** Above so many bytes of Parquet the rows go to a file in the private folder instead of memory. */
const inMemoryBytes = 32 * 1024 * 1024

/** Runs the body with an empty `target`; nothing of it stays. */
export const withScratch = <A>(
  sql: Sql,
  at: { readonly folder: string; readonly schema: string; readonly bytes: number },
  body: Effect.Effect<A, DestinationError>
): Effect.Effect<A, DestinationError> => {
  const path = at.bytes > inMemoryBytes ? join(at.folder, `scratch-${randomUUID()}.duckdb`) : ":memory:"
  const remove = Effect.promise(async () => {
    if (path !== ":memory:") for (const end of ["", ".wal"]) await rm(`${path}${end}`, { force: true })
  })
  return Effect.gen(function* () {
    yield* sql.run(`ATTACH ${literal(path)} AS target`)
    yield* createState(sql, at.schema)
    const result = yield* body
    yield* sql.run("DETACH target")
    return result
  }).pipe(
    Effect.catchDefect((defect) => Effect.fail(failureOf(path, defect))),
    Effect.ensuring(remove)
  )
}

/** What rows of a `_decant` table look like; the same in every scratch database, and slow to ask for. */
const structures = new Map<string, string>()

const structureOf = Effect.fnUntraced(function* (
  sql: Sql,
  table: string
): Effect.fn.Return<string, DestinationError> {
  const known = structures.get(table)
  if (known !== undefined) return known
  const columns = yield* columnsOf(sql, "_decant", table)
  const types = Object.fromEntries((columns ?? []).map(({ name, type }) => [name, type]))
  const structure = JSON.stringify([types])
  structures.set(table, structure)
  return structure
})

const insertJson = Effect.fnUntraced(function* (
  sql: Sql,
  table: string,
  schema: string,
  rows: ReadonlyArray<Readonly<Record<string, unknown>>>
): Effect.fn.Return<void, DestinationError> {
  if (rows.length === 0) return
  const structure = yield* structureOf(sql, table)
  yield* sql.run(
    `INSERT INTO target._decant.${identifier(table)} BY NAME SELECT item.* FROM (SELECT unnest(from_json($json, ${literal(structure)})) AS item)`,
    { json: JSON.stringify(rows.map((row) => ({ ...row, schema_name: schema }))) }
  )
})

const kept = ["checkpoints", "segments", "fields", "picklist_values"] as const

/** What `target` knows about its stream, as rows of JSON. */
export const storedRows = Effect.fnUntraced(function* (
  sql: Sql
): Effect.fn.Return<
  Readonly<Record<(typeof kept)[number], ReadonlyArray<Readonly<Record<string, unknown>>>>>,
  DestinationError
> {
  const rows = yield* sql.rows(
    kept
      .map(
        (table) =>
          `SELECT ${literal(table)} AS name, to_json(_decant_row)::VARCHAR AS json FROM target._decant.${table} _decant_row`
      )
      .join(" UNION ALL ")
  )
  const of = (table: string) =>
    rows.flatMap(
      ({ name, json }): ReadonlyArray<Readonly<Record<string, unknown>>> =>
        name === table ? [JSON.parse(String(json))] : []
    )
  return {
    checkpoints: of("checkpoints"),
    segments: of("segments"),
    fields: of("fields"),
    picklist_values: of("picklist_values")
  }
})

/** What is known about a stream, as rows of the `_decant` tables. */
export const loadState = Effect.fnUntraced(function* (
  sql: Sql,
  store: Store,
  schema: string,
  state: StreamState
): Effect.fn.Return<void, DestinationError> {
  const { details } = state
  yield* insertJson(sql, "checkpoints", schema, details.checkpoints)
  yield* insertJson(sql, "segments", schema, details.segments)
  if (details.descriptions !== null) {
    const descriptions: Descriptions = yield* readDescriptionFile(store, details.descriptions)
    yield* insertJson(sql, "fields", schema, descriptions.fields)
    yield* insertJson(sql, "picklist_values", schema, descriptions.picklist_values)
  }
  if (details.tombstones !== null) {
    const [path = ""] = yield* store.readable([details.tombstones])
    yield* sql.run(
      `INSERT INTO target._decant.tombstones BY NAME SELECT * REPLACE (${literal(schema)} AS schema_name) FROM read_parquet(${literal(path)})`
    )
  }
})

export const loadRuns = (
  sql: Sql,
  schema: string,
  rows: ReadonlyArray<Readonly<Record<string, unknown>>>
): Effect.Effect<void, DestinationError> => insertJson(sql, "runs", schema, rows)

/** The rows of these files with exactly these columns; columns that a file does not have are null. */
export const selectFiles = (columns: ReadonlyArray<TableColumn>, paths: ReadonlyArray<string>): string => {
  const empty = columns
    .map(({ name, type }) => `CAST(NULL AS ${fileType(type)}) AS ${identifier(name)}`)
    .join(", ")
  const wanted = columns
    .map(({ name, type }) =>
      fileType(type) === type
        ? identifier(name)
        : `CAST(${identifier(name)} AS ${type}) AS ${identifier(name)}`
    )
    .join(", ")
  if (paths.length === 0) return `SELECT ${wanted} FROM (SELECT ${empty} WHERE false)`
  const list = paths.map(pathLiteral).join(", ")
  return (
    `SELECT ${wanted} FROM (SELECT ${empty} WHERE false UNION ALL BY NAME ` +
    `SELECT * FROM read_parquet([${list}], union_by_name = true, hive_partitioning = false))`
  )
}

export const createTable = (
  sql: Sql,
  schema: string,
  table: string,
  columns: ReadonlyArray<TableColumn>
): Effect.Effect<number, DestinationError> =>
  sql.run(
    `CREATE TABLE ${qualified(schema, table)} (${columns.map(({ name, type }) => `${identifier(name)} ${type}`).join(", ")})`
  )

/** The columns as they stand in `target`. */
export const columnsOf = (
  sql: Sql,
  schema: string,
  table: string
): Effect.Effect<ReadonlyArray<TableColumn> | null, DestinationError> => sql.columns(qualified(schema, table))
