/**
 * Query, queryAll and the pages that follow.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm
 */
import { Effect, Layer } from "effect"
import { Org } from "../org/org.ts"
import { type Call, json, jsonBytes, restRoute } from "../server/rest-route.ts"
import { badRequest } from "../server/salesforce-error.ts"
import { describeColumns } from "../soql/columns.ts"
import { type Plan, planQuery, selectRows } from "../soql/plan.ts"
import { malformed } from "../soql/refusal.ts"
import { Cursors, type Page } from "./cursors.ts"
import { explain } from "./explain.ts"

const smallestBatch = 200
const largestBatch = 2000

/** Salesforce treats the wish as advice; outside its bounds it is ignored. */
const batchSize = (call: Call): number => {
  const wish = /batchSize\s*=\s*(\d+)/i.exec(call.request.headers["sforce-query-options"] ?? "")?.[1]
  const size = Number(wish)
  return size >= smallestBatch && size <= largestBatch ? size : largestBatch
}

const pageBytes = ({ total, records, next }: Page, version: string): Uint8Array => {
  const more =
    next === undefined
      ? '"done":true'
      : `"done":false,"nextRecordsUrl":"/services/data/v${version}/query/${next}"`
  return Buffer.concat([Buffer.from(`{"totalSize":${total},${more},"records":[`), records, Buffer.from("]}")])
}

/** COUNT() alone: the number is the answer's totalSize. */
const countRows = (plan: Plan) =>
  Effect.gen(function* () {
    const { store } = yield* Org
    const [row] = yield* store.kept(
      `SELECT count(*)::INTEGER FROM (${selectRows({ ...plan, orderBy: "" }, "1")})`
    )
    return { total: Number(row?.[0]), records: new Uint8Array(), next: undefined } satisfies Page
  })

const mostGroups = 2000

export interface QueryOptions {
  readonly all: boolean
  /** What follows `/services/data/v` in the addresses of the answer; the version unless it is another API's. */
  readonly base?: string
}

/** Answers the query of `?q=` from the given org. */
export const answerQuery = (org: Org["Service"], call: Call, { all, base = call.version }: QueryOptions) =>
  Effect.gen(function* () {
    const cursors = yield* Cursors
    const explained = call.search.get("explain")
    if (explained !== null) return json(yield* explain(org, explained, call.version))
    const text = call.search.get("q")
    if (text === null) return yield* malformed("A query string has to be specified")
    const plan = yield* planQuery(org, text, { all, version: call.version })
    if (call.search.get("columns") === "true") return json(describeColumns(plan))
    const page =
      plan.kind === "count" ? yield* countRows(plan) : yield* cursors.first(plan, base, batchSize(call))
    if (plan.kind === "aggregate" && page.total > mostGroups) {
      return yield* badRequest(
        "EXCEEDED_ID_LIMIT",
        `Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch`
      )
    }
    return jsonBytes(pageBytes(page, base))
  })

export const nextPage = (call: Call, base = call.version) =>
  Effect.gen(function* () {
    const cursors = yield* Cursors
    return jsonBytes(pageBytes(yield* cursors.page(call.params.locator ?? ""), base))
  })

const answer = (call: Call, all: boolean) => Effect.flatMap(Org, (org) => answerQuery(org, call, { all }))

export const queryRoutes = Layer.mergeAll(
  restRoute("GET", "/query", (call) => answer(call, false)),
  restRoute("GET", "/queryAll", (call) => answer(call, true)),
  restRoute("GET", "/query/:locator", (call) => nextPage(call)),
  restRoute("GET", "/queryAll/:locator", (call) => nextPage(call))
)
