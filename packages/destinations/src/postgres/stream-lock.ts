/** Only one writes a stream: others wait a minute, then stop. A killed process gives it up with its connection. */
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import type { Sql } from "./sql.ts"

export const conflict = (stream: string, detail: string): DestinationError =>
  DestinationError.of(
    "WRITER_CONFLICT",
    `Another sync has moved ${stream} on meanwhile: ${detail}. Nothing of this commit was stored.`,
    "Let the other sync finish and run this one again; see that only one schedule runs this spec."
  )

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
