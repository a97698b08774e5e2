/**
 * Compares all Ids of an object with the copy's: what the delete log no longer tells. Only for users who see
 * every record, since for anyone else a row that is not shared looks like one that is gone.
 */
import { type Instant, instantFromMillis, instantToMillis, type Segment, segmentId } from "@decant/connector"
import { Duration, Effect, Stream } from "effect"
import type { ReadError } from "../read-error.ts"
import { newRowsWork } from "../streams/work.ts"
import type { StreamReading } from "./stream-reading.ts"
import { spoolLines, type WindowDeletes } from "./window-deletes.ts"
import { windowRows } from "./window-rows.ts"

/** The log reaches back 15 days, and less where it was purged. */
export const isBeyondLog = (error: ReadError): boolean => error.code === "API_REPLICATION_DATE"

const header = ["Id"]

interface Pages {
  readonly kept: ReadonlyArray<Segment>
  /** Of the part that is being read. */
  readonly open: ReadonlyArray<Segment>
}

const noPages: Pages = { kept: [], open: [] }

/** One segment that names every Id, recycle bin included. */
const presentIds = Effect.fnUntraced(function* (
  reading: StreamReading,
  work: string
): Effect.fn.Return<Segment, ReadError> {
  const { definition } = reading
  const asOf = reading.client.clock.now()
  const ids = { ...reading, definition: { ...definition, select: header, cursorField: null } }
  const pages = yield* windowRows(ids, newRowsWork(undefined)).pipe(
    Stream.runFold(
      () => noPages,
      ({ kept, open }, event) => {
        if (event.kind === "segment") return { kept, open: [...open, event.segment] }
        if (event.kind === "part") return { kept: [...kept, ...open], open: [] }
        // A new job or a second attempt: what came before belongs to another reading of the same rows.
        return event.kind === "done" ? { kept, open } : { kept, open: [] }
      }
    ),
    Effect.map(({ kept, open }) => [...kept, ...open])
  )
  const [first] = pages
  const covers = { ids: { from: null, to: null } }
  if (first === undefined) {
    const none = yield* spoolLines(reading, { work, effect: "present", header, lines: [], asOf })
    return { ...none, covers }
  }
  const locator = `present ${pages.map(({ id }) => id).join(" ")}`
  return {
    ...first,
    id: segmentId({ stream: definition.stream, generation: reading.generation, work, locator }),
    work,
    effect: "present",
    files: pages.flatMap(({ files }) => files),
    asOf,
    covers
  }
})

const day = (instant: Instant): string => instant.slice(0, 10)

/** `unknownSince`: since when the log is silent; null when it is not, and the schedule asks. */
export const reconcileIds = Effect.fnUntraced(function* (
  reading: StreamReading,
  work: string,
  unknownSince: Instant | null
): Effect.fn.Return<WindowDeletes, ReadError> {
  const { stream, object } = reading.definition
  const asOf = reading.client.clock.now()
  const back = Duration.toMillis(reading.lookback)
  const at = { coveredTo: instantFromMillis(instantToMillis(asOf) - back), reconciledAt: asOf }
  const why =
    unknownSince === null
      ? []
      : [`Salesforce no longer tells which rows of ${object} were deleted since ${day(unknownSince)}.`]
  if (!(yield* reading.seesAll(object))) {
    const kept = `Rows of ${stream} that are gone cannot be told from rows that are not shared with this user, so none was marked: give the user “View All” for ${object}.`
    return { ...at, segments: [], warnings: [...why, kept], rereads: true }
  }
  return {
    ...at,
    segments: [yield* presentIds(reading, work)],
    warnings: why.map((text) => `${text} All Ids were compared instead.`)
  }
})
