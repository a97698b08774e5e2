/** Reads one planned stream to the present: first what an earlier run left open, then what changed since. */
import type { Advance, Instant, Segment, StreamCheckpoint, Work } from "@decant/connector"
import { Effect, Stream } from "effect"
import { abortJob } from "../bulk/bulk-job.ts"
import type { ReadError } from "../read-error.ts"
import { isParted, laterWork, rowsWork, wholeWork } from "../streams/window-parts.ts"
import { planWindow } from "../streams/window-plan.ts"
import { newRowsWork } from "../streams/work.ts"
import { leftFilter } from "./left-filter.ts"
import { allRows, patchRows } from "./patch-rows.ts"
import { isBeyondLog, reconcileIds } from "./reconcile-ids.ts"
import type { StreamReading } from "./stream-reading.ts"
import { deletesFrom, windowDeletes } from "./window-deletes.ts"
import { openRows } from "./window-rows.ts"
import { advances, type WorkEvent } from "./work-event.ts"

type Advances = Stream.Stream<Advance, ReadError>

type Events = Stream.Stream<WorkEvent, ReadError>

const given = (segments: ReadonlyArray<Segment>): Events =>
  Stream.fromIterable(segments.map((segment): WorkEvent => ({ kind: "segment", segment })))

/** Columns of all rows, or all rows as they are. */
const againRows = (reading: StreamReading, work: Work): Events =>
  work.kind === "ids" ? allRows(reading, work) : patchRows(reading, work)

/** After the rows: deletes, then columns that are read again, then all of the window is done. */
const ending = (
  reading: StreamReading,
  checkpoint: StreamCheckpoint,
  of: { readonly segments: ReadonlyArray<Segment>; readonly event: WorkEvent }
): Events =>
  laterWork(checkpoint)
    .reduce<Events>((events, work) => Stream.concat(events, againRows(reading, work)), given(of.segments))
    .pipe(Stream.concat(Stream.make<[WorkEvent]>(of.event)))

const withAllRows = (checkpoint: StreamCheckpoint, to: Instant): StreamCheckpoint =>
  checkpoint.work.some(({ kind }) => kind === "ids")
    ? checkpoint
    : { ...checkpoint, work: [...checkpoint.work, { ...newRowsWork({ from: null, to }), kind: "ids" }] }

/** The rows are in: what went away meanwhile and before. */
const deletesOf = (
  reading: StreamReading,
  checkpoint: StreamCheckpoint,
  work: Work,
  told: ReadonlyArray<string>
): Events => {
  const { window } = work
  const { lookback } = reading
  if (window === undefined) return Stream.make<[WorkEvent]>({ kind: "done", warnings: told })
  const left = leftFilter(reading, work.id, window)
  if (!reading.definition.followsDeletes) {
    return Stream.unwrap(
      Effect.map(left, (segments) =>
        ending(reading, checkpoint, { segments, event: { kind: "done", warnings: told } })
      )
    )
  }
  const from = deletesFrom({ coveredTo: checkpoint.deletesCoveredTo, window, lookback })
  const reconciles =
    window.from !== null &&
    checkpoint.reconciledAt !== null &&
    reading.isDue("reconcile", checkpoint.reconciledAt, reading.client.clock.now())
  // A table that was just read whole has nothing to be compared with.
  const since = window.from === null ? window.to : (checkpoint.reconciledAt ?? window.to)
  const deletes = reconciles
    ? reconcileIds(reading, work.id, null)
    : windowDeletes(reading, work.id, from).pipe(
        Effect.catchIf(isBeyondLog, () => reconcileIds(reading, work.id, from))
      )
  return Stream.unwrap(
    Effect.map(
      Effect.all([left, deletes]),
      ([away, { segments, coveredTo, reconciledAt, warnings, rereads }]) =>
        ending(reading, rereads === true ? withAllRows(checkpoint, window.to) : checkpoint, {
          segments: [...away, ...segments],
          event: {
            kind: "done",
            deletesCoveredTo: coveredTo,
            reconciledAt: reconciledAt ?? since,
            warnings: [...told, ...warnings]
          }
        })
    )
  )
}

const openWork = (reading: StreamReading, checkpoint: StreamCheckpoint): Advances => {
  const whole = wholeWork(checkpoint)
  if (whole === undefined) return Stream.empty
  const events = openRows(reading, rowsWork(checkpoint), isParted(checkpoint)).pipe(
    Stream.flatMap(
      (event): Events =>
        event.kind === "done"
          ? deletesOf(reading, checkpoint, whole, event.warnings ?? [])
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
  return openWork(reading, next)
}

export const readStream = (of: {
  readonly reading: StreamReading
  readonly checkpoint: StreamCheckpoint
  readonly resumes: boolean
  readonly abandonedJob: string | null
}): Advances => {
  const { reading } = of
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
  const rest = of.resumes ? Stream.suspend(() => catchUp(reading, last)) : Stream.empty
  return giveUp.pipe(Stream.concat(first), Stream.concat(rest))
}
