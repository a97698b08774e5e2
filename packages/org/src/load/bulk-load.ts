/**
 * Sends the parts of a file as ingest jobs of Bulk API 2.0, and goes on with what an earlier process began.
 *
 * A job takes its content once and begins only when it is closed. So whatever is not known to be uploaded is
 * looked up: a job that is still open has written nothing and is given up for a new one; any other is waited for.
 */
import { createReadStream } from "node:fs"
import { Effect, Stream } from "effect"
import { pollingPauses } from "../bulk/query-job.ts"
import { type OrgError, type OrgFailure, orgError } from "../org-error.ts"
import { csvRecord, keepColumns } from "./column-filter.ts"
import type { Ingest, IngestJob } from "./ingest-job.ts"
import type { LoadState, PartState } from "./load-state.ts"

/** Answers that may get lost for one part before the load stops, to be resumed. */
const LOST_ANSWERS = 6
const ended = new Set(["JobComplete", "Failed", "Aborted"])
const CHUNK = 256 * 1024

export interface BulkLoad {
  readonly ingest: Ingest
  readonly state: () => LoadState
  /** Remembers the change before anything else happens. */
  readonly change: (part: number, change: Partial<PartState>) => Effect.Effect<void, OrgError>
  readonly sent: (part: number, bytes: number) => void
  readonly seen: (part: number, job: IngestJob) => void
}

const readFailure = (path: string): OrgError =>
  orgError("LOAD_FILE_INVALID", {
    message: `${path} cannot be read any more.`,
    fix: "Put the file back as it was, then `decant load --resume`."
  })

/** The header that is sent: fields, in the order of the columns that are kept. */
export const sentHeader = (state: Pick<LoadState, "columns">): string =>
  csvRecord(state.columns.flatMap(({ field }) => (field === null ? [] : [field])))

/** The records of a part, cut down to the columns that are sent. */
export const partRecords = (
  state: LoadState,
  part: PartState,
  read: (bytes: number) => void = () => undefined
): Stream.Stream<Uint8Array, OrgError> =>
  Stream.suspend(() => {
    const keep = state.columns.map(({ field }) => field !== null)
    const filter = keep.includes(false) ? keepColumns(keep) : (chunk: Uint8Array) => chunk
    const file = createReadStream(state.file, { start: part.from, end: part.to - 1, highWaterMark: CHUNK })
    return Stream.fromAsyncIterable(file as AsyncIterable<Uint8Array>, () => readFailure(state.file)).pipe(
      Stream.map((chunk) => {
        read(chunk.length)
        return filter(chunk)
      })
    )
  })

const contentOf = (state: LoadState, part: PartState, sent: (bytes: number) => void) => {
  const lineEnd = state.lineEnding === "LF" ? "\n" : "\r\n"
  const header = Buffer.from(`${sentHeader(state)}${lineEnd}`)
  const isWhole = state.columns.every(({ field }) => field !== null)
  return {
    stream: Stream.concat(Stream.succeed<Uint8Array>(header), partRecords(state, part, sent)),
    bytes: isWhole ? header.length + part.to - part.from : undefined
  }
}

const partOf = (load: BulkLoad, at: number): Effect.Effect<PartState, OrgError> =>
  Effect.suspend(() => {
    const part = load.state().parts[at]
    return part === undefined ? Effect.die(`there is no part ${at}`) : Effect.succeed(part)
  })

const gone = (id: string): OrgError =>
  orgError("LOAD_JOB_GONE", { message: `Job ${id} of this load is no longer in the org.` })

const lookUp = (load: BulkLoad, id: string): Effect.Effect<IngestJob | null, OrgFailure> =>
  load.ingest.look(id).pipe(
    Effect.catchIf(
      ({ code }) => code === "API_NOT_FOUND",
      () => Effect.succeed(null)
    )
  )

/** The job of the part in the state `made`: the one that is there, or a new one. */
const freshJob = Effect.fnUntraced(function* (load: BulkLoad, at: number) {
  const { job } = yield* partOf(load, at)
  if (job?.step === "made") return job.id
  const { id } = yield* load.ingest.create(load.state())
  yield* load.change(at, { job: { id, step: "made" } })
  return id
})

const upload = Effect.fnUntraced(function* (load: BulkLoad, at: number) {
  const id = yield* freshJob(load, at)
  const part = yield* partOf(load, at)
  yield* load.change(at, { job: { id, step: "uploading" } })
  yield* load.ingest.upload(
    id,
    contentOf(load.state(), part, (bytes) => load.sent(at, bytes))
  )
  yield* load.change(at, { job: { id, step: "uploaded" } })
  yield* load.ingest.close(id)
  yield* load.change(at, { job: { id, step: "closed" } })
})

const forget = (load: BulkLoad, at: number) => Effect.as(load.change(at, { job: null }), null)

const givenUp = new Set(["Aborted", "Failed"])

/** What an earlier try left: null when the part is to be uploaded, else it is closed. */
const settleEarlier = Effect.fnUntraced(function* (load: BulkLoad, at: number) {
  const { job } = yield* partOf(load, at)
  if (job === null) return null
  const found = yield* lookUp(load, job.id)
  const mayHaveBegun = job.step === "uploaded" || job.step === "closed"
  if (found === null) return mayHaveBegun ? yield* gone(job.id) : yield* forget(load, at)
  // Never closed by us, so it has written nothing: perhaps it was us who gave it up.
  if (!mayHaveBegun && givenUp.has(found.state)) return yield* forget(load, at)
  if (found.state === "Open" && job.step === "made") return null
  if (found.state === "Open" && job.step === "uploading") {
    yield* load.ingest.abort(job.id)
    return yield* forget(load, at)
  }
  if (found.state === "Open") yield* load.ingest.close(job.id)
  yield* load.change(at, { job: { id: job.id, step: "closed" } })
  return job.id
})

/** Until the part's job is closed. An answer that never came is settled by looking the job up. */
const closePart = (load: BulkLoad, at: number): Effect.Effect<void, OrgFailure> =>
  Effect.gen(function* () {
    if ((yield* settleEarlier(load, at)) === null) yield* upload(load, at)
  }).pipe(
    Effect.retry({
      times: LOST_ANSWERS,
      schedule: pollingPauses,
      while: ({ code }) => code === "WRITE_UNCERTAIN"
    })
  )

const waitFor = Effect.fnUntraced(function* (load: BulkLoad, at: number) {
  const { job } = yield* partOf(load, at)
  const id = job?.id ?? ""
  const done = yield* lookUp(load, id).pipe(
    Effect.filterOrFail(
      (found): found is IngestJob => found !== null,
      () => gone(id)
    ),
    Effect.tap((found) => Effect.sync(() => load.seen(at, found))),
    Effect.repeat({ schedule: pollingPauses, until: ({ state }) => ended.has(state) })
  )
  yield* load.change(at, {
    ended: {
      state: done.state,
      processed: done.numberRecordsProcessed ?? 0,
      failed: done.numberRecordsFailed ?? 0,
      message: done.errorMessage ?? null
    }
  })
})

/** Uploads one part after the other, while Salesforce works on those that are closed; then waits for them. */
export const runBulkLoad = Effect.fnUntraced(function* (load: BulkLoad) {
  const parts = load.state().parts
  for (const [at, part] of parts.entries()) {
    if (part.ended === null && part.job?.step !== "closed") yield* closePart(load, at)
  }
  for (const [at, part] of parts.entries()) if (part.ended === null) yield* waitFor(load, at)
})
