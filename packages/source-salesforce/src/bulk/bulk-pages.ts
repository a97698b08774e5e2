/**
 * The result pages of a finished job, as segments. In parallel where the server names the pages
 * (`resultPages`, from version 58), else one after the other by locator, in a size that the connection can bear.
 * https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_get_job_results.htm
 */
import { Effect, Option, Schema, Stream } from "effect"
import { decodeReply } from "../org/api-reply.ts"
import type { StreamReading } from "../read/stream-reading.ts"
import type { ReadError } from "../read-error.ts"
import {
  type FinishedJob,
  fetchPage,
  isCommitted,
  type PageAddress,
  type PageResult,
  type ReceivedPage
} from "./fetch-page.ts"
import { pageSizes, sizeAfter } from "./page-size.ts"

const FIRST_PARALLEL_VERSION = 58

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
    Stream.mapEffect((address) => fetchPage(reading, finished, () => address), {
      concurrency: reading.tuning.downloadsPerOrg
    })
  )

const resultsPath = (reading: StreamReading, finished: FinishedJob): string =>
  reading.client.resource(`/jobs/query/${finished.job.id}/results`)

const pageAt = (
  reading: StreamReading,
  finished: FinishedJob,
  locator: string | null,
  rows: number
): PageAddress => ({
  path: `${resultsPath(reading, finished)}?maxRecords=${rows}${
    locator === null ? "" : `&locator=${encodeURIComponent(locator)}`
  }`,
  locator: `${rows} ${locator ?? "first"}`
})

interface Place {
  readonly locator: string | null
  readonly rows: number
}

const byLocator = (reading: StreamReading, finished: FinishedJob): Stream.Stream<PageResult, ReadError> => {
  const sizes = pageSizes(reading.tuning.pageRows)
  return Stream.paginate(
    { locator: null, rows: reading.tuning.pageRows } as Place,
    Effect.fnUntraced(function* ({ locator, rows }: Place) {
      const at = (size: number): PageAddress => pageAt(reading, finished, locator, size)
      // Where an earlier run has fetched from here, it is in the size that it then had.
      const committed = sizes.find((size) => isCommitted(reading, finished, at(size)))
      let asked = committed ?? rows
      const page = yield* fetchPage(reading, finished, (failures) => {
        asked = sizes[sizes.indexOf(committed ?? rows) + failures] ?? asked
        return at(asked)
      })
      const next =
        page.next === null ? null : { locator: page.next, rows: sizeAfter(page, asked, reading.tuning) }
      return [[page], Option.fromNullishOr(next)] as const
    })
  )
}

export const resultPages = (
  reading: StreamReading,
  finished: FinishedJob
): Stream.Stream<ReceivedPage, ReadError> => {
  const parallel =
    finished.rows > reading.tuning.pageRows &&
    Number.parseFloat(finished.job.apiVersion) >= FIRST_PARALLEL_VERSION
  return parallel ? inParallel(reading, finished) : byLocator(reading, finished)
}
