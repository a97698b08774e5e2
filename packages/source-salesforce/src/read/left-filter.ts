/**
 * Rows that left the stream's `where`: Ids that changed in the window, whatever they hold now, less the Ids
 * that the filter still finds. The second list has no upper bound, so that a row that changes between the two
 * readings is not taken for one that left.
 */
import { createReadStream } from "node:fs"
import { rm } from "node:fs/promises"
import { createInterface } from "node:readline"
import { createGunzip } from "node:zlib"
import type { Instant, Segment, Window } from "@decant/connector"
import { Effect, Stream } from "effect"
import type { ReadError } from "../read-error.ts"
import { csvLine } from "../rest/csv-record.ts"
import { spoolFailure } from "../spool-file.ts"
import { newRowsWork } from "../streams/work.ts"
import type { StreamReading } from "./stream-reading.ts"
import { spoolLines } from "./window-deletes.ts"
import { windowRows } from "./window-rows.ts"

/** No upper bound: far later than any stamp. */
const NEVER: Instant = "3000-01-01T00:00:00.000Z"

type Line = (cells: ReadonlyArray<string>) => void

/** Ids and stamps hold neither quotes nor line feeds. */
const eachLine = async (segment: Segment, use: Line): Promise<void> => {
  for (const file of segment.files) {
    const bytes = createReadStream(file.path)
    const text = file.gzip ? bytes.pipe(createGunzip()) : bytes
    let isHeader = true
    for await (const line of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (!isHeader && line !== "") use(line.replaceAll('"', "").split(","))
      isHeader = false
    }
    await rm(file.path, { force: true })
  }
}

const readIds = (
  reading: StreamReading,
  of: { readonly window: Window; readonly where: string | null; readonly select: ReadonlyArray<string> },
  use: Line
): Effect.Effect<void, ReadError> => {
  const ids = { ...reading, definition: { ...reading.definition, select: of.select, where: of.where } }
  return windowRows(ids, newRowsWork(of.window)).pipe(
    Stream.runForEach((event) =>
      event.kind === "segment"
        ? Effect.tryPromise({ try: () => eachLine(event.segment, use), catch: spoolFailure })
        : Effect.void
    )
  )
}

export const leftFilter = Effect.fnUntraced(function* (
  reading: StreamReading,
  work: string,
  window: Window
): Effect.fn.Return<ReadonlyArray<Segment>, ReadError> {
  const { cursorField, where } = reading.definition
  if (cursorField === null || where === null || window.from === null) return []
  const asOf = reading.client.clock.now()
  const header = ["Id", cursorField]
  const left = new Map<string, string>()
  yield* readIds(reading, { window, where: null, select: header }, ([id, at]) => {
    if (id !== undefined && at !== undefined) left.set(id, at)
  })
  if (left.size === 0) return []
  yield* readIds(reading, { window: { from: window.from, to: NEVER }, where, select: ["Id"] }, ([id]) => {
    if (id !== undefined) left.delete(id)
  })
  if (left.size === 0) return []
  const lines = [...left].map(csvLine)
  return [yield* spoolLines(reading, { work, effect: "delete", header, lines, asOf })]
})
