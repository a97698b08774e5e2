/**
 * One read-only statement over one commit of each table. The files of that commit are the only ones that the
 * database may open; it holds nothing but views, and is gone after the statement.
 *
 * https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
 */
import type { QueryLimits, QueryResult } from "@decant/connector"
import { DuckDBInstance } from "@duckdb/node-api"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import { failureOf } from "../duckdb/duckdb-failure.ts"
import { queryOpened, queryRefused } from "../duckdb/query.ts"
import { createState } from "../duckdb/state.ts"
import { sqlOf } from "../duckdb/workbench.ts"
import type { ParquetSettings } from "./parquet-settings.ts"
import { lockDown, type Stored, showRuns, showStreams, showViews, useSchema } from "./reading.ts"
import type { Store } from "./store.ts"

const config = {
  temp_directory: "",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  memory_limit: "1GB",
  threads: "2"
}

const reads =
  /^(?:\(|(?:select|with|from|values|table|show|describe|desc|summarize|pivot|unpivot|explain)\b)/i
const explains = /^explain\s+(?:analyze\s+|\([^)]*\)\s*)?/i
const leading = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|;)+/

/** The files are open for reading, and DuckDB would write to them as well; so nothing that writes gets that far. */
const checkReads = (sql: string): Effect.Effect<void, DestinationError> => {
  const text = sql.replace(leading, "")
  const inner = text.replace(explains, "").replace(leading, "")
  return text === "" || (reads.test(text) && reads.test(inner))
    ? Effect.void
    : Effect.fail(queryRefused(`${text.split(/\s/)[0]?.toUpperCase() ?? ""} statements are not allowed`))
}

/** `query()` puts names together, and `duckdb_…()` says how many rows a table has; no other way leads to `_decant`. */
const asksState = /decant|query|duckdb_/

const nothingYet = (location: string): DestinationError =>
  DestinationError.of(
    "DESTINATION_UNREACHABLE",
    `There is nothing in ${location} yet.`,
    "Run `decant sync` first."
  )

export interface Asked {
  readonly store: Store
  readonly settings: ParquetSettings
  /** Null when nothing was ever written. */
  readonly streams: ReadonlyArray<Stored> | null
}

const openViews = Effect.fnUntraced(function* ({ store, settings, streams }: Asked, statement: string) {
  const all = streams ?? (yield* nothingYet(store.location))
  const { path, schema } = settings
  const instance = yield* Effect.promise(() => DuckDBInstance.create(":memory:", config))
  const connection = yield* Effect.promise(() => instance.connect())
  const sql = sqlOf(path, connection)
  const text = statement.toLowerCase()
  const wanted = {
    tables: (names: ReadonlyArray<string>) => store.isLocal || mentions(text, names),
    state: asksState.test(text)
  }
  return yield* Effect.gen(function* () {
    yield* sql.run("SET TimeZone = 'UTC'")
    yield* sql.run("ATTACH ':memory:' AS target")
    yield* createState(sql, schema)
    if (text.includes("runs")) yield* showRuns(sql, store, schema)
    const paths = yield* showStreams(sql, store, schema, all, wanted)
    yield* useSchema(sql, schema)
    yield* showViews(sql, all)
    yield* lockDown(sql, paths)
    return { instance, connection }
  }).pipe(
    Effect.onError(() =>
      Effect.sync(() => {
        connection.closeSync()
        instance.closeSync()
      })
    ),
    Effect.catchDefect((defect) => Effect.fail(failureOf(path, defect)))
  )
})

/** A table whose files lie elsewhere is fetched when the statement names it, or a view that reads it. */
const mentions = (text: string, names: ReadonlyArray<string>): boolean =>
  names.some((name) => {
    const view = /^CREATE VIEW (?:"?[^".\s]+"?\.)?"?([^"\s(]+)"?/i.exec(name)?.[1]
    return text.includes((view ?? name).toLowerCase())
  })

export const queryTables = Effect.fnUntraced(function* (
  asked: Asked,
  sql: string,
  limits: QueryLimits
): Effect.fn.Return<QueryResult, DestinationError> {
  yield* checkReads(sql)
  return yield* queryOpened(openViews(asked, sql), sql, limits)
})
