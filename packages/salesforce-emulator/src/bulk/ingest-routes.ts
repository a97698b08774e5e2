/** `/jobs/ingest`. https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/bulk_api_2_0_ingest.htm */
import { createReadStream } from "node:fs"
import type { IncomingMessage } from "node:http"
import { Readable } from "node:stream"
import { Effect, Layer } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { Org } from "../org/org.ts"
import { type Call, jsonText, restRoute } from "../server/rest-route.ts"
import { badRequest, SalesforceError } from "../server/salesforce-error.ts"
import { printedIngest, printedIngestInfo } from "./ingest-job.ts"
import { IngestJobs } from "./ingest-jobs.ts"
import { decodeIngestRequest } from "./ingest-request.ts"
import { type ResultFile, resultHeader } from "./ingest-results.ts"
import { jobText } from "./job.ts"
import { readJobBody } from "./job-body.ts"

const idOf = ({ params }: Call): string => params.id ?? ""

/** Creation by JSON, or by multipart with the content in the same call. */
const create = Effect.fnUntraced(function* ({ request, version, caller }: Call) {
  const org = yield* Org
  const jobs = yield* IngestJobs
  const isMultipart = /^multipart\/form-data/i.test(request.headers["content-type"] ?? "")
  const { body, content } = isMultipart
    ? yield* multipart(request)
    : { body: yield* readJobBody(request), content: undefined }
  const job = yield* jobs.create(yield* decodeIngestRequest(org, body), version, caller.userId)
  if (content === undefined) return jsonText(jobText(printedIngest(job)))
  yield* jobs.upload(job.id, Readable.from([Buffer.from(content)]))
  return jsonText(jobText(printedIngest(yield* jobs.close(job.id))))
})

const multipart = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.gen(function* () {
    const bytes = yield* request.arrayBuffer
    const form = yield* Effect.tryPromise(() =>
      new Response(bytes, { headers: { "content-type": request.headers["content-type"] ?? "" } }).formData()
    )
    const part = (name: string) =>
      Effect.promise(async () => {
        const value = form.get(name)
        return value instanceof Blob ? await value.text() : (value ?? "")
      })
    const [job, content] = [yield* part("job"), yield* part("content")]
    const body: unknown = yield* Effect.try(() => JSON.parse(job))
    return { body, content }
  }).pipe(
    Effect.mapError(() =>
      badRequest("INVALIDJOB", "expected a part named job with JSON and a part named content with CSV")
    )
  )

const upload = Effect.fnUntraced(function* (call: Call) {
  const type = call.request.headers["content-type"] ?? ""
  if (!/^text\/csv\s*(;|$)/i.test(type)) {
    return yield* new SalesforceError({
      status: 415,
      errorCode: "UNSUPPORTED_MEDIA_TYPE",
      message: `Content-Type must be text/csv: ${type}`
    })
  }
  yield* (yield* IngestJobs).upload(idOf(call), call.request.source as IncomingMessage)
  return HttpServerResponse.empty({ status: 201 })
})

const setState = Effect.fnUntraced(function* (call: Call) {
  const jobs = yield* IngestJobs
  const body = yield* readJobBody(call.request)
  const state = typeof body === "object" && body !== null && "state" in body ? body.state : undefined
  if (state !== "UploadComplete" && state !== "Aborted") {
    return yield* badRequest("INVALIDJOB", "the state of a job can be set to UploadComplete or Aborted")
  }
  const job = yield* state === "Aborted" ? jobs.abort(idOf(call)) : jobs.close(idOf(call))
  return jsonText(jobText(printedIngest(job)))
})

const results = (file: ResultFile) =>
  Effect.fnUntraced(function* (call: Call) {
    const jobs = yield* IngestJobs
    const path = yield* jobs.results(idOf(call), file)
    const contentType = "text/csv; charset=UTF-8"
    if (path !== undefined) return HttpServerResponse.raw(createReadStream(path), { contentType })
    return HttpServerResponse.text(resultHeader(file, [], yield* jobs.get(idOf(call))), { contentType })
  })

export const bulkIngestRoutes = Layer.mergeAll(
  restRoute("POST", "/jobs/ingest", create),
  restRoute("GET", "/jobs/ingest/:id", (call) =>
    Effect.gen(function* () {
      return jsonText(jobText(printedIngestInfo(yield* (yield* IngestJobs).get(idOf(call)))))
    })
  ),
  restRoute("PUT", "/jobs/ingest/:id/batches", upload),
  restRoute("PATCH", "/jobs/ingest/:id", setState),
  restRoute("DELETE", "/jobs/ingest/:id", (call) =>
    Effect.gen(function* () {
      yield* (yield* IngestJobs).remove(idOf(call))
      return HttpServerResponse.empty({ status: 204 })
    })
  ),
  restRoute("GET", "/jobs/ingest/:id/successfulResults", results("successfulResults")),
  restRoute("GET", "/jobs/ingest/:id/failedResults", results("failedResults")),
  restRoute("GET", "/jobs/ingest/:id/unprocessedrecords", results("unprocessedrecords"))
)
