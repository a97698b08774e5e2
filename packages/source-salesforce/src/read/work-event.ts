/** What happens while a stream is read, and the checkpoint that is true after each step. */
import type { Advance, Instant, Segment, StreamCheckpoint, Work } from "@decant/connector"
import { withCommitted } from "@decant/connector"
import { Stream } from "effect"
import type { OrgClock } from "../org/org-clock.ts"
import { partItem, replaceItem } from "../streams/window-parts.ts"
import { finished } from "../streams/window-plan.ts"

/** `at` is the id of the work item that it is about; without it that is the first. */
export type WorkEvent =
  /** The work, or the part of it that is being read, is now this: a job was made, or it begins anew. */
  | { readonly kind: "work"; readonly work: Work; readonly at?: string }
  /** It was too much at once and is read in these parts instead, one after the other. */
  | { readonly kind: "parts"; readonly parts: ReadonlyArray<Work>; readonly at?: string }
  /** Every segment of the first part has been given out. */
  | { readonly kind: "part"; readonly at?: string }
  | { readonly kind: "segment"; readonly segment: Segment }
  /** Every segment of the work has been given out and the counts are right. */
  | {
      readonly kind: "done"
      readonly deletesCoveredTo?: Instant
      readonly reconciledAt?: Instant
      readonly warnings?: ReadonlyArray<string>
    }

const step = (checkpoint: StreamCheckpoint, event: WorkEvent, clock: OrgClock): Advance => {
  const updatedAt = clock.now()
  switch (event.kind) {
    case "work":
      return {
        segments: [],
        checkpoint: { ...replaceItem(checkpoint, [event.work], event.at), updatedAt },
        publish: false
      }
    case "parts":
      return {
        segments: [],
        checkpoint: { ...partItem(checkpoint, event.parts, event.at), updatedAt },
        publish: false
      }
    case "part":
      return {
        segments: [],
        checkpoint: { ...replaceItem(checkpoint, [], event.at), updatedAt },
        publish: false
      }
    case "segment": {
      const { id, work: of } = event.segment
      const work = checkpoint.work.map((item) => (item.id === of ? withCommitted(item, id) : item))
      return { segments: [event.segment], checkpoint: { ...checkpoint, work, updatedAt }, publish: false }
    }
    case "done": {
      const deletesCoveredTo = event.deletesCoveredTo ?? checkpoint.deletesCoveredTo
      const reconciledAt = event.reconciledAt ?? checkpoint.reconciledAt
      const done = finished({ ...checkpoint, deletesCoveredTo, reconciledAt }, updatedAt)
      return { segments: [], ...done, ...(event.warnings === undefined ? {} : { warnings: event.warnings }) }
    }
  }
}

export const advances = <E>(
  from: StreamCheckpoint,
  events: Stream.Stream<WorkEvent, E>,
  clock: OrgClock
): Stream.Stream<Advance, E> =>
  events.pipe(
    Stream.mapAccum(
      () => from,
      (checkpoint, event) => {
        const advance = step(checkpoint, event, clock)
        return [advance.checkpoint, [advance]] as const
      }
    )
  )
