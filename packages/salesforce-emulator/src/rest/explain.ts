/**
 * `?explain=`: how Salesforce would go about a query, cheapest way first. The figures follow its rules of thumb for
 * selectivity, not its optimiser.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_query_explain.htm
 */
import { Effect } from "effect"
import { normaliseId } from "../org/id.ts"
import type { Org } from "../org/org.ts"
import { notFound } from "../server/salesforce-error.ts"
import { type Plan, planQuery, selectRows } from "../soql/plan.ts"

/** Salesforce estimates from statistics, at once. Here larger objects are estimated from some of their blocks. */
const COUNTED_UP_TO = 200_000
/** In per cent. */
const SHARE = 10

/** What an index must leave of the rows to be used. */
const selective = 0.3

/** Fields with an index that the query's conditions mention. */
const indexedIn = (
  soql: string,
  fields: ReadonlyArray<{ readonly name: string; readonly isIndexed: boolean }>
) => {
  const conditions = /\bWHERE\b(.*)/is.exec(soql)?.[1] ?? ""
  return fields
    .filter(({ name, isIndexed }) => isIndexed && new RegExp(`\\b${name}\\b`, "i").test(conditions))
    .map(({ name }) => name)
}

const alwaysIndexed = new Set(["Id", "Name", "OwnerId", "CreatedDate", "SystemModstamp", "RecordTypeId"])

const ALL_OF_THEM = { groupBy: "", having: "", orderBy: "" }

/** Kept by the store: until a record of these objects changes, the same query has the same estimate. */
const estimate = Effect.fnUntraced(function* (org: Org["Service"], plan: Plan) {
  const every = { ...plan, ...ALL_OF_THEM, where: plan.live, limit: undefined, offset: 0 }
  const numbers = (sql: string) =>
    Effect.map(org.store.kept(sql), ([row = []]) => row.map((value) => Number(value ?? 0)))
  const [sobjectCardinality = 0] = yield* numbers(selectRows(every, "count(*)::INTEGER"))
  if (sobjectCardinality > COUNTED_UP_TO && plan.limit === undefined && plan.offset === 0) {
    const both = `count(*)::INTEGER, (count(*) FILTER (WHERE ${plan.where}))::INTEGER`
    const [seen = 0, chosen = 0] = yield* numbers(
      `${selectRows(every, both)} USING SAMPLE ${SHARE}% (system)`
    )
    if (seen > 0) return { sobjectCardinality, cardinality: Math.round((sobjectCardinality * chosen) / seen) }
  }
  const [cardinality = 0] = yield* numbers(
    `SELECT count(*)::INTEGER FROM (${selectRows({ ...plan, ...ALL_OF_THEM }, "1")})`
  )
  return { sobjectCardinality, cardinality }
})

export const explain = (org: Org["Service"], text: string, version: string) =>
  Effect.gen(function* () {
    const soql = text.trim()
    // Reports and list views can be explained too, but the org has none.
    if (normaliseId(soql) !== undefined) return yield* notFound()
    const plan = yield* planQuery(org, soql, { all: false, version })
    const { object } = plan
    const { sobjectCardinality, cardinality } = yield* estimate(org, plan)
    const fields = indexedIn(
      soql,
      object.fields.map((field) => ({
        name: field.name,
        isIndexed: alwaysIndexed.has(field.name) || field.externalId || field.type === "reference"
      }))
    )
    const share = sobjectCardinality === 0 ? 0 : cardinality / sobjectCardinality
    const byIndex = {
      cardinality,
      fields,
      leadingOperationType: "Index",
      notes: [],
      relativeCost: share / selective,
      sobjectCardinality,
      sobjectType: object.name
    }
    const byScan = {
      cardinality,
      fields: [],
      leadingOperationType: "TableScan",
      notes: [
        {
          description: "Not considering filter for optimization because unindexed",
          fields: ["IsDeleted"],
          tableEnumOrId: object.name
        }
      ],
      relativeCost: 1 + share,
      sobjectCardinality,
      sobjectType: object.name
    }
    return { plans: fields.length > 0 ? [byIndex, byScan] : [byScan], sourceQuery: soql }
  })
