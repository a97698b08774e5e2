/**
 * Several requests in one call, which counts once.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm
 */
import { Effect, Layer, Schema } from "effect"
import { HttpRouter } from "effect/http"
import { flag, isSet, readJson } from "../server/json-body.ts"
import { json, restRoute } from "../server/rest-route.ts"
import { answerParts, checkNames, invalid, Part } from "./composite-parts.ts"

const mostParts = 25

const Body = Schema.Struct({
  allOrNone: flag,
  collateSubrequests: flag,
  compositeRequest: Schema.Array(Part)
})

export const compositeRoute = Layer.unwrap(
  Effect.map(HttpRouter.HttpRouter, (router) =>
    restRoute("POST", "/composite", ({ request }) =>
      Effect.gen(function* () {
        const { compositeRequest: parts, allOrNone } = yield* readJson(request, Body)
        if (parts.length > mostParts) {
          return yield* invalid(`The number of subrequests exceeds the limit of ${mostParts}.`)
        }
        yield* checkNames(parts)
        const { compositeResponse } = yield* answerParts(router, request, parts, isSet(allOrNone))
        return json({ compositeResponse })
      })
    )
  )
)
