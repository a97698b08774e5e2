/**
 * The result pages of a finished job, as segments. In parallel where the server names the pages
 * (`resultPages`, from version 58), else one after the other by locator. A page whose segment is committed
 * is asked for its head only: its row count, and where the next one is.
 * https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_get_job_results.htm
 */
import { join } from "node:path"
import { type Segment, segmentId, type Work, type WorkJob } from "@decant/connector"
import { Effect, Option, Schedule, Schema, Stream } from "effect"
import { decodeReply } from "../org/api-reply.ts"
import type { Download } from "../org/salesforce-client.ts"
import { progress, type StreamReading } from "../read/stream-reading.ts"
import type { ReadError } from "../read-error.ts"
import { sourceError } from "../source-error.ts"
import { coversOf } from "../streams/work.ts"
import { checkPage, spoolPage } from "./page-spool.ts"

const FETCHES_PER_PAGE = 3
const FIRST_PARALLEL_VERSION = 58
/** Pages that may wait on disk for their commit while the next ones arrive. */
const PAGES_AHEAD = 4

export interface FinishedJob {
  readonly job: typeof WorkJob.Type
  readonly work: Work
  readonly rows: number
}

interface PageAddress {
  readonly path: string
  /** Names the page within its job for good. */
  readonly locator: string
}

export interface ReceivedPage {
  readonly rows: number
  /** Null for pages that were committed before and for empty ones. */
  readonly segment: Segment | null
}

interface PageResult extends ReceivedPage {
  readonly next: string | null
}

const resultsPath = (reading: StreamReading, finished: FinishedJob): string =>
  reading.client.resource(`/jobs/query/${finished.job.id}/results`)

const pageAt = (reading: StreamReading, finished: FinishedJob, locator: string | null): PageAddress => ({
  path: `${resultsPath(reading, finished)}?maxRecords=${reading.tuning.pageRows}${
    locator === null ? "" : `&locator=${encodeURIComponent(locator)}`
  }`,
  locator: `${reading.tuning.pageRows} ${locator ?? "first"}`
})

/** The last page's locator is the word "null". */
const nextLocator = ({ headers }: Download): string | null => {
  const locator = headers["sforce-locator"]
  return locator === undefined || locator === "null" || locator === "" ? null : locator
}

const claimedRows = ({ headers }: Download): number | null => {
  const count = headers["sforce-numberofrecords"]
  return count !== undefined && /^\d+$/.test(count) ? Number(count) : null
}

/** Old orgs may still answer in ISO-8859-1, which would be taken for damaged UTF-8 or, worse, for right. */
const expectUtf8 = ({ headers }: Download): Effect.Effect<void, ReadError> => {
  const [, charset = "utf-8"] = /charset="?([^";\s]+)/i.exec(headers["content-type"] ?? "") ?? []
  return /^utf-?8$/i.test(charset)
    ? Effect.void
    : Effect.fail(
        sourceError(
          "ORG_REPLY_INVALID",
          `Salesforce sent a result page in ${charset}, not in UTF-8.`,
          "Ask Salesforce to move the org to UTF-8, and report it with the API version of the spec. Nothing was changed."
        )
      )
}

const askFor = (reading: StreamReading, address: PageAddress): Effect.Effect<Download, ReadError> =>
  reading.client.download({
    stream: reading.definition.stream,
    path: address.path,
    headers: { accept: "text/csv" }
  })

/** Reads the head and drops the body. */
const headOf = Effect.fnUntraced(function* (
  reading: StreamReading,
  address: PageAddress
): Effect.fn.Return<PageResult, ReadError> {
  const download = yield* askFor(reading, address)
  yield* Effect.ignore(Stream.runDrain(Stream.take(download.body, 1)))
  return { rows: claimedRows(download) ?? 0, segment: null, next: nextLocator(download) }
})

const fetchOnce = Effect.fnUntraced(function* (
  reading: StreamReading,
  finished: FinishedJob,
  address: PageAddress,
  id: string
): Effect.fn.Return<PageResult, ReadError> {
  const { definition, client, context } = reading
  const download = yield* askFor(reading, address)
  yield* expectUtf8(download)
  const path = join(context.spool, `${id}.csv${download.gzip ? ".gz" : ""}`)
  const page = yield* spoolPage(download, path)
  yield* checkPage(page, definition.select, claimedRows(download))
  client.ledger.bytes(definition.stream, page.bytes)
  yield* progress(reading, { phase: "download", rows: page.rows, bytes: page.bytes, total: finished.rows })
  const next = nextLocator(download)
  if (page.rows === 0) return { rows: 0, segment: null, next }
  return {
    rows: page.rows,
    next,
    segment: {
      id,
      stream: definition.stream,
      generation: reading.generation,
      work: finished.work.id,
      effect: "upsert",
      files: [{ path, gzip: download.gzip, rows: page.rows, bytes: page.bytes }],
      header: definition.select,
      asOf: finished.job.createdAt,
      covers: coversOf(finished.work)
    }
  }
})

const fetchPage = (
  reading: StreamReading,
  finished: FinishedJob,
  address: PageAddress
): Effect.Effect<PageResult, ReadError> => {
  const id = segmentId({
    stream: reading.definition.stream,
    generation: reading.generation,
    work: finished.work.id,
    locator: `${finished.job.id} ${address.locator}`
  })
  const page = finished.work.segments.committed.includes(id)
    ? headOf(reading, address)
    : fetchOnce(reading, finished, address, id).pipe(
        Effect.retry({
          times: FETCHES_PER_PAGE - 1,
          while: isDamage,
          schedule: Schedule.exponential("200 millis").pipe(Schedule.jittered)
        })
      )
  return reading.downloads.withPermits(1)(page)
}

/** The client has tried again already where the reply itself was a refusal; here the body was cut or wrong. */
const isDamage = (error: ReadError): boolean =>
  error.code === "PAGE_DAMAGED" || error.code === "NET_BROKEN" || error.code === "NET_TIMEOUT"

/** The sample and the prose of the documentation name the key differently. */
const ResultPages = Schema.Struct({
  resultPages: Schema.Array(Schema.Struct({ resultUrl: Schema.String })),
  nextRecordsUrl: Schema.optionalKey(Schema.NullOr(Schema.String)),
  nextRecordUrl: Schema.optionalKey(Schema.NullOr(Schema.String)),
  done: Schema.optionalKey(Schema.Boolean)
})

const namedPages = (reading: StreamReading, finished: FinishedJob): Stream.Stream<PageAddress, ReadError> =>
  Stream.paginate(
    reading.client.resource(`/jobs/query/${finished.job.id}/resultPages`),
    Effect.fnUntraced(function* (path: string) {
      const reply = yield* reading.client.text({ stream: reading.definition.stream, path })
      const list = yield* decodeReply(ResultPages, "the pages of a result", reply)
      const next = list.done === true ? null : (list.nextRecordsUrl ?? list.nextRecordUrl ?? null)
      const addresses = list.resultPages.map(
        ({ resultUrl }): PageAddress => ({
          path: resultUrl,
          locator: new URLSearchParams(resultUrl.split("?")[1] ?? "").get("locator") ?? resultUrl
        })
      )
      return [addresses, Option.fromNullishOr(next)] as const
    })
  )

const inParallel = (reading: StreamReading, finished: FinishedJob): Stream.Stream<PageResult, ReadError> =>
  namedPages(reading, finished).pipe(
    Stream.mapEffect((address) => fetchPage(reading, finished, address), {
      concurrency: reading.tuning.downloadsPerOrg
    })
  )

const byLocator = (reading: StreamReading, finished: FinishedJob): Stream.Stream<PageResult, ReadError> =>
  Stream.paginate(
    null,
    Effect.fnUntraced(function* (locator: string | null) {
      const page = yield* fetchPage(reading, finished, pageAt(reading, finished, locator))
      return [[page], Option.fromNullishOr(page.next)] as const
    })
  )

export const resultPages = (
  reading: StreamReading,
  finished: FinishedJob
): Stream.Stream<ReceivedPage, ReadError> => {
  const parallel =
    finished.rows > reading.tuning.pageRows &&
    Number.parseFloat(finished.job.apiVersion) >= FIRST_PARALLEL_VERSION
  const pages = parallel ? inParallel(reading, finished) : byLocator(reading, finished)
  return pages.pipe(Stream.buffer({ capacity: PAGES_AHEAD }))
}
