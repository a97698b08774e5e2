/**
 * Several requests in one call, which counts once.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm
 *
 * A part goes through the same routes as a request of its own, so it answers the same.
 */
import { Effect, Layer, Schema } from "effect"
import { HttpRouter, type HttpServerRequest } from "effect/http"
import { readJson } from "../server/json-body.ts"
import { isCompositePart, json, restRoute } from "../server/rest-route.ts"
import { SalesforceError } from "../server/salesforce-error.ts"
import { type SubrequestAnswer, subrequest } from "../server/subrequest.ts"

const mostParts = 25

const Part = Schema.Struct({
  method: Schema.String,
  url: Schema.String,
  referenceId: Schema.String,
  body: Schema.optionalKey(Schema.Unknown),
  httpHeaders: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
})
type Part = typeof Part.Type

const Body = Schema.Struct({
  allOrNone: Schema.optionalKey(Schema.Boolean),
  collateSubrequests: Schema.optionalKey(Schema.Boolean),
  compositeRequest: Schema.Array(Part)
})

/** `@{ref.path.to.value}` in a later part stands for a value in the answer to an earlier one. */
const substitute = (text: string, answers: ReadonlyMap<string, SubrequestAnswer>): string =>
  text.replaceAll(/@\{([^.}]+)\.([^}]+)\}/g, (whole, reference: string, path: string) => {
    const keys = path.split(/\.|\[(\d+)\]/).filter((key) => key !== undefined && key !== "")
    const found = keys.reduce<unknown>(
      (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
      answers.get(reference)?.body
    )
    return found === undefined ? whole : String(found)
  })

const runPart = (
  router: HttpRouter.HttpRouter,
  outer: HttpServerRequest.HttpServerRequest,
  { method, url, httpHeaders, body }: Part,
  answers: ReadonlyMap<string, SubrequestAnswer>
) =>
  subrequest(router, outer, {
    method,
    url: substitute(url, answers),
    headers: httpHeaders,
    body: body === undefined ? undefined : substitute(JSON.stringify(body), answers)
  }).pipe(Effect.provideService(isCompositePart, true))

const runParts = (
  router: HttpRouter.HttpRouter,
  outer: HttpServerRequest.HttpServerRequest,
  parts: ReadonlyArray<Part>
) =>
  Effect.gen(function* () {
    const answers = new Map<string, SubrequestAnswer>()
    for (const part of parts) answers.set(part.referenceId, yield* runPart(router, outer, part, answers))
    return parts.map(({ referenceId }) => {
      const answer = answers.get(referenceId)
      return {
        body: answer?.body ?? null,
        httpHeaders: answer?.headers ?? {},
        httpStatusCode: answer?.status ?? 500,
        referenceId
      }
    })
  })

const tooMany = new SalesforceError({
  status: 400,
  errorCode: "INVALID_INPUT",
  message: `The number of subrequests exceeds the limit of ${mostParts}.`
})

export const compositeRoute = Layer.unwrap(
  Effect.map(HttpRouter.HttpRouter, (router) =>
    restRoute("POST", "/composite", ({ request }) =>
      Effect.gen(function* () {
        const { compositeRequest } = yield* readJson(request, Body)
        if (compositeRequest.length > mostParts) return yield* tooMany
        return json({ compositeResponse: yield* runParts(router, request, compositeRequest) })
      })
    )
  )
)
