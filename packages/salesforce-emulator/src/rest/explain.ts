/**
 * `?explain=`: how Salesforce would go about a query, cheapest way first. The figures follow its rules of thumb for
 * selectivity, not its optimiser.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_query_explain.htm
 */
import { Effect } from "effect"
import { normaliseId } from "../org/id.ts"
import type { Org } from "../org/org.ts"
import { notFound } from "../server/salesforce-error.ts"
import { planQuery, selectRows } from "../soql/plan.ts"

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

export const explain = (org: Org["Service"], text: string, version: string) =>
  Effect.gen(function* () {
    const soql = text.trim()
    // Reports and list views can be explained too, but the org has none.
    if (normaliseId(soql) !== undefined) return yield* notFound()
    const plan = yield* planQuery(org, soql, { all: false, version })
    const { object } = plan
    const count = (sql: string) =>
      Effect.map(org.store.rows(`SELECT count(*)::INTEGER FROM (${sql})`), ([row]) => Number(row?.[0]))
    const all = { ...plan, where: plan.live, groupBy: "", having: "", orderBy: "" }
    const sobjectCardinality = yield* count(selectRows({ ...all, limit: undefined, offset: 0 }, "1"))
    const cardinality = yield* count(selectRows({ ...all, where: plan.where }, "1"))
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
