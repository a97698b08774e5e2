/** One DuckDB connection as the rest of this package sees it. */
import type { DuckDBValue } from "@duckdb/node-api"
import type { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"

type Parameters = Record<string, DuckDBValue>

/** One connection, statements one after the other. */
export interface Statements {
  /** How many rows the statement changed. */
  readonly run: (sql: string, parameters?: Parameters) => Effect.Effect<number, DestinationError>
  /** For small results only. */
  readonly rows: (
    sql: string,
    parameters?: Parameters
  ) => Effect.Effect<ReadonlyArray<Record<string, unknown>>, DestinationError>
}

/** The file is `target` while it is attached. */
export interface Sql extends Statements {
  /**
   * Of a table or of a SELECT in parentheses; null when a table of it is not there. `duckdb_columns()` says the same
   * after it has bound every view of the system.
   */
  readonly columns: (
    source: string
  ) => Effect.Effect<ReadonlyArray<{ readonly name: string; readonly type: string }> | null, DestinationError>
}
