/** The result pages of a query job: rows as CSV, and the list of pages for those who read several at once. */
import { Effect, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import { Switches } from "../control/switches.ts"
import { type Call, json } from "../server/rest-route.ts"
import { badRequest, SalesforceError } from "../server/salesforce-error.ts"
import type { QueryJob } from "./job.ts"
import { locatorOf, type Place, placeOf } from "./locator.ts"
import { pageBody } from "./page-body.ts"
import { QueryJobs } from "./query-jobs.ts"
import type { ResultSet } from "./result-set.ts"

const LINKS = 5

/** The finished job of a call, or the reason why it has no results to give. */
const finished = Effect.fnUntraced(function* ({ params, version }: Call) {
  const job = yield* (yield* QueryJobs).get(params.id ?? "")
  if (job.version !== version) {
    return yield* new SalesforceError({
      status: 409,
      errorCode: "INVALIDVERSION",
      message: `The API version of the request (${version}) is not the one the job was created with (${job.version})`
    })
  }
  return { job, result: job.state === "JobComplete" ? job.result : undefined }
})

const unfinished = (job: QueryJob) =>
  badRequest("INVALIDJOBSTATE", `Results of a job in state ${job.state} are not available`)

const placeIn = Effect.fnUntraced(function* (job: QueryJob, search: URLSearchParams) {
  const { values: switches } = yield* Switches
  const locator = search.get("locator")
  const place =
    locator === null || locator === "" ? { offset: 0, pageRows: undefined } : placeOf(job.id, locator)
  if (place === undefined) return yield* badRequest("INVALID_QUERY_LOCATOR", "invalid query locator")
  const asked = search.get("maxRecords")
  if (asked !== null && !/^[1-9]\d*$/.test(asked)) {
    return yield* badRequest("INVALID_ARGUMENT", `maxRecords must be a positive number: ${asked}`)
  }
  const found: Place = {
    offset: place.offset,
    pageRows: asked === null ? (place.pageRows ?? switches.bulkPageRows) : Number(asked)
  }
  return found
})

export const queryResults = Effect.fnUntraced(function* (call: Call) {
  const { values: switches } = yield* Switches
  const { job, result } = yield* finished(call)
  if (result === undefined) {
    if (switches.bulkEarlyResults === 204 && job.state !== "Failed" && job.state !== "Aborted") {
      return HttpServerResponse.empty({ status: 204 })
    }
    return yield* unfinished(job)
  }
  const { offset, pageRows } = yield* placeIn(job, call.search)
  const { records } = result.file
  const end = Math.min(offset + pageRows, records)
  const next = end < records ? locatorOf(job.id, { offset: end, pageRows }) : "null"
  const gzip = acceptsGzip(call.request.headers["accept-encoding"])
  const { length, chunks } = yield* Effect.promise(() =>
    pageBody(result.file, headerOf(result, switches.bulkEmptyBody), offset, end, gzip)
  )
  return HttpServerResponse.stream(
    Stream.fromAsyncIterable(chunks, (cause) => cause),
    {
      contentType: "text/csv; charset=UTF-8",
      contentLength: length,
      headers: {
        "Sforce-Locator": next,
        "Sforce-NumberOfRecords": String(Math.max(0, end - offset)),
        ...(gzip ? { "Content-Encoding": "gzip" } : {})
      }
    }
  )
})

const headerOf = ({ header, file }: ResultSet, emptyBody: boolean): string =>
  emptyBody && file.records === 0 ? "" : header

function acceptsGzip(accepted: string | undefined): boolean {
  const entry = accepted?.split(",").find((part) => /^\s*(gzip|\*)\s*(;|$)/i.test(part))
  return entry !== undefined && !/;\s*q=0(\.0*)?\s*$/.test(entry)
}

export const resultPages = Effect.fnUntraced(function* (call: Call) {
  const { job, result } = yield* finished(call)
  if (result === undefined) return yield* unfinished(job)
  const { offset, pageRows } = yield* placeIn(job, call.search)
  const base = `/services/data/v${call.version}/jobs/query/${job.id}`
  const { records } = result.file
  const links: Array<{ resultUrl: string }> = []
  let at = offset
  do {
    links.push({ resultUrl: `${base}/results?locator=${locatorOf(job.id, { offset: at, pageRows })}` })
    at += pageRows
  } while (at < records && links.length < LINKS)
  const done = at >= records
  return json({
    resultPages: links,
    ...(done
      ? {}
      : { nextRecordsUrl: `${base}/resultpages?locator=${locatorOf(job.id, { offset: at, pageRows })}` }),
    done
  })
})
