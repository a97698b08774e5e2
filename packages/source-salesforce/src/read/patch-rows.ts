/**
 * Some columns of all rows, read again: new ones that are back-filled, and those that change without a stamp.
 * Destinations write only rows that have not moved on since and whose values differ.
 */
import { columnHeaders, type Segment, type StreamSchema, type Work } from "@decant/connector"
import { Stream } from "effect"
import type { ReadError } from "../read-error.ts"
import { newRowsWork } from "../streams/work.ts"
import type { StreamReading } from "./stream-reading.ts"
import { rowsBySize } from "./window-rows.ts"
import type { WorkEvent } from "./work-event.ts"

/** Key, guard and the columns' own headers; a struct that shares one of them is read whole. */
const patchHeaders = (schema: StreamSchema, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const wanted = new Set(schema.columns.filter(({ name }) => names.includes(name)).flatMap(columnHeaders))
  const structs = schema.columns.filter(
    (column) => "struct" in column.from && columnHeaders(column).some((header) => wanted.has(header))
  )
  const identity = [...(schema.key ?? []), ...(schema.guard === null ? [] : [schema.guard])]
  return [...new Set([...identity, ...wanted, ...structs.flatMap(columnHeaders)])]
}

type Events = Stream.Stream<WorkEvent, ReadError>

/** Only its segments: the window's own work goes on. */
const asPartOf = (work: Work, effect: Segment["effect"], events: Events): Events =>
  events.pipe(
    Stream.flatMap((event) =>
      event.kind === "segment"
        ? Stream.make<[WorkEvent]>({ kind: "segment", segment: { ...event.segment, work: work.id, effect } })
        : Stream.empty
    )
  )

/** Every row whole, for those that the copy has not seen yet although they did not change. */
export const allRows = (reading: StreamReading, work: Work): Events =>
  asPartOf(work, "upsert", rowsBySize(reading, newRowsWork(work.window)))

export const patchRows = (reading: StreamReading, work: Work): Events => {
  const { definition } = reading
  const select = patchHeaders(definition.schema, work.columns ?? [])
  const patch = { ...reading, definition: { ...definition, select } }
  return asPartOf(work, "patch", rowsBySize(patch, newRowsWork(work.window)))
}
