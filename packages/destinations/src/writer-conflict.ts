/** What every destination holds a commit against before and while it writes: of two writers the late one aborts. */
import type { Commit, Segment } from "@decant/connector"
import { Effect } from "effect"
import { DestinationError } from "./destination-error.ts"

export const conflict = (stream: string, detail: string): DestinationError =>
  DestinationError.of(
    "WRITER_CONFLICT",
    `Another sync has moved ${stream} on meanwhile: ${detail}. Nothing of this commit was stored.`,
    "Let the other sync finish and run this one again; see that only one schedule runs this spec."
  )

export const validate = (commit: Commit): Effect.Effect<void, DestinationError> => {
  const wrong = (segment: Segment) =>
    segment.stream !== commit.stream || segment.generation !== commit.checkpoint.generation
  if (commit.checkpoint.version !== commit.expectedVersion + 1 || commit.segments.some(wrong)) {
    return Effect.fail(conflict(commit.stream, "the segments and the checkpoint do not belong together"))
  }
  return Effect.void
}

/** Everything but the time of writing and the count of rows, which the first commit has added. */
export const sameCheckpoint = (a: Commit["checkpoint"], b: Commit["checkpoint"]): boolean =>
  JSON.stringify({ ...a, updatedAt: "", rows: 0 }) === JSON.stringify({ ...b, updatedAt: "", rows: 0 })
