/**
 * Several requests in one call, which counts once.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm
 *
 * A part goes through the same routes as a request of its own, so it answers the same.
 */
import { Effect, Layer, Schema } from "effect"
import { HttpRouter, HttpServerRequest, type HttpServerResponse } from "effect/http"
import { isCompositePart, json, restRoute } from "../server/rest-route.ts"
import { badRequest, SalesforceError } from "../server/salesforce-error.ts"

const mostParts = 25

const Part = Schema.Struct({
  method: Schema.String,
  url: Schema.String,
  referenceId: Schema.String,
  body: Schema.optionalKey(Schema.Unknown),
  httpHeaders: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
})
type Part = typeof Part.Type

type Router = HttpRouter.HttpRouter

const Body = Schema.Struct({
  allOrNone: Schema.optionalKey(Schema.Boolean),
  collateSubrequests: Schema.optionalKey(Schema.Boolean),
  compositeRequest: Schema.Array(Part)
})

const readJson = <A, I>(request: HttpServerRequest.HttpServerRequest, schema: Schema.Codec<A, I>) =>
  Effect.gen(function* () {
    const text = yield* request.text
    const body: unknown = yield* Effect.try(() => JSON.parse(text))
    return yield* Schema.decodeUnknownEffect(schema)(body)
  }).pipe(
    Effect.mapError((cause) =>
      badRequest(
        "JSON_PARSER_ERROR",
        Schema.isSchemaError(cause) ? cause.message : "The HTTP entity body is required to be JSON"
      )
    )
  )

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

const readAnswer = (response: HttpServerResponse.HttpServerResponse): Answer => {
  const { body, status } = response
  const text = body._tag === "Uint8Array" ? Buffer.from(body.body).toString() : ""
  const location = response.headers.location
  return {
    status,
    headers: location === undefined ? {} : { Location: location },
    body: text === "" ? null : JSON.parse(text)
  }
}

/** `@{ref.path.to.value}` in a later part stands for a value in the answer to an earlier one. */
const substitute = (text: string, answers: ReadonlyMap<string, Answer>): string =>
  text.replaceAll(/@\{([^.}]+)\.([^}]+)\}/g, (whole, reference: string, path: string) => {
    const keys = path.split(/\.|\[(\d+)\]/).filter((key) => key !== undefined && key !== "")
    const found = keys.reduce<unknown>(
      (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
      answers.get(reference)?.body
    )
    return found === undefined ? whole : String(found)
  })

const runPart = (
  router: Router,
  outer: HttpServerRequest.HttpServerRequest,
  part: Part,
  answers: ReadonlyMap<string, Answer>
) =>
  Effect.gen(function* () {
    const bodyText = part.body === undefined ? undefined : substitute(JSON.stringify(part.body), answers)
    const headers = new Headers({ ...part.httpHeaders, "content-type": "application/json" })
    headers.set("authorization", outer.headers.authorization ?? "")
    const web = new Request(new URL(substitute(part.url, answers), "http://part.invalid"), {
      method: part.method.toUpperCase(),
      headers,
      ...(bodyText === undefined ? {} : { body: bodyText })
    })
    const response = yield* router
      .asHttpEffect()
      .pipe(
        Effect.provideService(HttpServerRequest.HttpServerRequest, HttpServerRequest.fromWeb(web)),
        Effect.provideService(isCompositePart, true),
        Effect.orDie
      )
    return readAnswer(response)
  })

const runParts = (router: Router, outer: HttpServerRequest.HttpServerRequest, parts: ReadonlyArray<Part>) =>
  Effect.gen(function* () {
    const answers = new Map<string, Answer>()
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
