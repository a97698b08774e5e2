/**
 * Reads one part of a window by itself, while other processes read the others: what it tells is about its own work
 * item only. What follows the rows is left to whoever reads the stream when no part is left.
 */
import type { PartAdvance, StreamCheckpoint, Work } from "@decant/connector"
import { Stream } from "effect"
import { abortJob } from "../bulk/bulk-job.ts"
import type { ReadError } from "../read-error.ts"
import { sourceError } from "../source-error.ts"
import { isParted, partItem, rowsWork, wholeWork } from "../streams/window-parts.ts"
import { isUsable } from "../streams/window-plan.ts"
import { anew } from "../streams/work.ts"
import type { StreamReading } from "./stream-reading.ts"
import { onePart } from "./window-rows.ts"
import { advances } from "./work-event.ts"

type PartAdvances = Stream.Stream<PartAdvance, ReadError>

const outdated = (stream: string) =>
  sourceError(
    "PART_OUTDATED",
    `${stream} is planned anew: this part of its rows was cut by another plan.`,
    "Run it again: the stream is read as it is planned now."
  )

const abandon = ({ client, definition }: StreamReading, { job }: Work): Stream.Stream<never> =>
  job === undefined
    ? Stream.empty
    : Stream.drain(Stream.fromEffect(abortJob(client, definition.stream, job.id)))

/** As it is in the checkpoint: also with a job that is of no use any more. */
export const readPart = (reading: StreamReading, planned: StreamCheckpoint, part: Work): PartAdvances => {
  const { client, definition } = reading
  // Of another window: its rows may be of other columns, and of another generation.
  if (wholeWork(planned)?.window?.to !== part.window?.to) return Stream.fail(outdated(definition.stream))
  const { apiVersion, clock } = client
  const goesOn = part.job === undefined || isUsable(definition, part, { apiVersion, now: clock.now() })
  const work = goesOn ? part : anew(part)
  const alone = partItem({ ...planned, work: [work] }, [work])
  const moves = advances(alone, onePart(reading, work), clock).pipe(
    Stream.mapAccum(
      (): ReadonlyArray<Work> => [part],
      (from, { segments, checkpoint, warnings }) => {
        const to = rowsWork(checkpoint)
        // The item goes together with what its end has to say.
        if (to.length === 0 && isParted(checkpoint)) return [from, []] as const
        const told = warnings === undefined || warnings.length === 0 ? {} : { warnings }
        return [to, [{ segments, part: { from, to }, ...told }]] as const
      }
    )
  )
  return goesOn ? moves : Stream.concat(abandon(reading, part), moves)
}
