/**
 * Compares all Ids of an object with the copy's, both ways. Rows that the copy lacks, or has in another version, are
 * read by their Ids. Rows that only the copy has are gone for a user who sees every record; for anyone else they may
 * be hidden just as well, and stay.
 */
import type { Differences, Instant, Segment, Work } from "@decant/connector"
import { Effect, Stream } from "effect"
import type { ReadError } from "../read-error.ts"
import { recordWriter } from "../rest/csv-record.ts"
import { rowsById } from "../rest/ids-query.ts"
import { type IdList, listIds } from "./id-list.ts"
import { allRows } from "./patch-rows.ts"
import type { StreamReading } from "./stream-reading.ts"
import { spoolLines } from "./window-deletes.ts"
import type { WorkEvent } from "./work-event.ts"

type Events = Stream.Stream<WorkEvent, ReadError>

/** Of each: as many of the rows that differ are told apart. */
const LISTED = 50_000
/** Rows that are held in memory at a time. */
const ROWS_AT_ONCE = 2000

export interface ReconcileRequest {
  /** Everything before is committed. */
  readonly committedTo: Instant | null
  /** Since when the delete log is silent; null when it is not. */
  readonly unknownSince: Instant | null
  /** What the delete log has just told: not yet committed. */
  readonly gone: ReadonlySet<string>
}

export interface Reconciled {
  readonly reconciledAt: Instant
  readonly warnings: ReadonlyArray<string>
  readonly events: Events
}

const segmentEvents = (segments: ReadonlyArray<Segment>): Events =>
  Stream.fromIterable(segments.map((segment): WorkEvent => ({ kind: "segment", segment })))

const rowsAgain = (reading: StreamReading, work: Work, ids: ReadonlyArray<string>): Events => {
  const { client, definition } = reading
  const { stream, object, select, cursorField } = definition
  const chunks = Array.from({ length: Math.ceil(ids.length / ROWS_AT_ONCE) }, (_, at) =>
    ids.slice(at * ROWS_AT_ONCE, (at + 1) * ROWS_AT_ONCE)
  )
  return Stream.fromIterable(chunks).pipe(
    Stream.mapEffect((chunk) =>
      Effect.gen(function* () {
        const wanted = { stream, object, select, stamp: cursorField, ids: chunk }
        const { records, asOf } = yield* rowsById(client, wanted)
        const lines = records.map(recordWriter(select))
        const of = { work: work.id, effect: "upsert", header: select, lines, asOf } as const
        return { kind: "segment", segment: yield* spoolLines(reading, of) } satisfies WorkEvent
      })
    )
  )
}

/** The Ids to be read again, or null where so many differ that all rows are the lesser work. */
const lackingOf = (reading: StreamReading, { counts, rows }: Differences): ReadonlyArray<string> | null => {
  const lacking = rows.filter(({ kind }) => kind === "missing" || kind === "stamp" || kind === "values")
  const all = counts.missing + counts.stamp + counts.values
  return all > lacking.length || all > reading.tuning.mostRowsByRest ? null : lacking.map(({ key }) => key)
}

const day = (instant: Instant): string => instant.slice(0, 10)
const rowsText = (count: number): string => (count === 1 ? "1 row" : `${count} rows`)

const silentLog = (object: string, since: Instant | null): string =>
  since === null ? "" : `Salesforce no longer tells which rows of ${object} were deleted since ${day(since)}.`

const hiddenText = (stream: string, object: string, hidden: number): string =>
  `${rowsText(hidden)} of ${stream} in the copy ${hidden === 1 ? "is" : "are"} hidden from this user in Salesforce, or gone: none was marked. Only a user with “View All” for ${object} can tell.`

const lackingText = (stream: string, count: number): string =>
  `${rowsText(count)} of ${stream} ${count === 1 ? "was" : "were"} missing from the copy or of another version, and read again.`

/** The destination does not tell what it has: all rows are read, and what a list of Ids alone can say is said. */
const unseen = (
  reading: StreamReading,
  work: Work,
  of: ReconcileRequest,
  list: IdList,
  seesAll: boolean
): Reconciled => {
  const { stream, object } = reading.definition
  const why = silentLog(object, of.unknownSince)
  const kept = `Rows of ${stream} that are gone cannot be told from rows that are not shared with this user, so none was marked: give the user “View All” for ${object}.`
  return {
    reconciledAt: list.asOf,
    warnings: seesAll ? [`${why} All Ids were compared instead.`].slice(why === "" ? 1 : 0) : [why, kept],
    events: Stream.concat(segmentEvents(seesAll ? [list.segment] : []), allRows(reading, work))
  }
}

const compared = (
  reading: StreamReading,
  work: Work,
  of: ReconcileRequest & {
    readonly list: IdList
    readonly seesAll: boolean
    readonly differences: Differences
  }
): Reconciled => {
  const { list, seesAll, differences } = of
  const { counts, rows } = differences
  const { stream, object } = reading.definition
  const lacking = lackingOf(reading, differences)
  const count = counts.missing + counts.stamp + counts.values
  const known = rows.filter(({ kind, key }) => kind === "extra" && of.gone.has(key)).length
  const hidden = seesAll ? 0 : counts.extra - known
  const marks = seesAll && counts.extra > 0
  const why = silentLog(object, of.unknownSince)
  return {
    reconciledAt: list.asOf,
    warnings: [
      ...(why === "" ? [] : [`${why} All Ids were compared instead.`]),
      ...(count === 0 ? [] : [lackingText(stream, count)]),
      ...(hidden === 0 ? [] : [hiddenText(stream, object, hidden)])
    ],
    events: Stream.concat(
      marks ? segmentEvents([list.segment]) : Stream.drain(Stream.fromEffect(list.drop)),
      lacking === null ? allRows(reading, work) : rowsAgain(reading, work, lacking)
    )
  }
}

export const reconcileIds = Effect.fnUntraced(function* (
  reading: StreamReading,
  work: Work,
  of: ReconcileRequest
): Effect.fn.Return<Reconciled, ReadError> {
  const { definition, context } = reading
  const seesAll = !definition.keepsMissing && (yield* reading.seesAll(definition.object))
  const list = yield* listIds(reading, work)
  const compare = of.committedTo === null ? undefined : context.compare
  const differences =
    compare === undefined
      ? null
      : yield* compare({ segments: [list.segment], before: of.committedTo, limit: LISTED })
  return differences === null
    ? unseen(reading, work, of, list, seesAll)
    : compared(reading, work, { ...of, list, seesAll, differences })
})
