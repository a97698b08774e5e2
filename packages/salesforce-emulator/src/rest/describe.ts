/**
 * Global describe, sObject basic information and sObject describe.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_describeGlobal.htm
 */
import { Effect, Layer } from "effect"
import { HttpServerResponse } from "effect/http"
import { describeBriefly, describeObject } from "../describe/object-describe.ts"
import type { SObject } from "../org/field.ts"
import { Org } from "../org/org.ts"
import { type Call, json, restRoute } from "../server/rest-route.ts"
import { notFound, SalesforceError } from "../server/salesforce-error.ts"

/** The object a path names; unknown and invisible objects look alike. */
export const pathObject = (call: Call): Effect.Effect<SObject, SalesforceError, Org> =>
  Effect.flatMap(Org, ({ schema }) => {
    const object = schema.object(call.params.object ?? "")
    return object === undefined ? notFound() : Effect.succeed(object)
  })

const httpDate = (millis: number) => new Date(millis).toUTCString()

const preconditionFailed = new SalesforceError({
  status: 412,
  errorCode: "PRECONDITION_FAILED",
  message: "The resource has been modified since the given date"
})

/** Answers 304 when the describe is none that changed since the If-Modified-Since of the request. */
const unlessUnchanged = (call: Call, changedAt: number, body: () => unknown) =>
  Effect.suspend(() => {
    const at = Math.floor(changedAt / 1000) * 1000
    const { "if-modified-since": since, "if-unmodified-since": until } = call.request.headers
    if (Date.parse(until ?? "") < at) return Effect.fail(preconditionFailed)
    if (Date.parse(since ?? "") >= at) return Effect.succeed(HttpServerResponse.empty({ status: 304 }))
    return Effect.succeed(HttpServerResponse.setHeader(json(body()), "Last-Modified", httpDate(at)))
  })

const globalDescribe = restRoute("GET", "/sobjects", (call) =>
  Effect.flatMap(Org, ({ schema }) =>
    unlessUnchanged(call, schema.changedAt, () => ({
      encoding: "UTF-8",
      maxBatchSize: 200,
      sobjects: schema.all().map((object) => describeBriefly(object, call.version))
    }))
  )
)

const objectDescribe = restRoute("GET", "/sobjects/:object/describe", (call) =>
  Effect.gen(function* () {
    const { schema } = yield* Org
    const object = yield* pathObject(call)
    const host = `http://${call.request.headers.host ?? ""}`
    return yield* unlessUnchanged(call, schema.changedAtOf(object), () =>
      describeObject(schema, object, call.version, host)
    )
  })
)

const basicInformation = restRoute("GET", "/sobjects/:object", (call) =>
  Effect.map(pathObject(call), (object) =>
    json({ objectDescribe: describeBriefly(object, call.version), recentItems: [] })
  )
)

export const describeRoutes = Layer.mergeAll(globalDescribe, objectDescribe, basicInformation)
