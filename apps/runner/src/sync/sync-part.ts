/**
 * One part of a stream that others read other parts of: each commit moves this part alone, whatever the others have
 * moved meanwhile. Whoever reads the same part a second time, or wakes too late, finds it moved and stores nothing.
 */
import {
  inPhase,
  instantFromMillis,
  type PartAdvance,
  type PartMove,
  type StreamCheckpoint,
  type Work
} from "@decant/connector"
import { Clock, Effect } from "effect"
import { RunnerError } from "../runner-error.ts"
import { gatherCommits } from "./gather-commits.ts"
import { addCommit } from "./stream-tally.ts"
import { deleteFiles, type Reading, sayLoading } from "./sync-stream.ts"

export interface PartRun extends Reading {
  readonly part: Work
  /** The stream's checkpoint as it was stored when the part was taken. */
  readonly stored: StreamCheckpoint
}

const moveOf = (advances: ReadonlyArray<PartAdvance>): PartMove => ({
  from: advances[0]?.part.from ?? [],
  to: advances.at(-1)?.part.to ?? []
})

/** Reads the part to its end. Fails with what stopped it; all that came before is committed. */
export const syncPart = Effect.fnUntraced(function* (run: PartRun) {
  const { plan, part, stored, source, destination, spool, tally, report, notice } = run
  if (source.readPart === undefined) {
    return yield* RunnerError.internal(new Error("this source reads no parts"))
  }

  const commitNow = (advances: ReadonlyArray<PartAdvance>) =>
    Effect.uninterruptible(
      Effect.gen(function* () {
        const segments = advances.flatMap((advance) => advance.segments)
        yield* sayLoading(run, segments)
        const updatedAt = instantFromMillis(yield* Clock.currentTimeMillis)
        const result = yield* destination
          .commit({
            stream: plan.stream,
            schema: plan.schema,
            segments,
            checkpoint: { ...stored, version: stored.version + 1, updatedAt },
            expectedVersion: stored.version,
            publish: false,
            part: moveOf(advances)
          })
          .pipe(inPhase("commit"))
        addCommit(tally, result, stored.cursor)
        yield* deleteFiles(segments)
      })
    )

  yield* gatherCommits(source.readPart(plan, part, { spool, report, notice }), {
    commitBytes: destination.capabilities.commitBytes,
    tally,
    isUrgent: ({ segments }) => segments.length === 0,
    commit: commitNow
  })
})
