/** The copy as one moment of it: views over the files of the newest commit of each stream, and `_decant` beside. */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { qualified } from "../duckdb/target-table.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { identifier, literal } from "../sql-text.ts"
import type { AddFile } from "./delta/actions.ts"
import type { TableColumn } from "./delta/table-schema.ts"
import { readRuns } from "./runs.ts"
import { loadRuns, loadState, selectFiles } from "./scratch.ts"
import type { Store } from "./store.ts"
import type { StreamState } from "./stream-state.ts"
import type { StreamTable } from "./stream-table.ts"

export type Stored = StreamTable & { readonly state: StreamState }

const pathsOf = (store: Store, folder: string, files: ReadonlyArray<AddFile>) =>
  store.readable(files.map(({ path }) => `${folder}/${decodeURI(path)}`))

interface Shown {
  readonly name: string
  readonly folder: string
  readonly columns: ReadonlyArray<TableColumn>
  readonly files: ReadonlyArray<AddFile>
}

/** The tables of a stream that a reader sees. */
const shownTables = ({ folder, snapshot, state }: Stored): ReadonlyArray<Shown> => {
  const { columns, history, table } = state.details
  return [
    ...(columns === null ? [] : [{ name: table, folder, columns, files: [...snapshot.files.values()] }]),
    ...(history === null
      ? []
      : [{ name: history.table, folder: history.table, columns: history.columns, files: history.files }])
  ]
}

/** What of the copy a statement can be about. */
export interface Wanted {
  /** Leaves tables out whose files would have to be fetched first. */
  readonly tables: (names: ReadonlyArray<string>) => boolean
  /** The rows of `_decant`. */
  readonly state: boolean
}

/** Makes views; says which files they read. */
export const showStreams = Effect.fnUntraced(function* (
  sql: Sql,
  store: Store,
  schema: string,
  streams: ReadonlyArray<Stored>,
  wanted: Wanted
): Effect.fn.Return<ReadonlyArray<string>, DestinationError> {
  const used: Array<string> = []
  for (const stream of streams) {
    if (wanted.state) yield* loadState(sql, store, schema, stream.state)
    const views = stream.state.details.views
    for (const { name, folder, columns, files } of shownTables(stream)) {
      const fetched = wanted.tables([name, ...views]) ? files : []
      const paths = yield* pathsOf(store, folder, fetched)
      used.push(...paths)
      yield* sql.run(`CREATE VIEW ${qualified(schema, name)} AS ${selectFiles(columns, paths)}`)
    }
  }
  return used
})

/** After `USE target`: views name schema and table only. */
export const showViews = Effect.fnUntraced(function* (
  sql: Sql,
  streams: ReadonlyArray<Stored>
): Effect.fn.Return<void, DestinationError> {
  for (const { state } of streams) {
    if (state.details.columns === null) continue
    for (const view of state.details.views) yield* sql.run(view)
  }
})

export const showRuns = Effect.fnUntraced(function* (sql: Sql, store: Store, schema: string) {
  yield* loadRuns(sql, schema, yield* readRuns(store))
})

const position = "_decant_position"

/** A stream's table for looking into: with `rowid`, by which a row is found again. */
export const showForInspection = Effect.fnUntraced(function* (
  sql: Sql,
  store: Store,
  schema: string,
  stream: Stored
): Effect.fn.Return<void, DestinationError> {
  yield* loadState(sql, store, schema, stream.state)
  for (const { name, folder, columns, files } of shownTables(stream)) {
    const paths = yield* pathsOf(store, folder, files)
    const body = selectFiles([...columns, { name: position, type: "BIGINT" }], paths).replace(
      "SELECT * FROM read_parquet",
      `SELECT *, file_index::BIGINT * 1099511627776 + file_row_number AS ${position} FROM read_parquet`
    )
    const cells = columns.map((column) => identifier(column.name)).join(", ")
    yield* sql.run(
      `CREATE VIEW ${qualified(schema, name)} AS SELECT ${cells}, ${position} AS rowid FROM (${body})`
    )
  }
})

export const useSchema = (sql: Sql, schema: string): Effect.Effect<number, DestinationError> =>
  Effect.andThen(
    sql.run(`CREATE SCHEMA IF NOT EXISTS target.${identifier(schema)}`),
    sql.run(`USE target.${identifier(schema)}`)
  )

/** Only these files, whatever a query says. */
export const lockDown = Effect.fnUntraced(function* (sql: Sql, paths: ReadonlyArray<string>) {
  yield* sql.run(`SET allowed_paths = [${paths.map(literal).join(", ")}]`)
  yield* sql.run("SET enable_external_access = false")
  yield* sql.run("SET lock_configuration = true")
})
