/** One stream of a run, whole: after each commit the checkpoint file is rewritten and the committed files are deleted. */
import { rm } from "node:fs/promises"
import {
  type Advance,
  type Destination,
  inPhase,
  type Progress,
  type ReadContext,
  type ReadyStream,
  type Segment,
  type Source
} from "@decant/connector"
import { Effect, type Semaphore } from "effect"
import type { CheckpointFile } from "./checkpoint-file.ts"
import { gatherCommits } from "./gather-commits.ts"
import { addCommit, type StreamTally } from "./stream-tally.ts"

/** What reading a stream, or a part of one, needs of the run that it belongs to. */
export interface Reading {
  readonly plan: ReadyStream
  readonly source: Source
  readonly destination: Destination
  readonly spool: string
  readonly tally: StreamTally
  /** Of the whole run: streams commit one after the other. */
  readonly turn: Semaphore.Semaphore
  readonly report: (progress: Progress) => Effect.Effect<void>
  readonly notice?: (text: string) => void
}

export interface StreamRun extends Reading {
  /** The version of the stream's checkpoint that the destination holds; 0 when it holds none. */
  readonly storedVersion: number
  readonly checkpointFile: CheckpointFile
  /** A reading that is cut into parts leaves them to others. */
  readonly leavesParts?: boolean
}

export const deleteFiles = (segments: ReadonlyArray<Segment>): Effect.Effect<void> =>
  Effect.promise(async () => {
    const files = segments.flatMap((segment) => segment.files)
    // What cannot be deleted now is deleted with the spool.
    await Promise.allSettled(files.map((file) => rm(file.path, { force: true })))
  })

export const sayLoading = (
  { report, plan }: Reading,
  segments: ReadonlyArray<Segment>
): Effect.Effect<void> =>
  segments.length === 0
    ? Effect.void
    : report({ stream: plan.stream, phase: "load", rows: 0, bytes: 0, total: null })

/** A store that cannot compare, or holds nothing yet, says so by failing: the source then reads all rows. */
const compareWith =
  ({ plan, destination }: Reading): NonNullable<ReadContext["compare"]> =>
  (of) =>
    destination
      .inspect(plan.stream, { kind: "differences", comparison: { schema: plan.schema, ...of } })
      .pipe(
        Effect.map((answer) => (answer.kind === "differences" ? answer : null)),
        Effect.orElseSucceed(() => null)
      )

/**
 * A commit is of one generation, and whole rows go along only with whole rows of the same columns and phase, so that new
 * ones can just be appended. What publishes is a commit by itself: it may replace stored rows, and with what comes after
 * it the commit would publish nothing.
 */
const canGoOnWith = (next: Advance, gathered: ReadonlyArray<Advance>): boolean => {
  const { checkpoint } = next
  const isOfThem = gathered.every(
    (advance) => !advance.publish && advance.checkpoint.generation === checkpoint.generation
  )
  if (next.publish || !isOfThem) return false
  if (next.segments.length === 0) return true
  const segments = [...gathered, next].flatMap((advance) => advance.segments)
  return (
    segments.every(({ effect }) => effect === "upsert") &&
    new Set(segments.map(({ header }) => JSON.stringify(header))).size === 1 &&
    gathered.every((advance) => advance.checkpoint.phase === checkpoint.phase)
  )
}

/** Runs the stream to the end of its plan. Fails with what stopped it; all that came before is committed. */
export const syncStream = Effect.fnUntraced(function* (run: StreamRun) {
  const { plan, tally, destination, source, spool, report, notice, leavesParts = false } = run
  let version = run.storedVersion

  // A commit that has begun is finished, also when the person stops the run.
  const commitNow = (advances: ReadonlyArray<Advance>) =>
    Effect.uninterruptible(
      Effect.gen(function* () {
        const last = advances.at(-1)
        if (last === undefined) return
        const segments = advances.flatMap((advance) => advance.segments)
        yield* sayLoading(run, segments)
        const checkpoint = { ...last.checkpoint, version: version + 1 }
        const result = yield* destination
          .commit({
            stream: plan.stream,
            schema: plan.schema,
            segments,
            checkpoint,
            expectedVersion: version,
            publish: last.publish
          })
          .pipe(inPhase("commit"))
        version = checkpoint.version
        addCommit(tally, result, checkpoint.cursor)
        yield* run.checkpointFile.record(plan.stream, { ...checkpoint, rows: result.rows })
        yield* deleteFiles(segments)
      })
    )

  yield* gatherCommits(source.read(plan, { spool, report, notice, leavesParts, compare: compareWith(run) }), {
    commitBytes: destination.capabilities.commitBytes,
    tally,
    // An advance without segments names a job that a later process can go on with: not to be lost.
    isUrgent: (advance) => advance.publish || advance.segments.length === 0,
    canGoOnWith,
    commit: (advances) => run.turn.withPermits(1)(commitNow(advances))
  })
})
