/**
 * Independent requests in one round trip, each counted as a call of its own.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_batch.htm
 */
import { Effect, Layer, Schema } from "effect"
import { HttpRouter } from "effect/http"
import { flag, isSet, optional, readJson } from "../server/json-body.ts"
import { json, restRoute } from "../server/rest-route.ts"
import { badRequest } from "../server/salesforce-error.ts"
import { subrequest } from "../server/subrequest.ts"

const mostParts = 25
const failedFrom = 400

const Body = Schema.Struct({
  haltOnError: flag,
  batchRequests: Schema.Array(
    Schema.Struct({
      method: Schema.String,
      /** Without `/services/data`: `v68.0/limits`. */
      url: Schema.String,
      richInput: optional(Schema.Unknown)
    })
  )
})

const halted = {
  statusCode: 412,
  result: [
    { errorCode: "BATCH_PROCESSING_HALTED", message: "Batch processing halted per request because of error" }
  ]
}

const dataPath = (url: string) =>
  url.startsWith("/services/") ? url : `/services/data/${url.replace(/^\/+/, "")}`

export const batchRoute = Layer.unwrap(
  Effect.map(HttpRouter.HttpRouter, (router) =>
    restRoute("POST", "/composite/batch", ({ request }) =>
      Effect.gen(function* () {
        const { batchRequests, haltOnError } = yield* readJson(request, Body)
        if (batchRequests.length > mostParts) {
          return yield* badRequest("INVALID_INPUT", `The batch exceeds the limit of ${mostParts} requests.`)
        }
        const results: Array<{ readonly statusCode: number; readonly result: unknown }> = []
        let hasErrors = false
        for (const { method, url, richInput } of batchRequests) {
          if (hasErrors && isSet(haltOnError)) {
            results.push(halted)
            continue
          }
          const body = richInput === undefined || richInput === null ? undefined : JSON.stringify(richInput)
          const answer = yield* subrequest(router, request, { method, url: dataPath(url), body })
          hasErrors ||= answer.status >= failedFrom
          results.push({ statusCode: answer.status, result: answer.body })
        }
        return json({ hasErrors, results })
      })
    )
  )
)
