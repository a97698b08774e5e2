/** `/jobs/query`. https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/queries.htm */
import { Effect, Layer } from "effect"
import { HttpServerResponse } from "effect/http"
import { jsonText, restRoute } from "../server/rest-route.ts"
import { badRequest } from "../server/salesforce-error.ts"
import { createdText, jobText, printedJob } from "./job.ts"
import { readJobBody } from "./job-body.ts"
import { QueryJobs } from "./query-jobs.ts"
import { decodeQueryRequest } from "./query-request.ts"
import { queryResults, resultPages } from "./results.ts"

export const bulkQueryRoutes = Layer.mergeAll(
  restRoute("POST", "/jobs/query", ({ request, version, caller }) =>
    Effect.gen(function* () {
      const body = yield* readJobBody(request).pipe(Effect.flatMap(decodeQueryRequest))
      return jsonText(createdText(yield* (yield* QueryJobs).create(body, version, caller.userId)))
    })
  ),
  restRoute("GET", "/jobs/query/:id", ({ params }) =>
    Effect.gen(function* () {
      return jsonText(jobText(printedJob(yield* (yield* QueryJobs).get(params.id ?? ""))))
    })
  ),
  restRoute("PATCH", "/jobs/query/:id", ({ request, params }) =>
    Effect.gen(function* () {
      const body = yield* readJobBody(request)
      const state = typeof body === "object" && body !== null && "state" in body ? body.state : undefined
      if (state !== "Aborted")
        return yield* badRequest("INVALIDJOB", "the state of a query job can only be set to Aborted")
      const jobs = yield* QueryJobs
      yield* jobs.abort(params.id ?? "")
      return jsonText(jobText(printedJob(yield* jobs.get(params.id ?? ""))))
    })
  ),
  restRoute("DELETE", "/jobs/query/:id", ({ params }) =>
    Effect.gen(function* () {
      yield* (yield* QueryJobs).remove(params.id ?? "")
      return HttpServerResponse.empty({ status: 204 })
    })
  ),
  restRoute("GET", "/jobs/query/:id/results", queryResults),
  restRoute("GET", "/jobs/query/:id/resultPages", resultPages)
)
