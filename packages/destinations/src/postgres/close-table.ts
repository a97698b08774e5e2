/**
 * Nobody copies into a generation's table any more. Whoever still does is waited for a moment, and then ended: a
 * process that hangs in the middle of a file would keep its lock for as long as it hangs. What it copies can count
 * for no commit any more, or is copied again.
 */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "./sql.ts"

const writers = `SELECT pg_terminate_backend(l.pid) FROM pg_catalog.pg_locks l
  JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
  JOIN pg_catalog.pg_database d ON d.oid = l.database
  WHERE d.datname = current_database() AND l.relation = $1::regclass AND l.granted AND l.mode = 'RowExclusiveLock'
    AND l.pid <> pg_backend_pid() AND a.usename = current_user`

/** To be called under the stream's lock; holds until the transaction ends. `table` is qualified and quoted. */
export const closeTable = Effect.fnUntraced(function* (
  sql: Sql,
  table: string
): Effect.fn.Return<void, DestinationError> {
  const lock = `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`
  yield* sql.run("SET LOCAL lock_timeout = '1s'")
  const refused = yield* sql.refusedWith(lock, ["55P03"])
  yield* sql.run("SET LOCAL lock_timeout = '60s'")
  if (refused === null) return
  yield* sql.rows(writers, [table])
  yield* sql.run(lock)
})
