/**
 * Lands one result page on disk exactly as it arrives, and in the same pass inflates it to know that it is
 * whole: gzip's own checksum, the header line and the number of records. Destinations read gzip without
 * looking at the checksum, so nothing behind this file would notice a damaged page.
 */
import { type FileHandle, open, rm } from "node:fs/promises"
import { createGunzip } from "node:zlib"
import { Effect, Stream } from "effect"
import type { Download } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { parseHeader } from "../rest/csv-record.ts"
import { type SourceError, sourceError } from "../source-error.ts"
import { RecordCounter } from "./record-counter.ts"

/** zlib's default of 16 KiB halves the speed. */
const INFLATE_CHUNK = 256 * 1024

export interface SpooledPage {
  readonly bytes: number
  readonly rows: number
  /** Null when not one byte came. */
  readonly header: ReadonlyArray<string> | null
}

interface Inspector {
  readonly write: (chunk: Uint8Array) => Promise<void> | void
  readonly end: () => Promise<void>
  readonly destroy: () => void
}

const plainInspector = (counter: RecordCounter): Inspector => ({
  write: (chunk) => counter.push(chunk),
  end: () => Promise.resolve(),
  destroy: () => {}
})

const gzipInspector = (counter: RecordCounter): Inspector => {
  const inflate = createGunzip({ chunkSize: INFLATE_CHUNK })
  const ended = new Promise<void>((resolve, reject) => {
    inflate.once("end", resolve).once("error", reject)
  })
  ended.catch(() => {})
  inflate.on("data", (chunk: Uint8Array) => counter.push(chunk))
  const drained = () => new Promise<void>((resolve) => inflate.once("drain", resolve))
  return {
    write: (chunk) => (inflate.write(chunk) ? undefined : Promise.race([drained(), ended])),
    end: () => {
      inflate.end()
      return ended
    },
    destroy: () => void inflate.destroy()
  }
}

const damaged = (what: string): SourceError =>
  sourceError(
    "PAGE_DAMAGED",
    `A result page of Salesforce is damaged: ${what}.`,
    "Run it again: what was committed stays, and the same job goes on. If it lasts, look for a proxy or a scanner between this machine and Salesforce.",
    { again: true }
  )

const spoolFailed = (cause: unknown): SourceError =>
  sourceError(
    "SPOOL_FAILED",
    `The downloaded page cannot be written to the spool folder: ${cause instanceof Error ? cause.message : "unknown"}`,
    "Free disk space or correct the permissions of the spool folder, then run it again: the same job goes on."
  )

const openFile = (path: string) =>
  Effect.acquireRelease(
    Effect.tryPromise({ try: () => open(path, "w", 0o600), catch: spoolFailed }),
    (file) => Effect.promise(() => file.close())
  )

const receive = Effect.fnUntraced(function* (download: Download, file: FileHandle) {
  const counter = new RecordCounter()
  const inspector = yield* Effect.acquireRelease(
    Effect.sync(() => (download.gzip ? gzipInspector(counter) : plainInspector(counter))),
    (opened) => Effect.sync(opened.destroy)
  )
  let bytes = 0
  yield* Stream.runForEach(download.body, (chunk) => {
    bytes += chunk.length
    const written = Effect.tryPromise({ try: () => file.appendFile(chunk), catch: spoolFailed })
    const inspected = Effect.tryPromise({
      try: async () => inspector.write(chunk),
      catch: () => damaged("its compressed data cannot be inflated")
    })
    return Effect.all([written, inspected], { concurrency: 2, discard: true })
  })
  if (bytes > 0) {
    yield* Effect.tryPromise({
      try: () => inspector.end(),
      catch: () => damaged("it ends early or its checksum is wrong")
    })
  }
  return { counter, bytes }
})

/** The page is at `path`; its header and rows are not yet compared with what was asked for. */
export const spoolPage = (download: Download, path: string): Effect.Effect<SpooledPage, ReadError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const file = yield* openFile(path)
      const { counter, bytes } = yield* receive(download, file)
      if (!counter.closed) return yield* damaged("it ends inside a value")
      const header = counter.header
      return { bytes, rows: counter.records, header: header === null ? null : parseHeader(header) }
    })
  ).pipe(Effect.onError(() => Effect.promise(() => rm(path, { force: true }))))

const sameNames = (one: ReadonlyArray<string>, other: ReadonlyArray<string>): boolean =>
  one.length === other.length && one.every((name, index) => name === other[index])

/** What a page must agree with: the columns that were asked for and the number of rows that it claims. */
export const checkPage = (
  page: SpooledPage,
  asked: ReadonlyArray<string>,
  claimed: number | null
): Effect.Effect<void, SourceError> => {
  if (claimed !== null && page.rows !== claimed) {
    return Effect.fail(damaged(`it says ${claimed} rows and has ${page.rows}`))
  }
  if (page.header !== null && !sameNames(page.header, asked)) {
    return Effect.fail(damaged(`its columns are not those that were asked for (${page.header.join(", ")})`))
  }
  return Effect.void
}
