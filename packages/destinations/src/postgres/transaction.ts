/** One transaction. It is never left half way by an interruption. */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "./sql.ts"

/** Commits when the body succeeds, rolls back when it fails. */
export const transaction = <A>(
  sql: Sql,
  body: Effect.Effect<A, DestinationError>
): Effect.Effect<A, DestinationError> =>
  Effect.uninterruptible(
    Effect.gen(function* () {
      yield* sql.run("BEGIN")
      const value = yield* body.pipe(Effect.onError(() => Effect.ignore(sql.run("ROLLBACK"))))
      yield* sql.run("COMMIT")
      return value
    })
  )
