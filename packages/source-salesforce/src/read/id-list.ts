/** Every Id of a stream with its stamp and whether it is deleted, recycle bin included, as one segment. */
import { rm } from "node:fs/promises"
import { type Instant, type Segment, segmentId, type Work } from "@decant/connector"
import { Effect, Stream } from "effect"
import type { ReadError } from "../read-error.ts"
import { newRowsWork } from "../streams/work.ts"
import type { StreamReading } from "./stream-reading.ts"
import { spoolLines } from "./window-deletes.ts"
import { rowsBySize } from "./window-rows.ts"

export interface IdList {
  /** Of the effect `present`. */
  readonly segment: Segment
  readonly asOf: Instant
  /** Its files are not needed any more. */
  readonly drop: Effect.Effect<void>
}

interface Pages {
  readonly kept: ReadonlyArray<Segment>
  /** Of the part that is being read. */
  readonly open: ReadonlyArray<Segment>
}

const noPages: Pages = { kept: [], open: [] }

const dropFiles = ({ files }: Segment): Effect.Effect<void> =>
  Effect.promise(async () => {
    await Promise.allSettled(files.map(({ path }) => rm(path, { force: true })))
  })

export const listIds = Effect.fnUntraced(function* (
  reading: StreamReading,
  { id: work }: Work
): Effect.fn.Return<IdList, ReadError> {
  const { definition, generation } = reading
  const { guard, deletes } = definition.schema
  const known = [guard, deletes.flag].filter((name) => name !== null && definition.select.includes(name))
  const header = ["Id", ...known.filter((name) => name !== null)]
  const asOf = reading.client.clock.now()
  const ids = { ...reading, definition: { ...definition, select: header, cursorField: null } }
  const pages = yield* rowsBySize(ids, newRowsWork(undefined)).pipe(
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
  const covers = { ids: { from: null, to: null } }
  const [first] = pages
  const found: Segment =
    first === undefined
      ? yield* spoolLines(reading, { work, effect: "present", header, lines: [], asOf })
      : {
          ...first,
          id: segmentId({
            stream: definition.stream,
            generation,
            work,
            locator: `present ${pages.map(({ id }) => id).join(" ")}`
          }),
          work,
          effect: "present",
          files: pages.flatMap(({ files }) => files),
          asOf
        }
  const segment = { ...found, covers }
  return { segment, asOf, drop: dropFiles(segment) }
})
