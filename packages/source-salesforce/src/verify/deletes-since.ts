/** What was deleted since the copy followed the deletes, for differences that are no faults. */
import { type Instant, instantFromMillis, instantToMillis } from "@decant/connector"
import { Effect } from "effect"
import { isBeyondLog } from "../org/delete-log.ts"
import type { StreamReading } from "../read/stream-reading.ts"
import type { ReadError } from "../read-error.ts"

const SECOND = 1000

/**
 * When each Id was deleted last, of those that went since the copy followed the deletes. From a second earlier on, so
 * that the log is asked now: an answer that it has given in this run is older than the rows.
 */
export const deletesSince = Effect.fnUntraced(function* (
  reading: StreamReading,
  coveredTo: Instant
): Effect.fn.Return<ReadonlyMap<string, Instant>, ReadError> {
  const { stream, object } = reading.definition
  const from = instantFromMillis(instantToMillis(coveredTo) - SECOND)
  const { rows } = yield* reading.deleteLog
    .since({ stream, object, from })
    .pipe(Effect.catchIf(isBeyondLog, () => Effect.succeed({ rows: [] })))
  const times = new Map<string, Instant>()
  for (const { id, at } of rows) if (at > (times.get(id) ?? "")) times.set(id, at)
  return times
})
