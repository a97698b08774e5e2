/**
 * What a source reads is gathered into commits of the destination's size, while the source downloads ahead by no more
 * than that. Whole streams and parts of them are committed this way.
 */
import { type Advance, type Failure, type Segment, segmentRows } from "@decant/connector"
import { Cause, Duration, Effect, Option, Queue, Semaphore, Stream } from "effect"
import type { StreamTally } from "./stream-tally.ts"

/** What gzip'd CSV of Salesforce inflates to, on average. */
const inflation = 5

/** Downloads that stall must not keep what is already here from being committed. */
const longestGathering = Duration.seconds(10)

/** Postgres copies on two connections, a page each; of a page alone each takes some of its files. */
const pagesOfACommit = 2

/** What ends a window mostly follows its last page at once, and is not worth a commit of its own. */
const closingPatience = Duration.millis(100)

/** A page alone that is so many times what a commit should have is not waited with. */
const mostOfACommit = 4

const inflatedBytes = (segments: ReadonlyArray<Segment>): number =>
  segments
    .flatMap((segment) => segment.files)
    .reduce((bytes, file) => bytes + (file.gzip ? file.bytes * inflation : file.bytes), 0)

type Read = Pick<Advance, "segments" | "warnings">

interface Pending<A> {
  readonly advance: A
  readonly bytes: number
}

type Next<A> =
  | ({ readonly _tag: "Advance" } & Pending<A>)
  | { readonly _tag: "Idle" | "End" }
  | { readonly _tag: "Failed"; readonly failure: Failure }

/** Reads ahead into a queue that holds at most `ahead` bytes (or one advance, if that is bigger). */
const readAhead = Effect.fnUntraced(function* <A extends Read>(
  advances: Stream.Stream<A, Failure>,
  ahead: number
) {
  const room = yield* Semaphore.make(ahead)
  const queue = yield* Queue.unbounded<Pending<A>, Failure | Cause.Done>()
  const permits = (bytes: number): number => Math.min(bytes, ahead)
  yield* advances.pipe(
    Stream.runForEach((advance) => {
      const bytes = Math.ceil(inflatedBytes(advance.segments))
      return room
        .take(permits(bytes))
        .pipe(Effect.andThen(Queue.offer(queue, { advance, bytes })), Effect.asVoid)
    }),
    Queue.into(queue),
    Effect.forkChild
  )
  const next = Queue.take(queue).pipe(
    Effect.tap(({ bytes }) => room.release(permits(bytes))),
    Effect.map((pending): Next<A> => ({ _tag: "Advance", ...pending })),
    Effect.catch(
      (end): Effect.Effect<Next<A>> =>
        Effect.succeed(Cause.isDone(end) ? { _tag: "End" } : { _tag: "Failed", failure: end })
    )
  )
  /** Whether the next advance, which must come in time, is such a one; it stays in the queue. */
  const isNext = (wanted: (advance: A) => boolean, patience: Duration.Duration): Effect.Effect<boolean> =>
    Queue.peek(queue).pipe(
      Effect.map(({ advance }) => wanted(advance)),
      Effect.timeoutOption(patience),
      Effect.map(Option.getOrElse(() => false)),
      Effect.orElseSucceed(() => false)
    )
  return { next, isNext }
})

export interface Gathering<A> {
  readonly commitBytes: number
  readonly tally: StreamTally
  /** An advance that is not to be waited with, whatever came before it. */
  readonly isUrgent: (advance: A) => boolean
  /** Whether a commit that is due with what was gathered can have the advance after it too. */
  readonly canGoOnWith?: (next: A, gathered: ReadonlyArray<A>) => boolean
  /** At least one, in order. */
  readonly commit: (advances: ReadonlyArray<A>) => Effect.Effect<void, Failure>
}

/** Commits all that is read. Fails with what stopped the reading; all that came before is committed. */
export const gatherCommits = Effect.fnUntraced(function* <A extends Read>(
  advances: Stream.Stream<A, Failure>,
  { tally, isUrgent, canGoOnWith = () => false, commit, ...of }: Gathering<A>
): Effect.fn.Return<void, Failure> {
  const commitBytes = Math.max(1, of.commitBytes)
  const { next, isNext } = yield* readAhead(advances, commitBytes)
  let gathered: Array<A> = []
  let bytes = 0
  let pages = 0

  const isFull = (): boolean => bytes >= (pages < pagesOfACommit ? mostOfACommit : 1) * commitBytes

  const goesAlong = (advance: A): boolean =>
    (advance.segments.length === 0 || !isFull()) && canGoOnWith(advance, gathered)

  const gather = (advance: A, itsBytes: number): boolean => {
    gathered.push(advance)
    bytes += itsBytes
    pages += advance.segments.length
    tally.warnings.push(...(advance.warnings ?? []))
    tally.read += advance.segments.reduce((rows, segment) => rows + segmentRows(segment), 0)
    return isUrgent(advance) || isFull()
  }

  const commitGathered = Effect.suspend(() => {
    const due = gathered
    gathered = []
    bytes = 0
    pages = 0
    return due.length === 0 ? Effect.void : commit(due)
  })

  const nextWhileGathering = next.pipe(
    Effect.timeoutOption(longestGathering),
    Effect.map(Option.getOrElse((): Next<A> => ({ _tag: "Idle" })))
  )

  /** Of a commit that is due; what it ends with. What is here already would take a commit of its own longer. */
  const goOn = Effect.fnUntraced(function* (first: Next<A>) {
    let event = first
    while (event._tag === "Advance") {
      if (!(yield* isNext(goesAlong, pages > 0 ? closingPatience : Duration.zero))) break
      event = yield* next
      if (event._tag === "Advance") gather(event.advance, event.bytes)
    }
    return event
  })

  while (true) {
    const event = yield* gathered.length > 0 ? nextWhileGathering : next
    if (event._tag === "Advance" && !gather(event.advance, event.bytes)) continue
    const last = yield* goOn(event)
    yield* commitGathered
    if (last._tag === "End") return
    if (last._tag === "Failed") return yield* Effect.fail(last.failure)
  }
})
