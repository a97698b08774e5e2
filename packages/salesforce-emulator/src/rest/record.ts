/**
 * One record by its id.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_retrieve.htm
 */
import { Effect } from "effect"
import type { SObject } from "../org/field.ts"
import { normaliseId } from "../org/id.ts"
import { Org } from "../org/org.ts"
import { literal, quoted } from "../org/store.ts"
import { type Call, jsonText, restRoute } from "../server/rest-route.ts"
import { badRequest, notFound, SalesforceError } from "../server/salesforce-error.ts"
import { rowJson } from "../soql/json-rows.ts"
import { planQuery, selectRows } from "../soql/plan.ts"
import { pathObject } from "./describe.ts"

const deleted = new SalesforceError({
  status: 404,
  errorCode: "ENTITY_IS_DELETED",
  message: "entity is deleted"
})

const missing = (id: string) =>
  notFound(`Provided external ID field does not exist or is not accessible: ${id}`)

/** The 18-character id of the path, when it can be one of this object. */
const pathId = (object: SObject, text: string) => {
  const id = normaliseId(text)
  if (id === undefined) {
    return badRequest("MALFORMED_ID", `${object.label} ID: id value of incorrect type: ${text}`, ["Id"])
  }
  return object.keyPrefix !== null && !id.startsWith(object.keyPrefix) ? missing(text) : Effect.succeed(id)
}

/** Fails as Salesforce does when the row is not there any more. */
const whyAbsent = (object: SObject, id: string) =>
  Effect.gen(function* () {
    const { store } = yield* Org
    const rows = yield* store.rows(`SELECT 1 FROM ${quoted(object.name)} WHERE "Id" = ${literal(id)}`)
    return yield* rows.length > 0 ? deleted : missing(id)
  })

const retrieve = (call: Call) =>
  Effect.gen(function* () {
    const org = yield* Org
    const object = yield* pathObject(call)
    const id = yield* pathId(object, call.params.id ?? "")
    const wanted = call.search.get("fields")
    const fields = wanted === null ? object.fields.map(({ name }) => name).join(", ") : wanted
    const plan = yield* planQuery(org, `SELECT ${fields} FROM ${object.name} WHERE Id = '${id}'`, {
      all: false
    })
    const [row] = yield* org.store.rows(selectRows(plan, rowJson(plan, call.version)))
    return row === undefined ? yield* whyAbsent(object, id) : jsonText(String(row[0]))
  })

export const recordRoute = restRoute("GET", "/sobjects/:object/:id", retrieve)
