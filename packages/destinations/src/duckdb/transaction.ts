/** One transaction of the attached file. It is never left half way by an interruption. */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"

/** Commits when the body says so; rolls back when it says not, or fails. */
export const transaction = <A>(
  sql: Sql,
  body: Effect.Effect<{ readonly keep: boolean; readonly value: A }, DestinationError>
): Effect.Effect<A, DestinationError> =>
  Effect.uninterruptible(
    Effect.gen(function* () {
      yield* sql.run("BEGIN TRANSACTION")
      const done = yield* body.pipe(Effect.onError(() => Effect.ignore(sql.run("ROLLBACK"))))
      yield* sql.run(done.keep ? "COMMIT" : "ROLLBACK")
      return done.value
    })
  )
