/**
 * One result page of a finished job: fetched, checked and made a segment. A page whose segment is committed is asked
 * for its head only: its row count, and where the next one is.
 */
import { join } from "node:path"
import { inPhase, type Segment, segmentId, type Work, type WorkJob } from "@decant/connector"
import { Clock, Effect, Schedule, Stream } from "effect"
import type { Download } from "../org/salesforce-client.ts"
import { progress, roomOf, type StreamReading } from "../read/stream-reading.ts"
import type { ReadError } from "../read-error.ts"
import { sourceError } from "../source-error.ts"
import { coversOf } from "../streams/work.ts"
import { removeFiles } from "./page-pieces.ts"
import { checkPage, spoolPage } from "./page-spool.ts"

export interface FinishedJob {
  readonly job: typeof WorkJob.Type
  readonly work: Work
  readonly rows: number
}

export interface PageAddress {
  readonly path: string
  /** Names the page within its job for good. */
  readonly locator: string
}

export interface ReceivedPage {
  readonly rows: number
  /** Null for pages that were committed before and for empty ones. */
  readonly segment: Segment | null
}

export interface PageResult extends ReceivedPage {
  readonly next: string | null
  /** How long it was on its way; null when it did not have to come. */
  readonly millis: number | null
}

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
  return { rows: claimedRows(download) ?? 0, segment: null, next: nextLocator(download), millis: null }
})

const fetchOnce = Effect.fnUntraced(function* (
  reading: StreamReading,
  finished: FinishedJob,
  address: PageAddress,
  id: string
): Effect.fn.Return<PageResult, ReadError> {
  const { definition, client, context } = reading
  const begun = yield* Clock.currentTimeMillis
  const download = yield* askFor(reading, address).pipe(inPhase("download"))
  yield* expectUtf8(download)
  const pathOf = (piece: number): string => join(context.spool, `${id}${piece === 0 ? "" : `-${piece}`}.csv`)
  const { pieceBytes } = reading.tuning
  const page = yield* spoolPage(download, { pathOf, room: roomOf(reading), pieceBytes }).pipe(
    inPhase("download")
  )
  yield* checkPage(page, definition.select, claimedRows(download)).pipe(
    inPhase("check"),
    Effect.onError(() => Effect.promise(() => removeFiles(page.files)))
  )
  client.ledger.bytes(definition.stream, page.received)
  yield* progress(reading, { phase: "download", rows: page.rows, bytes: page.received, total: finished.rows })
  const next = nextLocator(download)
  const millis = (yield* Clock.currentTimeMillis) - begun
  if (page.rows === 0) return { rows: 0, segment: null, next, millis }
  return {
    rows: page.rows,
    next,
    millis,
    segment: {
      id,
      stream: definition.stream,
      generation: reading.generation,
      work: finished.work.id,
      effect: "upsert",
      files: page.files,
      header: definition.select,
      asOf: finished.job.createdAt,
      covers: coversOf(finished.work)
    }
  }
})

const idOf = (reading: StreamReading, { job, work }: FinishedJob, { locator }: PageAddress): string =>
  segmentId({
    stream: reading.definition.stream,
    generation: reading.generation,
    work: work.id,
    locator: `${job.id} ${locator}`
  })

export const isCommitted = (reading: StreamReading, finished: FinishedJob, address: PageAddress): boolean =>
  finished.work.segments.committed.includes(idOf(reading, finished, address))

/** The client has tried again already where the reply itself was a refusal; here the body was cut or wrong. */
const isDamage = (error: ReadError): boolean =>
  error.code === "PAGE_DAMAGED" || error.code === "NET_BROKEN" || error.code === "NET_TIMEOUT"

const FETCHES_PER_PAGE = 3

/** `addressOf` is told how often it has failed: a smaller page may do where a large one does not. */
export const fetchPage = (
  reading: StreamReading,
  finished: FinishedJob,
  addressOf: (failures: number) => PageAddress
): Effect.Effect<PageResult, ReadError> =>
  Effect.suspend(() => {
    const first = addressOf(0)
    if (isCommitted(reading, finished, first)) return headOf(reading, first)
    let failures = 0
    const once = Effect.suspend(() => {
      const address = addressOf(failures++)
      return fetchOnce(reading, finished, address, idOf(reading, finished, address))
    })
    return Effect.retry(once, {
      times: FETCHES_PER_PAGE - 1,
      while: isDamage,
      schedule: Schedule.exponential("200 millis").pipe(Schedule.jittered)
    })
  }).pipe(reading.downloads.withPermits(1))
