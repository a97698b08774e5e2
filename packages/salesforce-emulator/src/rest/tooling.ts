/**
 * The Tooling API as far as data clients ask it: queries and describes of its objects.
 * https://developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/intro_rest_resources.htm
 */
import { Effect, Layer } from "effect"
import { describeBriefly, describeObject } from "../describe/object-describe.ts"
import { type Call, json, restRoute } from "../server/rest-route.ts"
import { notFound } from "../server/salesforce-error.ts"
import { Tooling } from "../tooling/tooling.ts"
import { answerQuery, nextPage } from "./query.ts"

const base = (call: Call) => `${call.version}/tooling`

const query = (call: Call) =>
  Effect.gen(function* () {
    const tooling = yield* Tooling
    return yield* answerQuery(yield* tooling.org, call, { all: false, base: base(call) })
  })

const globalDescribe = (call: Call) =>
  Effect.gen(function* () {
    const { schema } = yield* (yield* Tooling).org
    const sobjects = schema.all().map((object) => describeBriefly(object, base(call)))
    return json({ encoding: "UTF-8", maxBatchSize: 200, sobjects })
  })

const objectDescribe = (call: Call) =>
  Effect.gen(function* () {
    const { schema } = yield* (yield* Tooling).org
    const object = schema.object(call.params.object ?? "")
    if (object === undefined) return yield* notFound()
    const host = `http://${call.request.headers.host ?? ""}`
    return json(describeObject(schema, object, base(call), host))
  })

export const toolingRoutes = Layer.mergeAll(
  restRoute("GET", "/tooling/query", query),
  restRoute("GET", "/tooling/query/:locator", (call) => nextPage(call, base(call))),
  restRoute("GET", "/tooling/sobjects", globalDescribe),
  restRoute("GET", "/tooling/sobjects/:object/describe", objectDescribe)
)
