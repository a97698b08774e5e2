/**
 * Reads a window whole or, where Salesforce gives up on its query, in parts: halves by time, then, where all of the
 * rows bear one stamp, by Id. A part that is still too much is parted again.
 */
import type { Work } from "@decant/connector"
import { Effect, Stream } from "effect"
import { isTooMuch } from "../bulk/bulk-job.ts"
import type { ReadError } from "../read-error.ts"
import { type Cuts, splitWork } from "./split-work.ts"
import type { StreamReading } from "./stream-reading.ts"
import { inPlace } from "./whole-in-parts.ts"
import type { WorkEvent } from "./work-event.ts"

type Events = Stream.Stream<WorkEvent, ReadError>

/** Reads what the work says, at one go. */
export type Attempt = (reading: StreamReading, work: Work) => Events

/** A year becomes two hours and a range of Ids a part in 256, so that a query that never works ends soon. */
const MOST_CUTS: Cuts = { byTime: 12, byId: 8 }

const make = (event: WorkEvent): Events => Stream.make<[WorkEvent]>(event)

export interface Parting {
  /** The works are parts already, of a window that an earlier run began to read. */
  readonly isParted: boolean
  /** They do not wait for each other. */
  readonly together?: boolean
}

export const inParts = (
  reading: StreamReading,
  works: ReadonlyArray<Work>,
  { isParted, together = false }: Parting,
  attempt: Attempt
): Events =>
  Stream.suspend(() => {
    const warnings: Array<string> = []
    const withoutEnd = (work: Work): Events =>
      attempt(reading, work).pipe(
        Stream.flatMap((event) => {
          if (event.kind !== "done") return make(event)
          warnings.push(...(event.warnings ?? []))
          return Stream.empty
        })
      )
    /** `after` comes when the work was read at one go; its parts have their own ends. */
    const one = (work: Work, cuts: Cuts, after: Events): Events =>
      Stream.concat(withoutEnd(work), after).pipe(
        Stream.catchIf(isTooMuch, (error) =>
          Stream.unwrap(
            Effect.map(splitWork(reading, work, cuts), (split) =>
              split === null
                ? Stream.fail(error)
                : Stream.concat(make({ kind: "parts", parts: split.parts }), each(split.parts, split.cuts))
            )
          )
        )
      )
    const each = (parts: ReadonlyArray<Work>, cuts: Cuts): Events =>
      Stream.fromIterable(parts).pipe(Stream.flatMap((part) => one(part, cuts, make({ kind: "part" }))))
    const atOnce = (): Events =>
      Stream.fromIterable(works).pipe(
        Stream.flatMap((part) => inPlace(part, one(part, MOST_CUTS, make({ kind: "part" }))), {
          concurrency: reading.tuning.jobsAtOnce,
          bufferSize: 1
        })
      )
    const [first] = works
    const parts = together ? atOnce() : each(works, MOST_CUTS)
    const rows = isParted || first === undefined ? parts : one(first, MOST_CUTS, Stream.empty)
    return Stream.concat(
      rows,
      Stream.suspend(() => make({ kind: "done", warnings }))
    )
  })
