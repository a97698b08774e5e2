/** Only one writes a stream: others wait a minute, then stop. A killed process gives it up with its connection. */
import { Effect } from "effect"
import { conflict } from "../writer-conflict.ts"
import type { Sql } from "./sql.ts"

/** Held until the transaction ends. */
export const lockStream = Effect.fnUntraced(function* (main: Sql, schema: string, stream: string) {
  yield* main.run("SET LOCAL lock_timeout = '60s'")
  yield* main
    .rows("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
      JSON.stringify(["decant", schema, stream])
    ])
    .pipe(
      Effect.catchIf(
        (failure) => failure.code === "DESTINATION_LOCKED",
        () => Effect.fail(conflict(stream, "it has been writing it for more than a minute"))
      )
    )
})
