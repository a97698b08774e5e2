/** Reads one planned stream to the present: first what an earlier run left open, then what changed since. */
import type { Advance, Instant, Segment, StreamCheckpoint, Work } from "@decant/connector"
import { Effect, Stream } from "effect"
import { abortJob } from "../bulk/bulk-job.ts"
import type { ReadError } from "../read-error.ts"
import { isParted, laterWork, rowsWork, wholeWork } from "../streams/window-parts.ts"
import { planWindow } from "../streams/window-plan.ts"
import { newRowsWork } from "../streams/work.ts"
import { leftFilter } from "./left-filter.ts"
import { patchRows } from "./patch-rows.ts"
import { reconcileIds } from "./reconcile-ids.ts"
import type { StreamReading } from "./stream-reading.ts"
import { separateParts } from "./whole-in-parts.ts"
import { deletesFrom, type WindowDeletes, windowDeletes } from "./window-deletes.ts"
import { openRows } from "./window-rows.ts"
import { advances, type WorkEvent } from "./work-event.ts"

type Advances = Stream.Stream<Advance, ReadError>

type Events = Stream.Stream<WorkEvent, ReadError>

const given = (segments: ReadonlyArray<Segment>): Events =>
  Stream.fromIterable(segments.map((segment): WorkEvent => ({ kind: "segment", segment })))

const done = (event: Omit<Extract<WorkEvent, { readonly kind: "done" }>, "kind">): Events =>
  Stream.make<[WorkEvent]>({ kind: "done", ...event })

/** The Ids are compared also when nobody had planned it: where the delete log is silent. */
const laterOf = (
  checkpoint: StreamCheckpoint,
  to: Instant,
  unknownSince: Instant | null
): ReadonlyArray<Work> => {
  const later = laterWork(checkpoint)
  return unknownSince === null || later.some(({ kind }) => kind === "ids")
    ? later
    : [...later, { ...newRowsWork({ from: null, to }), kind: "ids" }]
}

const noDeletes: Pick<WindowDeletes, "segments" | "gone" | "unknownSince"> = {
  segments: [],
  gone: new Set(),
  unknownSince: null
}

/** The rows are in: what went away meanwhile and before, what is read again of all rows, and the window's end. */
const afterRows = (
  reading: StreamReading,
  checkpoint: StreamCheckpoint,
  work: Work,
  told: ReadonlyArray<string>
): Events => {
  const { window } = work
  if (window === undefined) return done({ warnings: told })
  const { lookback, definition } = reading
  return Stream.unwrap(
    Effect.gen(function* () {
      const left = yield* leftFilter(reading, work.id, window)
      const from = deletesFrom({ coveredTo: checkpoint.deletesCoveredTo, window, lookback })
      const deletes = definition.followsDeletes ? yield* windowDeletes(reading, work.id, from) : null
      const { segments, gone, unknownSince } = deletes ?? noDeletes
      const warnings = [...told]
      // A table that was just read whole has nothing to be compared with.
      let reconciledAt = window.from === null ? window.to : (checkpoint.reconciledAt ?? window.to)
      const compare = (ids: Work): Events =>
        Stream.unwrap(
          Effect.map(
            reconcileIds(reading, ids, { committedTo: checkpoint.cursor, unknownSince, gone }),
            (reconciled) => {
              reconciledAt = reconciled.reconciledAt
              warnings.push(...reconciled.warnings)
              return reconciled.events
            }
          )
        )
      const again = laterOf(checkpoint, window.to, unknownSince).map((later) =>
        later.kind === "ids" ? compare(later) : patchRows(reading, later)
      )
      const covered = deletes === null ? {} : { deletesCoveredTo: deletes.coveredTo }
      return [given([...left, ...segments]), ...again]
        .reduce((all, events) => Stream.concat(all, events))
        .pipe(Stream.concat(Stream.suspend(() => done({ ...covered, reconciledAt, warnings }))))
    })
  )
}

const openWork = (reading: StreamReading, checkpoint: StreamCheckpoint): Advances => {
  const whole = wholeWork(checkpoint)
  if (whole === undefined) return Stream.empty
  const events = openRows(reading, rowsWork(checkpoint), isParted(checkpoint)).pipe(
    Stream.flatMap(
      (event): Events =>
        event.kind === "done"
          ? afterRows(reading, checkpoint, whole, event.warnings ?? [])
          : Stream.make<[WorkEvent]>(event)
    )
  )
  return advances(checkpoint, events, reading.client.clock)
}

/** Changes since the window that an earlier run had begun. */
const catchUp = (reading: StreamReading, checkpoint: StreamCheckpoint): Advances => {
  const { checkpoint: next } = planWindow(reading.definition, checkpoint, false, {
    now: reading.client.clock.now(),
    lookback: reading.lookback,
    apiVersion: reading.client.apiVersion,
    isDue: reading.isDue,
    access: reading.access
  })
  // What was resumed may be due to be read anew by now: then its rows belong to the generation after it.
  return openWork({ ...reading, generation: next.generation }, next)
}

export const readStream = (of: {
  readonly reading: StreamReading
  readonly checkpoint: StreamCheckpoint
  readonly resumes: boolean
  readonly abandonedJob: string | null
}): Advances => {
  const { reading } = of
  // Others have these, and their jobs.
  if (reading.context.leavesParts === true && separateParts(of.checkpoint).length > 1) return Stream.empty
  const giveUp =
    of.abandonedJob === null
      ? Stream.empty
      : Stream.drain(Stream.fromEffect(abortJob(reading.client, reading.definition.stream, of.abandonedJob)))
  let last = of.checkpoint
  const first = openWork(reading, of.checkpoint).pipe(
    Stream.map((advance) => {
      last = advance.checkpoint
      return advance
    })
  )
  const isDone = (): boolean => last.work.length === 0
  const rest = Stream.suspend(() => (of.resumes && isDone() ? catchUp(reading, last) : Stream.empty))
  return giveUp.pipe(Stream.concat(first), Stream.concat(rest))
}
