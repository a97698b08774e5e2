/** How many rows a query has, by a way that has nothing to do with Bulk jobs: null where that cannot be asked. */
import type { Work } from "@decant/connector"
import { Effect } from "effect"
import type { StreamReading } from "../read/stream-reading.ts"
import type { ReadError } from "../read-error.ts"
import { firstPage } from "../rest/rest-query.ts"
import { countQuery } from "../streams/soql.ts"

export const countRows = (
  { client, definition }: StreamReading,
  work: Work
): Effect.Effect<number | null, ReadError> => {
  if (definition.soql !== null) return Effect.succeed(null)
  const query = countQuery({
    object: definition.object,
    cursorField: definition.cursorField,
    window: work.window ?? null,
    ids: work.ids ?? null,
    where: definition.where
  })
  return firstPage(client, definition.stream, query).pipe(
    Effect.map(({ totalSize }) => totalSize),
    Effect.catchIf(
      (error) => error.disposition === "failed",
      () => Effect.succeed(null)
    )
  )
}
