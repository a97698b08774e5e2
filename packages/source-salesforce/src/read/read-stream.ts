/** Reads one planned stream to the present: first what an earlier run left open, then what changed since. */
import type { Advance, StreamCheckpoint } from "@decant/connector"
import type { Duration } from "effect"
import { Stream } from "effect"
import { abortJob } from "../bulk/bulk-job.ts"
import type { ReadError } from "../read-error.ts"
import { planWindow } from "../streams/window-plan.ts"
import type { StreamReading } from "./stream-reading.ts"
import { windowRows } from "./window-rows.ts"
import { advances } from "./work-event.ts"

type Advances = Stream.Stream<Advance, ReadError>

const openWork = (reading: StreamReading, checkpoint: StreamCheckpoint): Advances => {
  const [work] = checkpoint.work
  return work === undefined
    ? Stream.empty
    : advances(checkpoint, windowRows(reading, work), reading.client.clock)
}

/** Changes since the window that an earlier run had begun. */
const catchUp = (
  reading: StreamReading,
  checkpoint: StreamCheckpoint,
  lookback: Duration.Duration
): Advances => {
  const { checkpoint: next } = planWindow(reading.definition, checkpoint, false, {
    now: reading.client.clock.now(),
    lookback,
    apiVersion: reading.client.apiVersion
  })
  return openWork(reading, next)
}

export const readStream = (of: {
  readonly reading: StreamReading
  readonly checkpoint: StreamCheckpoint
  readonly resumes: boolean
  readonly lookback: Duration.Duration
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
  const rest = of.resumes ? Stream.suspend(() => catchUp(reading, last, of.lookback)) : Stream.empty
  return giveUp.pipe(Stream.concat(first), Stream.concat(rest))
}
