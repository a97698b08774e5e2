/**
 * One stream of a run: what the source reads is gathered into commits of the destination's size, while the
 * source downloads ahead by no more than that. After each commit the checkpoint file is rewritten and the
 * committed files are deleted.
 */
import { rm } from "node:fs/promises"
import {
  type Advance,
  type Destination,
  type Failure,
  inPhase,
  type Progress,
  type ReadContext,
  type ReadyStream,
  type Segment,
  type Source,
  segmentRows
} from "@decant/connector"
import { Cause, Duration, Effect, Option, Queue, Semaphore, Stream } from "effect"
import type { CheckpointFile } from "./checkpoint-file.ts"
import { addCommit, type StreamTally } from "./stream-tally.ts"

/** What gzip'd CSV of Salesforce inflates to, on average. */
const inflation = 5

/** Downloads that stall must not keep what is already here from being committed. */
const longestGathering = Duration.seconds(10)

/** Destinations read one file with one core: a commit of one big page would leave the others idle. */
const filesOfACommit = 2

/** A page alone that is so many times what a commit should have is not waited with. */
const mostOfACommit = 4

const inflatedBytes = (segments: ReadonlyArray<Segment>): number =>
  segments
    .flatMap((segment) => segment.files)
    .reduce((bytes, file) => bytes + (file.gzip ? file.bytes * inflation : file.bytes), 0)

export interface StreamRun {
  readonly plan: ReadyStream
  /** The version of the stream's checkpoint that the destination holds; 0 when it holds none. */
  readonly storedVersion: number
  readonly source: Source
  readonly destination: Destination
  readonly checkpointFile: CheckpointFile
  readonly spool: string
  readonly tally: StreamTally
  /** Of the whole run: streams commit one after the other. */
  readonly turn: Semaphore.Semaphore
  readonly report: (progress: Progress) => Effect.Effect<void>
  readonly notice?: (text: string) => void
}

type Next =
  | { readonly _tag: "Advance"; readonly advance: Advance; readonly bytes: number }
  | { readonly _tag: "Idle" | "End" }
  | { readonly _tag: "Failed"; readonly failure: Failure }

interface Pending {
  readonly advance: Advance
  readonly bytes: number
}

const deleteFiles = (segments: ReadonlyArray<Segment>): Effect.Effect<void> =>
  Effect.promise(async () => {
    const files = segments.flatMap((segment) => segment.files)
    // What cannot be deleted now is deleted with the spool.
    await Promise.allSettled(files.map((file) => rm(file.path, { force: true })))
  })

/** A store that cannot compare, or holds nothing yet, says so by failing: the source then reads all rows. */
const compareWith =
  ({ plan, destination }: StreamRun): NonNullable<ReadContext["compare"]> =>
  (of) =>
    destination
      .inspect(plan.stream, { kind: "differences", comparison: { schema: plan.schema, ...of } })
      .pipe(
        Effect.map((answer) => (answer.kind === "differences" ? answer : null)),
        Effect.orElseSucceed(() => null)
      )

/** Reads ahead into a queue that holds at most `ahead` bytes (or one advance, if that is bigger). */
const readAhead = Effect.fnUntraced(function* (run: StreamRun, ahead: number) {
  const room = yield* Semaphore.make(ahead)
  const queue = yield* Queue.unbounded<Pending, Failure | Cause.Done>()
  const permits = (bytes: number): number => Math.min(bytes, ahead)
  const { spool, report } = run
  yield* run.source.read(run.plan, { spool, report, notice: run.notice, compare: compareWith(run) }).pipe(
    Stream.runForEach((advance) => {
      const bytes = Math.ceil(inflatedBytes(advance.segments))
      return room
        .take(permits(bytes))
        .pipe(Effect.andThen(Queue.offer(queue, { advance, bytes })), Effect.asVoid)
    }),
    Queue.into(queue),
    Effect.forkChild
  )
  const next: Effect.Effect<Next> = Queue.take(queue).pipe(
    Effect.tap(({ bytes }) => room.release(permits(bytes))),
    Effect.map((pending): Next => ({ _tag: "Advance", ...pending })),
    Effect.catch(
      (end): Effect.Effect<Next> =>
        Effect.succeed(Cause.isDone(end) ? { _tag: "End" } : { _tag: "Failed", failure: end })
    )
  )
  return { next }
})

/** Runs the stream to the end of its plan. Fails with what stopped it; all that came before is committed. */
export const syncStream = Effect.fnUntraced(function* (run: StreamRun) {
  const { plan, tally, destination } = run
  const commitBytes = Math.max(1, destination.capabilities.commitBytes)
  const { next } = yield* readAhead(run, commitBytes)
  let version = run.storedVersion
  let gathered: Array<Advance> = []
  let gatheredBytes = 0
  let gatheredFiles = 0

  // A commit that has begun is finished, also when the person stops the run.
  const commitNow = Effect.uninterruptible(
    Effect.gen(function* () {
      const last = gathered.at(-1)
      if (last === undefined) return
      const segments = gathered.flatMap((advance) => advance.segments)
      gathered = []
      gatheredBytes = 0
      gatheredFiles = 0
      if (segments.length > 0) {
        yield* run.report({ stream: plan.stream, phase: "load", rows: 0, bytes: 0, total: null })
      }
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
  const commit = run.turn.withPermits(1)(commitNow)

  const gather = (advance: Advance, bytes: number): boolean => {
    gathered.push(advance)
    gatheredBytes += bytes
    gatheredFiles += advance.segments.reduce((files, segment) => files + segment.files.length, 0)
    tally.warnings.push(...(advance.warnings ?? []))
    tally.read += advance.segments.reduce((rows, segment) => rows + segmentRows(segment), 0)
    // An advance without segments names a job that a later process can go on with: not to be lost.
    if (advance.publish || advance.segments.length === 0) return true
    return gatheredBytes >= (gatheredFiles < filesOfACommit ? mostOfACommit : 1) * commitBytes
  }

  const nextWhileGathering = next.pipe(
    Effect.timeoutOption(longestGathering),
    Effect.map(Option.getOrElse((): Next => ({ _tag: "Idle" })))
  )

  while (true) {
    const event = yield* gathered.length > 0 ? nextWhileGathering : next
    if (event._tag === "Advance" && !gather(event.advance, event.bytes)) continue
    yield* commit
    if (event._tag === "End") break
    if (event._tag === "Failed") return yield* Effect.fail(event.failure)
  }
})
