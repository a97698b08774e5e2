/**
 * Several composite calls in one, each of which happens whole or not at all, whatever becomes of the others.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_graph_introduction.htm
 */
import { Effect, Layer, Schema } from "effect"
import { HttpRouter } from "effect/http"
import { readJson } from "../server/json-body.ts"
import { json, restRoute } from "../server/rest-route.ts"
import { answerParts, checkNames, invalid, Part } from "./composite-parts.ts"

const mostGraphs = 75
const mostNodes = 500

/** A graph is made of records: one, by its Id or by an external id, or a new one. */
const ofRecords = /^\/services\/data\/v\d+\.0\/sobjects\/\w+(?:\/[^/?]+){0,2}\/?$/i

const Graph = Schema.Struct({ graphId: Schema.String, compositeRequest: Schema.Array(Part) })
const Body = Schema.Struct({ graphs: Schema.Array(Graph) })

const check = Effect.fnUntraced(function* (graphs: ReadonlyArray<typeof Graph.Type>) {
  if (graphs.length > mostGraphs) {
    return yield* invalid(`The number of graphs exceeds the limit of ${mostGraphs}.`)
  }
  const nodes = graphs.reduce((sum, { compositeRequest }) => sum + compositeRequest.length, 0)
  if (nodes > mostNodes) return yield* invalid(`The number of nodes exceeds the limit of ${mostNodes}.`)
  const ids = graphs.map(({ graphId }) => graphId)
  const twice = ids.find((id, at) => ids.indexOf(id) !== at)
  if (twice !== undefined) return yield* invalid(`Duplicate graph ID: ${twice}`)
  const strange = graphs.flatMap((graph) => graph.compositeRequest).find(({ url }) => !ofRecords.test(url))
  if (strange !== undefined) return yield* invalid(`Not supported in a composite graph: ${strange.url}`)
  yield* Effect.forEach(graphs, ({ compositeRequest }) => checkNames(compositeRequest))
})

export const graphRoute = Layer.unwrap(
  Effect.map(HttpRouter.HttpRouter, (router) =>
    restRoute("POST", "/composite/graph", ({ request }) =>
      Effect.gen(function* () {
        const { graphs } = yield* readJson(request, Body)
        yield* check(graphs)
        const answers = yield* Effect.forEach(graphs, ({ graphId, compositeRequest }) =>
          Effect.map(
            answerParts(router, request, compositeRequest, true),
            ({ failed, compositeResponse }) => ({
              graphId,
              graphResponse: { compositeResponse },
              isSuccessful: !failed
            })
          )
        )
        return json({ graphs: answers })
      })
    )
  )
)
