/** What came of a load, as two CSV files: the rows that were written, and those that were not, with the reason. */
import { type FileHandle, open, rename, rm } from "node:fs/promises"
import { Effect, Stream } from "effect"
import { withoutFirstLine } from "../bulk/without-first-line.ts"
import { type OrgError, type OrgFailure, orgError } from "../org-error.ts"
import { partRecords, sentHeader } from "./bulk-load.ts"
import { beforeEachRecord, csvRecord, recordCount } from "./column-filter.ts"
import type { Ingest, ResultFile } from "./ingest-job.ts"
import type { LoadState, PartState } from "./load-state.ts"

export interface ResultCounts {
  readonly succeeded: number
  readonly failed: number
  readonly unprocessed: number
}

const attempt = <A>(path: string, run: () => Promise<A>): Effect.Effect<A, OrgError> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) =>
      orgError("WRITE_LOG_FAILED", {
        message: `Cannot write ${path} (${cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason"}).`,
        fix: "The rows are written in the org. Make room there, then `decant load --resume` fetches the results again."
      })
  })

type Put = (chunk: Uint8Array) => Effect.Effect<void, OrgError>
type Change = (chunk: Uint8Array) => Uint8Array
const asItIs: Change = (chunk) => chunk

/** A file that is there once it is whole, and only when it has records. */
const writeRecords = (
  path: string,
  header: string,
  write: (put: Put) => Effect.Effect<void, OrgFailure>
): Effect.Effect<number, OrgFailure> => {
  const temporary = `${path}.tmp`
  const counter = recordCount()
  return Effect.acquireUseRelease(
    attempt(path, () => open(temporary, "w", 0o600)),
    (file: FileHandle) => {
      const put = (chunk: Uint8Array) => {
        counter.push(chunk)
        return attempt(path, () => file.writeFile(chunk))
      }
      return Effect.andThen(
        attempt(path, () => file.writeFile(`${header}\n`)),
        write(put)
      )
    },
    (file) => Effect.promise(() => file.close())
  ).pipe(
    Effect.andThen(
      attempt(path, () => (counter.total() > 0 ? rename(temporary, path) : rm(temporary, { force: true })))
    ),
    Effect.map(() => counter.total()),
    Effect.onError(() => Effect.ignore(attempt(path, () => rm(temporary, { force: true }))))
  )
}

const recordsOf = (ingest: Ingest, id: string, file: ResultFile) =>
  Stream.unwrap(Effect.map(ingest.results(id, file), ({ body }) => withoutFirstLine(body)))

const bulkParts = (state: LoadState): ReadonlyArray<PartState & { readonly jobId: string }> =>
  state.parts.flatMap((part) => (part.job === null ? [] : [{ ...part, jobId: part.job.id }]))

export const writeBulkResults = Effect.fnUntraced(function* (
  ingest: Ingest,
  state: LoadState,
  files: { readonly success: string; readonly failure: string }
): Effect.fn.Return<ResultCounts, OrgFailure> {
  const header = sentHeader(state)
  const parts = bulkParts(state)
  /** Rows of each part whose outcome Salesforce names. */
  const named = parts.map(() => 0)
  const passOn = (
    at: number,
    rows: Stream.Stream<Uint8Array, OrgFailure>,
    put: Put,
    change: Change = asItIs
  ) => {
    const counter = recordCount()
    return Stream.runForEach(rows, (chunk) => {
      counter.push(chunk)
      return put(change(chunk))
    }).pipe(
      Effect.map(() => {
        named[at] = (named[at] ?? 0) + counter.total()
        return counter.total()
      })
    )
  }
  const succeeded = yield* writeRecords(files.success, `sf__Id,sf__Created,${header}`, (put) =>
    Effect.forEach(parts, ({ jobId }, at) => passOn(at, recordsOf(ingest, jobId, "successfulResults"), put), {
      discard: true
    })
  )
  let unprocessed = 0
  const failures = yield* writeRecords(files.failure, `sf__Id,sf__Error,${header}`, (put) =>
    Effect.forEach(
      parts,
      Effect.fnUntraced(function* (part, at) {
        const { jobId, ended } = part
        yield* passOn(at, recordsOf(ingest, jobId, "failedResults"), put)
        const reason = `NOT_PROCESSED:the job ended as ${ended?.state}${ended?.message ? `: ${ended.message}` : ""}`
        const marked = () => beforeEachRecord(`"",${csvRecord([reason])},`)
        unprocessed += yield* passOn(at, recordsOf(ingest, jobId, "unprocessedrecords"), put, marked())
        // A job that never began may name none of its rows.
        if (named[at] === 0 && ended?.state !== "JobComplete") {
          unprocessed += yield* passOn(at, partRecords(state, part), put, marked())
        }
      }),
      { discard: true }
    )
  )
  return { succeeded, failed: failures - unprocessed, unprocessed }
})

/** Of calls of 200 records: `rows` are the file's, cut down to the columns that were sent. */
export const writeCollectionResults = Effect.fnUntraced(function* (
  state: LoadState,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  files: { readonly success: string; readonly failure: string }
): Effect.fn.Return<ResultCounts, OrgFailure> {
  const header = sentHeader(state)
  const outcomes = state.parts.flatMap((part) => part.outcomes ?? [])
  const lines = (success: boolean): ReadonlyArray<string> =>
    outcomes.flatMap((outcome, at) =>
      outcome.success === success
        ? [
            csvRecord([
              outcome.id ?? "",
              success ? String(outcome.created) : outcome.error,
              ...(rows[at] ?? [])
            ])
          ]
        : []
    )
  const put = (path: string, head: string, records: ReadonlyArray<string>) =>
    writeRecords(path, `${head},${header}`, (write) =>
      records.length === 0 ? Effect.void : write(Buffer.from(`${records.join("\n")}\n`))
    )
  const succeeded = yield* put(files.success, "sf__Id,sf__Created", lines(true))
  const failed = yield* put(files.failure, "sf__Id,sf__Error", lines(false))
  return { succeeded, failed, unprocessed: 0 }
})
