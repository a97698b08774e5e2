/**
 * One read-only statement over the file, for people and agents. DuckDB itself enforces it: the file is opened
 * READ_ONLY, external access is off (no files, no ATTACH, no COPY, no extensions) and the configuration is
 * locked. The kind of statement is checked before, for a clear message.
 *
 * https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
 */
import { existsSync } from "node:fs"
import type { QueryLimits, QueryResult } from "@decant/connector"
import { type DuckDBConnection, DuckDBInstance, StatementType } from "@duckdb/node-api"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import { literal } from "../sql-text.ts"
import { cellJson } from "./cell-json.ts"
import { textOf } from "./duckdb-failure.ts"
import type { DuckdbSettings } from "./duckdb-settings.ts"
import { type Patience, whenUnlocked } from "./lock-wait.ts"
import { pathPermit } from "./workbench.ts"

const config = {
  // Before external access is off: after that it cannot be set any more.
  temp_directory: "",
  access_mode: "READ_ONLY",
  enable_external_access: "false",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  memory_limit: "1GB",
  threads: "2"
}

export const queryRefused = (why: string): DestinationError =>
  DestinationError.of(
    "QUERY_REFUSED",
    `Queries can only read the copy: ${why}.`,
    "Write one SELECT over the tables of the copy. To change data or export it, open the file with DuckDB itself."
  )

const tooLong = (seconds: number): DestinationError =>
  DestinationError.of(
    "QUERY_TOO_LONG",
    `The query took more than ${seconds} s and was stopped.`,
    "Narrow it with WHERE or LIMIT, or open the file with DuckDB itself."
  )

const queryFailure = (cause: unknown): DestinationError => {
  if (cause instanceof DestinationError) return cause
  const text = textOf(cause)
  if (/Permission Error|disabled by configuration|read-only mode|configuration has been locked/i.test(text)) {
    return queryRefused(text.split("\n")[0] ?? "")
  }
  return DestinationError.of(
    "QUERY_FAILED",
    text.trim(),
    'Correct the query; `decant query "SHOW ALL TABLES"` lists tables and columns.'
  )
}

const open = async (path: string, schema: string) => {
  const instance = await DuckDBInstance.create(path, config)
  try {
    const connection = await instance.connect()
    const schemas = await connection.runAndReadAll(
      "SELECT 1 FROM duckdb_schemas() WHERE schema_name = $schema AND NOT internal AND database_name = current_database()",
      { schema }
    )
    if (schemas.currentRowCount > 0) await connection.run(`SET schema = ${literal(schema)}`)
    await connection.run("SET TimeZone = 'UTC'")
    await connection.run("SET lock_configuration = true")
    return { instance, connection }
  } catch (cause) {
    instance.closeSync()
    throw cause
  }
}

const readingKinds: ReadonlySet<StatementType> = new Set([StatementType.SELECT, StatementType.EXPLAIN])

const execute = async (connection: DuckDBConnection, sql: string, maxRows: number): Promise<QueryResult> => {
  const statements = await connection.extractStatements(sql)
  if (statements.count !== 1) throw queryRefused(`one statement at a time, these are ${statements.count}`)
  const statement = await statements.prepare(0)
  if (!readingKinds.has(statement.statementType)) {
    throw queryRefused(`${StatementType[statement.statementType]} statements are not allowed`)
  }
  const reader = await statement.streamAndReadUntil(maxRows + 1)
  const names = reader.columnNames()
  const types = reader.columnTypes()
  const rows = reader.getRows()
  return {
    columns: names.map((name, at) => ({ name, type: String(types[at]) })),
    rows: rows.slice(0, maxRows).map((row) => row.map(cellJson)),
    truncated: rows.length > maxRows
  }
}

/** Stops the statement when the time is over, or when the caller goes away. */
const withinTime = async (
  connection: DuckDBConnection,
  sql: string,
  limits: QueryLimits,
  signal: AbortSignal
): Promise<QueryResult> => {
  let late = false
  const timer = setTimeout(() => {
    late = true
    connection.interrupt()
  }, limits.seconds * 1000)
  const stop = () => connection.interrupt()
  signal.addEventListener("abort", stop)
  try {
    return await execute(connection, sql, limits.maxRows)
  } catch (cause) {
    throw late ? tooLong(limits.seconds) : cause
  } finally {
    clearTimeout(timer)
    signal.removeEventListener("abort", stop)
  }
}

const nothingYet = (path: string): DestinationError =>
  DestinationError.of("DESTINATION_UNREACHABLE", `There is no file ${path} yet.`, "Run `decant sync` first.")

interface OpenedForQuery {
  readonly instance: DuckDBInstance
  readonly connection: DuckDBConnection
}

/** One statement on a connection that can only read; it is closed afterwards. */
export const queryOpened = Effect.fnUntraced(function* (
  opened: Effect.Effect<OpenedForQuery, DestinationError>,
  sql: string,
  limits: QueryLimits
): Effect.fn.Return<QueryResult, DestinationError> {
  let running: Promise<unknown> = Promise.resolve()
  const use = ({ connection }: OpenedForQuery) =>
    Effect.tryPromise({
      try: (signal) => {
        const result = withinTime(connection, sql, limits, signal)
        running = result.catch(() => undefined)
        return result
      },
      catch: queryFailure
    })
  return yield* Effect.acquireUseRelease(opened, use, ({ connection, instance }) =>
    Effect.promise(async () => {
      await running
      connection.closeSync()
      instance.closeSync()
    })
  )
})

export const queryFile = Effect.fnUntraced(function* (
  settings: DuckdbSettings,
  patience: Patience,
  sql: string,
  limits: QueryLimits
): Effect.fn.Return<QueryResult, DestinationError> {
  if (!existsSync(settings.path)) return yield* nothingYet(settings.path)
  const opened = whenUnlocked(patience, () => open(settings.path, settings.schema))
  return yield* pathPermit(settings.path).withPermit(queryOpened(opened, sql, limits))
})
