/**
 * Chooses how a window is read. Back-fills go by Bulk. An increment is asked for by one REST query, which
 * says how many rows there are and already brings the first of them; small ones go on that way.
 */
import type { Work } from "@decant/connector"
import { Effect, Result, Stream } from "effect"
import { isBulkLimit, isBulkRefusal, isUnserved } from "../bulk/bulk-refusals.ts"
import { newJobRows, resumedJobRows } from "../bulk/bulk-rows.ts"
import type { ReadError } from "../read-error.ts"
import { fitsAddress } from "../rest/rest-query.ts"
import { firstRows, mostRows, restRows } from "../rest/rest-rows.ts"
import { type Attempt, inParts } from "./in-parts.ts"
import type { StreamReading } from "./stream-reading.ts"
import { areRanges, wholeInParts, withTotal } from "./whole-in-parts.ts"
import type { WorkEvent } from "./work-event.ts"

type Events = Stream.Stream<WorkEvent, ReadError>

const viaRest = (reading: StreamReading, work: Work): Events =>
  Stream.unwrap(Effect.map(firstRows(reading, work), (first) => restRows(reading, work, first)))

/** The day's Bulk jobs are used up: few rows can do without, many wait. */
const withoutBulk = (reading: StreamReading, work: Work, spent: ReadError): Events =>
  Stream.unwrap(
    Effect.map(Effect.result(firstRows(reading, work)), (first) => {
      if (Result.isFailure(first)) {
        return Stream.fail(first.failure.code === "API_QUERY_TIMEOUT" ? spent : first.failure)
      }
      return first.success.totalSize > reading.tuning.mostRowsWithoutBulk
        ? Stream.fail(spent)
        : restRows(reading, work, first.success)
    })
  )

const viaBulk = (reading: StreamReading, work: Work): Events => {
  const { bulk, definition } = reading
  const { object } = definition
  if (isUnserved(object) || bulk.refuses(object)) return viaRest(reading, work)
  const jobRows = newJobRows(reading, work).pipe(
    Stream.catchIf(isBulkRefusal, () => {
      if (definition.soql === null) bulk.refused(object)
      return viaRest(reading, work)
    }),
    Stream.catchIf(isBulkLimit, (error) => {
      bulk.isFull()
      return Stream.unwrap(Effect.map(bulk.whyNot, (why) => withoutBulk(reading, work, why ?? error)))
    })
  )
  return Stream.unwrap(
    Effect.map(bulk.whyNot, (why) => (why === null ? jobRows : withoutBulk(reading, work, why)))
  )
}

const attemptBySize: Attempt = (reading, work) => {
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

const attempt: Attempt = (reading, work) => {
  if (work.job !== undefined) return resumedJobRows(reading, work, work.job)
  const isWhole = work.ids === undefined && (work.window === undefined || work.window.from === null)
  return isWhole && reading.definition.soql === null ? viaBulk(reading, work) : attemptBySize(reading, work)
}

/** One REST query tells the size; large results go by Bulk. */
export const rowsBySize = (reading: StreamReading, work: Work): Events =>
  inParts(reading, [work], { isParted: false }, attemptBySize)

export const windowRows = (reading: StreamReading, work: Work): Events =>
  inParts(reading, [work], { isParted: false }, attempt)

/** A part of a large object is large as well: nobody asks first. */
const attemptRange: Attempt = (reading, work) =>
  work.job === undefined ? viaBulk(reading, work) : resumedJobRows(reading, work, work.job)

const ranges = (reading: StreamReading, works: ReadonlyArray<Work>, rows: number | null): Events =>
  inParts(withTotal(reading, rows), works, { isParted: true, together: true }, attemptRange)

/** One of several parts that are read apart: it moves nothing but itself. */
export const onePart = (reading: StreamReading, work: Work): Events => ranges(reading, [work], null)

/**
 * Of a window that is in a checkpoint: it may have been parted by an earlier run, and is by this one where it is large.
 * Where the parts are left to others it has no end.
 */
export const openRows = (reading: StreamReading, works: ReadonlyArray<Work>, isParted: boolean): Events => {
  const [first] = works
  if (isParted) {
    return areRanges(works)
      ? ranges(reading, works, null)
      : inParts(reading, works, { isParted: true }, attempt)
  }
  if (first === undefined) return inParts(reading, works, { isParted }, attempt)
  return Stream.unwrap(
    Effect.map(wholeInParts(reading, first), (whole) =>
      whole === null
        ? inParts(reading, works, { isParted }, attempt)
        : Stream.concat(
            Stream.make<[WorkEvent]>({ kind: "parts", parts: whole.parts }),
            reading.context.leavesParts === true ? Stream.empty : ranges(reading, whole.parts, whole.rows)
          )
    )
  )
}
