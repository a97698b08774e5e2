/**
 * Rows that are taken out leave gaps in a table. When DuckDB writes a checkpoint and the rows of neighbouring groups
 * fit into fewer ones, it closes the gaps between them and writes all of their columns anew. That keeps small tables
 * small; in a large one of which one row in a hundred changes with each sync, every second sync took twice as long and
 * some ten times (measured: 0.15 to 1.7 s for a million rows). There gaps stay until they are worth it.
 */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { firstLocalRow } from "../duckdb-sql/append.ts"
import type { Sql } from "../duckdb-sql/sql.ts"

const large = 200_000
/** Fewer changes leave gaps so slowly that the half a megabyte that each sync adds beside them would outgrow the table. */
const fewChanges = 4000
const mostGaps = 1 / 4

const gapsIn = Effect.fnUntraced(function* (sql: Sql, table: string) {
  const [found] = yield* sql.rows(
    `SELECT count(*)::DOUBLE AS rows, coalesce(max(rowid) + 1, 0)::DOUBLE AS places FROM ${table} WHERE rowid < ${firstLocalRow}`
  )
  return Number(found?.places) - Number(found?.rows)
})

/** Before the commit that has changed so many of the table's rows. */
export const leaveFewGaps = Effect.fnUntraced(function* (
  sql: Sql,
  table: string,
  { rows, changed }: { readonly rows: number; readonly changed: number }
): Effect.fn.Return<void, DestinationError> {
  if (rows < large || changed < fewChanges) return
  if ((yield* gapsIn(sql, table)) < rows * mostGaps) yield* sql.run("SET max_vacuum_tasks = 0")
})

/** At the end of a run, when what it has changed is in the file. */
export const closeGapsAgain = (sql: Sql) => sql.run("RESET max_vacuum_tasks")
