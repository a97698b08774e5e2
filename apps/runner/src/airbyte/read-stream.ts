/** One stream as messages: its records, and after each page the state that covers them. */
import { rm } from "node:fs/promises"
import type { Advance, Failure, ReadyStream, Segment, Source } from "@decant/connector"
import type { RecordLines } from "@decant/destinations/records"
import { Clock, Effect, Stream } from "effect"
import type { MessageSink } from "./messages.ts"
import { ownState } from "./state.ts"

export interface StreamOutput {
  readonly out: MessageSink
  readonly source: Source
  readonly lines: RecordLines
  readonly spool: string
  readonly generationId: number | null
  /** Tells of a refresh token that was replaced meanwhile. */
  readonly tellToken: Effect.Effect<void, Failure>
}

const remove = (paths: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.promise(async () => {
    await Promise.allSettled(paths.map((path) => rm(path, { force: true })))
  })

const pathsOf = (segments: ReadonlyArray<Segment>): ReadonlyArray<string> =>
  segments.flatMap(({ files }) => files.map(({ path }) => path))

/** A list of all Ids says what is gone to who can look at the table, which no source of Airbyte can. */
const cannotTakeOut = (stream: string): string =>
  `Rows of ${stream} that were deleted more than 15 days ago are not among the records: refresh the stream and remove its records to take them out.`

/** Pages that are downloaded while an earlier one is given out. */
const pagesAhead = 2

export const readStreamOut = Effect.fnUntraced(function* (
  plan: ReadyStream,
  to: StreamOutput
): Effect.fn.Return<void, Failure> {
  const { out, source, lines, spool } = to
  const { stream, schema } = plan
  const { orgId } = source.identity
  let isRunning = false
  let expected: number | null = null

  const giveOut = Effect.fnUntraced(function* ({ segments, checkpoint, warnings }: Advance) {
    const files = yield* lines.write({
      schema,
      segments,
      emittedAt: yield* Clock.currentTimeMillis,
      folder: spool
    })
    const records = files.reduce((sum, { rows }) => sum + rows, 0)
    if (records > 0 && !isRunning) {
      isRunning = true
      yield* out.status(stream, "RUNNING")
    }
    for (const { path } of files) yield* out.sendFile(path)
    yield* remove([...files.map(({ path }) => path), ...pathsOf(segments)])
    for (const warning of warnings ?? []) yield* out.log("WARN", `${stream}: ${warning}`)
    if (segments.some(({ effect }) => effect === "present")) yield* out.log("WARN", cannotTakeOut(stream))
    yield* out.state(stream, ownState(orgId, { checkpoint, generationId: to.generationId }), records)
    yield* to.tellToken
  })

  yield* source
    .read(plan, {
      spool,
      report: ({ total }) => {
        if (total === null || total === expected) return Effect.void
        expected = total
        return out.estimate(stream, total)
      }
    })
    .pipe(Stream.buffer({ capacity: pagesAhead }), Stream.runForEach(giveOut))
})
