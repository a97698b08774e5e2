/**
 * Text search, by SOSL and by parameters.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_search.htm
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_search_parameterized.htm
 */
import { Effect, Layer, Schema } from "effect"
import { Org } from "../org/org.ts"
import { optional, readJson } from "../server/json-body.ts"
import { type Call, jsonText, restRoute } from "../server/rest-route.ts"
import { SalesforceError } from "../server/salesforce-error.ts"
import { malformedSearch, parseSearch } from "../sosl/parse.ts"
import { runSearch } from "../sosl/run.ts"
import { mostHits, type Search, type SearchGroup } from "../sosl/search.ts"

/** Before this version the answer is the bare list. */
const wrappedSince = 37

const answer = (call: Call, search: Search) =>
  Effect.gen(function* () {
    const records = (yield* runSearch(yield* Org, search, call.version)).join(",")
    return jsonText(Number(call.version) >= wrappedSince ? `{"searchRecords":[${records}]}` : `[${records}]`)
  })

const read = (text: string): Effect.Effect<Search, SalesforceError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(parseSearch(text))
    } catch (thrown) {
      return thrown instanceof SalesforceError ? Effect.fail(thrown) : Effect.die(thrown)
    }
  })

const bySosl = (call: Call) => {
  const text = call.search.get("q")
  return text === null || text.trim() === ""
    ? malformedSearch("No search term found. The search term must be enclosed in braces.")
    : Effect.flatMap(read(text), (search) => answer(call, search))
}

const SearchedObject = Schema.Struct({
  name: Schema.String,
  fields: optional(Schema.Array(Schema.String)),
  where: optional(Schema.String),
  orderBy: optional(Schema.String),
  limit: optional(Schema.Int)
})
type SearchedObject = typeof SearchedObject.Type

const Parameters = Schema.Struct({
  q: Schema.String,
  fields: optional(Schema.Array(Schema.String)),
  sobjects: optional(Schema.Array(SearchedObject)),
  in: optional(Schema.String),
  overallLimit: optional(Schema.Int),
  defaultLimit: optional(Schema.Int)
})

const clause = (word: string, value: string | number | null | undefined) =>
  value === undefined || value === null ? "" : `${word} ${value}`

const tailOf = ({ where, orderBy, limit }: SearchedObject, defaultLimit: number | null | undefined): string =>
  [clause("WHERE", where), clause("ORDER BY", orderBy), clause("LIMIT", limit ?? defaultLimit)].join(" ")

const groups = new Set<string>(["ALL", "NAME", "EMAIL", "PHONE", "SIDEBAR"])
const isGroup = (name: string): name is SearchGroup => groups.has(name)

const byParameters = (call: Call, parameters: typeof Parameters.Type) => {
  const group = (parameters.in ?? "ALL").toUpperCase()
  if (!isGroup(group)) return malformedSearch(`unknown search group: ${group}`)
  return answer(call, {
    term: parameters.q,
    group,
    returning: (parameters.sobjects ?? []).map((object) => ({
      object: object.name,
      fields: (object.fields ?? parameters.fields ?? []).join(", "),
      tail: tailOf(object, parameters.defaultLimit)
    })),
    limit: Math.min(parameters.overallLimit ?? mostHits, mostHits)
  })
}

const fromQueryString = ({ search }: Call): typeof Parameters.Type => {
  const list = (name: string) =>
    search
      .getAll(name)
      .flatMap((text) => text.split(","))
      .map((text) => text.trim())
      .filter((text) => text !== "")
  const overall = Number(search.get("overallLimit") ?? mostHits)
  return {
    q: search.get("q") ?? "",
    fields: list("fields"),
    sobjects: list("sobject").map((name) => {
      const fields = list(`${name}.fields`)
      return fields.length === 0 ? { name } : { name, fields }
    }),
    in: search.get("in") ?? "ALL",
    overallLimit: Number.isInteger(overall) ? overall : mostHits
  }
}

export const searchRoutes = Layer.mergeAll(
  restRoute("GET", "/search", bySosl),
  restRoute("GET", "/parameterizedSearch", (call) => byParameters(call, fromQueryString(call))),
  restRoute("POST", "/parameterizedSearch", (call) =>
    Effect.flatMap(readJson(call.request, Parameters), (parameters) => byParameters(call, parameters))
  )
)
