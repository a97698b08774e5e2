/**
 * What hangs on one record: the record itself by an external id, its parent, its children, or a file it holds.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_relationships.htm
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_blob_retrieve.htm
 */
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import type { Field, SObject } from "../org/field.ts"
import { normaliseId } from "../org/id.ts"
import { Org } from "../org/org.ts"
import { literal, quoted } from "../org/store.ts"
import { type Call, jsonText, restRoute } from "../server/rest-route.ts"
import { notFound } from "../server/salesforce-error.ts"
import { rowJson } from "../soql/json-rows.ts"
import { planQuery, selectRows } from "../soql/plan.ts"
import { pathObject } from "./describe.ts"
import { withKeyed } from "./record-writes.ts"

const fieldList = (call: Call, object: SObject) =>
  call.search.get("fields") ?? object.fields.map(({ name }) => name).join(", ")

const rowsWhere = (call: Call, object: SObject, condition: string) =>
  Effect.gen(function* () {
    const org = yield* Org
    const soql = `SELECT ${fieldList(call, object)} FROM ${object.name} WHERE ${condition} ORDER BY Id`
    const plan = yield* planQuery(org, soql, { all: false })
    const rows = yield* org.store.rows(selectRows(plan, rowJson(plan, call.version)))
    return rows.map(([text]) => String(text))
  })

const oneRecord = (call: Call, object: SObject, id: string) =>
  Effect.flatMap(rowsWhere(call, object, `Id = '${id}'`), ([text]) =>
    text === undefined ? notFound() : Effect.succeed(jsonText(text))
  )

const bytes = (object: SObject, id: string, field: Field) =>
  Effect.gen(function* () {
    const { store } = yield* Org
    const [row] = yield* store.rows(
      `SELECT ${quoted(field.name)}::VARCHAR FROM ${quoted(object.name)} WHERE NOT "_purged" AND "Id" = ${literal(id)}`
    )
    if (row === undefined) return yield* notFound()
    const content = Buffer.from(String(row[0] ?? ""), "base64")
    return HttpServerResponse.uint8Array(content, { contentType: "application/octet-stream" })
  })

const parentOf = (call: Call, object: SObject, id: string, reference: Field) =>
  Effect.gen(function* () {
    const { store, schema } = yield* Org
    const [row] = yield* store.rows(
      `SELECT ${quoted(reference.name)} FROM ${quoted(object.name)} WHERE NOT "_purged" AND "Id" = ${literal(id)}`
    )
    const parentId = row?.[0]
    const parent = typeof parentId === "string" ? schema.byPrefix(parentId) : undefined
    return parent === undefined ? yield* notFound() : yield* oneRecord(call, parent, String(parentId))
  })

const related = (call: Call) =>
  Effect.gen(function* () {
    const { schema } = yield* Org
    const object = yield* pathObject(call)
    const first = call.params.id ?? ""
    const id = schema.field(object, first) === undefined ? normaliseId(first) : undefined
    if (id === undefined) return yield* withKeyed(call, (keyed, found) => oneRecord(call, keyed, found))
    const name = call.params.value ?? ""
    const field = schema.field(object, name)
    if (field?.type === "base64") return yield* bytes(object, id, field)
    const reference = schema.relationship(object, name)
    if (reference !== undefined) return yield* parentOf(call, object, id, reference)
    const child = schema
      .children(object)
      .find((each) => each.field.childRelationshipName?.toLowerCase() === name.toLowerCase())
    if (child === undefined) return yield* notFound()
    const rows = yield* rowsWhere(call, child.object, `${child.field.name} = '${id}'`)
    return jsonText(`{"totalSize":${rows.length},"done":true,"records":[${rows.join(",")}]}`)
  })

export const relatedRoute = restRoute("GET", "/sobjects/:object/:id/:value", related)
