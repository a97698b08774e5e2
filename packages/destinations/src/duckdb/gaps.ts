/**
 * Rows that are taken out leave gaps in a table, and each load leaves a group of rows per thread that is not full. When
 * DuckDB writes a checkpoint and the rows of neighbouring groups fit into fewer ones, it writes all of their columns anew,
 * with one thread. That keeps small tables small; in a large one of which one row in a hundred changes with each sync,
 * every second sync took twice as long and some ten times (measured: 0.15 to 1.7 s for a million rows), and every second
 * first sync of half a million rows took four seconds instead of three. There groups stay as they are until it is worth it:
 * when the gaps are many, and otherwise with the first small commit of a day.
 */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { firstLocalRow } from "../duckdb-sql/append.ts"
import type { Sql } from "../duckdb-sql/sql.ts"

const large = 200_000
/** Fewer changes leave gaps so slowly that the half a megabyte that each sync adds beside them would outgrow the table: once a day they are closed. */
const fewChanges = 4000

/** A commit of a stream: how many rows of its table it changed, and when it and the one before were made. */
interface Changing {
  /** Of the table, after it. */
  readonly rows: number
  readonly changed: number
  readonly before: string | null
  readonly now: string
}

const isOnSameDay = (a: string | null, b: string): boolean => a !== null && a.slice(0, 10) === b.slice(0, 10)

const mostGaps = 1 / 4

const gapsIn = Effect.fnUntraced(function* (sql: Sql, table: string) {
  const [found] = yield* sql.rows(
    `SELECT count(*)::DOUBLE AS rows, coalesce(max(rowid) + 1, 0)::DOUBLE AS places FROM ${table} WHERE rowid < ${firstLocalRow}`
  )
  return Number(found?.places) - Number(found?.rows)
})

const leaveGaps = (sql: Sql) => sql.run("SET max_vacuum_tasks = 0")

/** Before the commit that has loaded new rows into a table, which has so many now. */
export const leaveHalfGroups = (sql: Sql, rows: number) => (rows < large ? Effect.void : leaveGaps(sql))

/** Before a commit whose rows met what was stored. */
export const leaveFewGaps = Effect.fnUntraced(function* (
  sql: Sql,
  table: string,
  { rows, changed, before, now }: Changing
): Effect.fn.Return<void, DestinationError> {
  if (rows < large) return
  const few = changed < fewChanges ? isOnSameDay(before, now) : (yield* gapsIn(sql, table)) < rows * mostGaps
  if (few) yield* leaveGaps(sql)
})

/** At the end of a run, when what it has changed is in the file. */
export const closeGapsAgain = (sql: Sql) => sql.run("RESET max_vacuum_tasks")
