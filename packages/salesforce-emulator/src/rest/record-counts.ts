/**
 * How many records objects have. Salesforce's figures are some hours old and approximate; these are exact.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_record_count.htm
 */
import { Effect } from "effect"
import type { SObject } from "../org/field.ts"
import { Org } from "../org/org.ts"
import { quoted } from "../org/store.ts"
import { json, restRoute } from "../server/rest-route.ts"

const isCounted = (object: SObject) =>
  object.traits.queryable && object.fields.some(({ name }) => name === "SystemModstamp")

/** The objects of `sObjects=A,B`, those the org has not left out; all when there is no such parameter. */
const chosen = (org: Org["Service"], wanted: string | null): ReadonlyArray<SObject> =>
  wanted === null
    ? org.schema.all().filter(isCounted)
    : wanted.split(",").flatMap((name) => org.schema.object(name.trim()) ?? [])

const count = (org: Org["Service"], object: SObject) => {
  const deletable = org.schema.field(object, "IsDeleted") !== undefined
  const live = deletable ? 'NOT "IsDeleted" AND NOT "_purged"' : 'NOT "_purged"'
  return Effect.map(
    org.store.rows(`SELECT count(*)::INTEGER FROM ${quoted(object.name)} WHERE ${live}`),
    ([row]) => ({ count: Number(row?.[0]), name: object.name })
  )
}

export const recordCountRoute = restRoute("GET", "/limits/recordCount", ({ search }) =>
  Effect.gen(function* () {
    const org = yield* Org
    const sObjects = yield* Effect.forEach(chosen(org, search.get("sObjects")), (object) =>
      count(org, object)
    )
    return json({ sObjects: sObjects.filter((each) => each.count > 0 || search.has("sObjects")) })
  })
)
