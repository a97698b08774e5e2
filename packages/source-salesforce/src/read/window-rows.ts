/**
 * Chooses how a window is read. Back-fills go by Bulk. An increment is asked for by one REST query, which
 * says how many rows there are and already brings the first of them; small ones go on that way.
 */
import type { Work } from "@decant/connector"
import { Effect, Result, Stream } from "effect"
import { isBulkRefusal } from "../bulk/bulk-refusals.ts"
import { newJobRows, resumedJobRows } from "../bulk/bulk-rows.ts"
import type { ReadError } from "../read-error.ts"
import { fitsAddress } from "../rest/rest-query.ts"
import { firstRows, mostRows, restRows } from "../rest/rest-rows.ts"
import type { StreamReading } from "./stream-reading.ts"
import type { WorkEvent } from "./work-event.ts"

type Events = Stream.Stream<WorkEvent, ReadError>

const viaRest = (reading: StreamReading, work: Work): Events =>
  Stream.unwrap(Effect.map(firstRows(reading, work), (first) => restRows(reading, work, first)))

const viaBulk = (reading: StreamReading, work: Work): Events =>
  newJobRows(reading, work).pipe(Stream.catchIf(isBulkRefusal, () => viaRest(reading, work)))

/** One REST query tells the size; large results go by Bulk. */
export const rowsBySize = (reading: StreamReading, work: Work): Events => {
  const { soql } = reading.definition
  const mayBulk = soql?.bulk !== false
  if (soql !== null && !fitsAddress(reading.client, soql.text)) return viaBulk(reading, work)
  return Stream.unwrap(
    Effect.gen(function* () {
      const first = yield* Effect.result(firstRows(reading, work))
      if (Result.isFailure(first)) {
        return first.failure.code === "API_QUERY_TIMEOUT" && mayBulk
          ? viaBulk(reading, work)
          : Stream.fail(first.failure)
      }
      return first.success.totalSize > mostRows(reading, work) && mayBulk
        ? viaBulk(reading, work)
        : restRows(reading, work, first.success)
    })
  )
}

export const windowRows = (reading: StreamReading, work: Work): Events => {
  if (work.job !== undefined) return resumedJobRows(reading, work, work.job)
  if (reading.definition.soql !== null) return rowsBySize(reading, work)
  return work.window === undefined || work.window.from === null
    ? viaBulk(reading, work)
    : rowsBySize(reading, work)
}
