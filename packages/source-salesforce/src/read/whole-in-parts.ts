/**
 * Whether the whole of an object is read as several ranges of Ids by several Bulk jobs at one time, each a part of
 * the window that is committed, and resumed, by itself.
 */
import type { StreamCheckpoint, Work } from "@decant/connector"
import { Effect, Stream } from "effect"
import { isUnserved } from "../bulk/bulk-refusals.ts"
import type { ReadError } from "../read-error.ts"
import { isParted, rowsWork } from "../streams/window-parts.ts"
import { newRowsWork } from "../streams/work.ts"
import { partsFor } from "../tuning.ts"
import { partRanges } from "./part-ranges.ts"
import type { StreamReading } from "./stream-reading.ts"
import type { WorkEvent } from "./work-event.ts"

export interface WholeParts {
  readonly parts: ReadonlyArray<Work>
  /** About how many rows they have together. */
  readonly rows: number
}

/** Null where one job is enough, or all there may be. */
export const wholeInParts = Effect.fnUntraced(function* (
  reading: StreamReading,
  work: Work
): Effect.fn.Return<WholeParts | null, ReadError> {
  const { definition, tuning, bulk } = reading
  const { object, soql, schema, cursorField } = definition
  const isWhole = work.ids === undefined && work.job === undefined && work.window?.from === null
  if (!isWhole || soql !== null || schema.key === null || cursorField === null) return null
  if (isUnserved(object) || bulk.refuses(object)) return null
  const rows = yield* reading.rowsOf(object)
  if (rows === null || rows < tuning.partedFrom || (yield* bulk.whyNot) !== null) return null
  const parts = partsFor(rows, tuning)
  const ranges = yield* partRanges(reading, { rows, parts })
  return ranges === null ? null : { rows, parts: ranges.map((range) => newRowsWork(work.window, range)) }
})

const isRange = ({ ids, window }: Work): boolean => ids !== undefined && window?.from === null

/** Parts that may be read at one time: what is left of a window that was cut by Ids alone. */
export const areRanges = (works: ReadonlyArray<Work>): boolean => works.length > 1 && works.every(isRange)

/** What several processes may read: none where one of them has to see the others' rows first. */
export const separateParts = (checkpoint: StreamCheckpoint): ReadonlyArray<Work> => {
  const works = isParted(checkpoint) ? rowsWork(checkpoint) : []
  return works.every(isRange) ? works : []
}

/** While several parts are read, none of them is the first: each event says which item it is about. */
export const inPlace = <E>(work: Work, events: Stream.Stream<WorkEvent, E>): Stream.Stream<WorkEvent, E> =>
  Stream.suspend(() => {
    let places: ReadonlyArray<string> = [work.id]
    return events.pipe(
      Stream.map((event): WorkEvent => {
        const [at = work.id, ...others] = places
        switch (event.kind) {
          case "work":
            places = [event.work.id, ...others]
            return { ...event, at }
          case "parts":
            places = [...event.parts.map(({ id }) => id), ...others]
            return { ...event, at }
          case "part":
            places = others
            return { ...event, at }
          default:
            return event
        }
      })
    )
  })

/** The parts' own totals say nothing about the whole. */
export const withTotal = (reading: StreamReading, rows: number | null): StreamReading => ({
  ...reading,
  context: {
    ...reading.context,
    report: (progress) =>
      reading.context.report({ ...progress, total: progress.total === null ? null : rows })
  }
})
