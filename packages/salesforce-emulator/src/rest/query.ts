/**
 * Query, queryAll and the pages that follow.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm
 */
import { Effect, Layer } from "effect"
import { Org } from "../org/org.ts"
import { type Call, json, jsonText, restRoute } from "../server/rest-route.ts"
import { badRequest } from "../server/salesforce-error.ts"
import { describeColumns } from "../soql/columns.ts"
import { type Plan, planQuery, selectRows } from "../soql/plan.ts"
import { malformed } from "../soql/refusal.ts"
import { Cursors, type Page } from "./cursors.ts"

const smallestBatch = 200
const largestBatch = 2000

/** Salesforce treats the wish as advice; outside its bounds it is ignored. */
const batchSize = (call: Call): number => {
  const wish = /batchSize\s*=\s*(\d+)/i.exec(call.request.headers["sforce-query-options"] ?? "")?.[1]
  const size = Number(wish)
  return size >= smallestBatch && size <= largestBatch ? size : largestBatch
}

const pageText = ({ total, rows, next }: Page, version: string): string => {
  const more =
    next === undefined
      ? '"done":true'
      : `"done":false,"nextRecordsUrl":"/services/data/v${version}/query/${next}"`
  return `{"totalSize":${total},${more},"records":[${rows.join(",")}]}`
}

/** COUNT() alone: the number is the answer's totalSize. */
const countRows = (plan: Plan) =>
  Effect.gen(function* () {
    const { store } = yield* Org
    const [row] = yield* store.rows(
      `SELECT count(*)::INTEGER FROM (${selectRows({ ...plan, orderBy: "" }, "1")})`
    )
    return { total: Number(row?.[0]), rows: [], next: undefined } satisfies Page
  })

const mostGroups = 2000

const answer = (call: Call, all: boolean) =>
  Effect.gen(function* () {
    const org = yield* Org
    const cursors = yield* Cursors
    const text = call.search.get("q")
    if (text === null) return yield* malformed("A query string has to be specified")
    const plan = yield* planQuery(org, text, { all })
    if (call.search.get("columns") === "true") return json(describeColumns(plan))
    const page =
      plan.kind === "count"
        ? yield* countRows(plan)
        : yield* cursors.first(plan, call.version, batchSize(call))
    if (plan.kind === "aggregate" && page.total > mostGroups) {
      return yield* badRequest(
        "EXCEEDED_ID_LIMIT",
        `Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch`
      )
    }
    return jsonText(pageText(page, call.version))
  })

const nextPage = (call: Call) =>
  Effect.gen(function* () {
    const cursors = yield* Cursors
    return jsonText(pageText(yield* cursors.page(call.params.locator ?? ""), call.version))
  })

export const queryRoutes = Layer.mergeAll(
  restRoute("GET", "/query", (call) => answer(call, false)),
  restRoute("GET", "/queryAll", (call) => answer(call, true)),
  restRoute("GET", "/query/:locator", nextPage),
  restRoute("GET", "/queryAll/:locator", nextPage)
)
