/**
 * Segments on the server: COPY on two connections into an unlogged table of `_decant` that is committed, since a
 * table of an open transaction is invisible to the second connection, and that nobody reads but the one transaction
 * that merges and drops it. What a killed process leaves is dropped by the next commit of the stream.
 */
import { createHash, randomBytes } from "node:crypto"
import { segmentRows } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Batch, BatchFile } from "../duckdb-sql/batches.ts"
import { segmentShort } from "../duckdb-sql/stage.ts"
import { identifier, literal } from "../sql-text.ts"
import { asOfColumn, type LayoutColumn, type TableLayout } from "../table-layout.ts"
import { type CsvFile, csvBytes, type NulCount } from "./copy-file.ts"
import { type Cells, columnValue, stagedTypes } from "./postgres-types.ts"
import type { Sessions } from "./sessions.ts"
import type { Sql } from "./sql.ts"
import { onTwoConnections } from "./two-connections.ts"

export const segmentColumn = "_decant_segment"
export const stageRowColumn = "_decant_stage_row"

export interface Stage {
  readonly batch: Batch
  /** Qualified and quoted; its columns are the cells of the files as they stand there. */
  readonly table: string
  /** The layout's columns that the batch has values for. */
  readonly columns: ReadonlyArray<LayoutColumn>
  /** The cells of the files by their headers, for expressions over `table` as `st`. */
  readonly cells: Cells
  /** The rows as the stream's table would hold them, with their time of reading and their segment's position. */
  readonly typed: string
  /** The same over another table of the same cells. */
  readonly typedOf: (table: string) => string
  readonly rows: number
  /** The rows that were reduced away, for history; null when there are none, or none is kept. */
  readonly older: string | null
}

/** Where the bytes of a spooled file are read: masked ones stand elsewhere. */
export type FileOf = (path: string, gzip: boolean) => CsvFile

/** Staging tables of a stream begin alike, so that what a killed process left is found. */
export const stagePrefix = (schema: string, stream: string): string =>
  `stage_${createHash("sha256")
    .update(JSON.stringify([schema, stream]))
    .digest("hex")
    .slice(0, 16)}_`

const cellName = (position: number): string => `h${position}`

const segmentTimes = (batch: Batch): string => {
  const times = batch.segments.map((segment) => segment.asOf)
  const [first] = times
  if (first !== undefined && new Set(times).size === 1) return `${literal(first)}::timestamptz`
  const list = times.map(literal).join(", ")
  return `(ARRAY[${list}]::timestamptz[])[st.${segmentColumn} + 1]`
}

/** How a batch is read, before anything is made on the server. */
export const stageOf = (layout: TableLayout, batch: Batch): Stage => {
  const name = `${stagePrefix(layout.schema, layout.stream)}${randomBytes(6).toString("hex")}`
  const types = stagedTypes(
    batch.header,
    layout.columns.map(({ column }) => column)
  )
  const cells: Cells = (header) => {
    const position = batch.header.indexOf(header)
    return position < 0 ? null : { sql: `st.${cellName(position)}`, type: types.get(header) ?? "text" }
  }
  const values = layout.columns.flatMap((column) => {
    const value = columnValue(column.column, cells)
    return value === null ? [] : [{ column, sql: `${value} AS ${identifier(column.name)}` }]
  })
  const table = `_decant.${identifier(name)}`
  const own = [
    `st.ctid AS ${stageRowColumn}`,
    `${segmentTimes(batch)} AS ${asOfColumn}`,
    `st.${segmentColumn} AS ${segmentColumn}`
  ]
  const typedOf = (from: string): string =>
    `(SELECT ${[...values.map(({ sql }) => sql), ...own].join(", ")} FROM ${from} st)`
  return {
    batch,
    table,
    columns: values.map(({ column }) => column),
    cells,
    typed: typedOf(table),
    typedOf,
    older: null,
    rows: batch.segments.reduce((sum, segment) => sum + segmentRows(segment), 0)
  }
}

const createStage = (sql: Sql, stage: Stage): Effect.Effect<number, DestinationError> => {
  const columns = stage.batch.header.map((header, position) => {
    const type = stage.cells(header)?.type ?? "text"
    return `${cellName(position)} ${type}${type === "text" ? ' COLLATE pg_catalog."C"' : ""}`
  })
  const own = `${segmentColumn} integer NOT NULL DEFAULT current_setting('decant.segment')::integer`
  return sql.run(
    `CREATE UNLOGGED TABLE ${stage.table} (${[...columns, own].join(", ")}) WITH (autovacuum_enabled = false)`
  )
}

export const copyOptions = (columns: ReadonlyArray<string>): string =>
  `FROM STDIN (FORMAT csv, HEADER true, FORCE_NULL (${columns.join(", ")}))`

/** Sends one file and compares how many rows arrived with what Salesforce said. */
export const copyFile = Effect.fnUntraced(function* (
  sql: Sql,
  statement: string,
  file: { readonly path: string; readonly rows: number; readonly gzip: boolean },
  fileOf: FileOf,
  nul: NulCount
): Effect.fn.Return<void, DestinationError> {
  const arrived = yield* sql.copyIn(statement, () => csvBytes(fileOf(file.path, file.gzip), nul))
  if (arrived !== file.rows) return yield* segmentShort(file.path, file.rows, arrived)
})

const copyOne = Effect.fnUntraced(function* (
  sql: Sql,
  stage: Stage,
  entry: BatchFile,
  fileOf: FileOf,
  nul: NulCount
): Effect.fn.Return<void, DestinationError> {
  const names = stage.batch.header.map((_, position) => cellName(position))
  const position = stage.batch.segments.indexOf(entry.segment)
  yield* sql.rows("SELECT set_config('decant.segment', $1, false)", [String(position)])
  const statement = `COPY ${stage.table} (${names.join(", ")}) ${copyOptions(names)}`
  yield* copyFile(sql, statement, entry.file, fileOf, nul)
})

/** Copies the files of a batch into its staging table. */
export const copyBatch = Effect.fnUntraced(function* (
  sessions: Sessions,
  stage: Stage,
  fileOf: FileOf,
  nul: NulCount
): Effect.fn.Return<void, DestinationError> {
  yield* sessions.use((sql) => createStage(sql, stage))
  yield* onTwoConnections(sessions, stage.batch.files, (sql, entry) =>
    copyOne(sql, stage, entry, fileOf, nul)
  )
})

/** The same on one connection, in its transaction. */
export const copyBatchOn = Effect.fnUntraced(function* (
  sql: Sql,
  stage: Stage,
  fileOf: FileOf,
  nul: NulCount
): Effect.fn.Return<void, DestinationError> {
  yield* createStage(sql, stage)
  for (const entry of stage.batch.files) yield* copyOne(sql, stage, entry, fileOf, nul)
})

export const dropStage = (sql: Sql, stage: Stage): Effect.Effect<number, DestinationError> =>
  sql.run(`DROP TABLE ${[stage.table, ...(stage.older === null ? [] : [stage.older])].join(", ")}`)

/** Under the stream's lock: whatever stands there was left by a process that is gone. */
export const dropLeftStages = Effect.fnUntraced(function* (
  sql: Sql,
  at: { readonly schema: string; readonly stream: string }
): Effect.fn.Return<void, DestinationError> {
  const left = yield* sql.rows(
    "SELECT c.relname AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace " +
      "WHERE n.nspname = '_decant' AND c.relkind = 'r' AND left(c.relname, length($1)) = $1",
    [stagePrefix(at.schema, at.stream)]
  )
  for (const { name } of left) {
    yield* sql.run(`DROP TABLE IF EXISTS _decant.${identifier(String(name))}`)
  }
})
