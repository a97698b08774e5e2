/**
 * Up to 200 records of any objects in one call.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm
 */
import { Effect, Layer, Schema } from "effect"
import type { SObject } from "../org/field.ts"
import { normaliseId } from "../org/id.ts"
import { Org } from "../org/org.ts"
import { literal } from "../org/store.ts"
import type { Write } from "../records/draft.ts"
import { collectionResult } from "../records/outcome.ts"
import type { RecordInput } from "../records/record-values.ts"
import { RecordWrites } from "../records/writes.ts"
import { flag, isSet, readJson } from "../server/json-body.ts"
import { type Call, json, jsonText, restRoute } from "../server/rest-route.ts"
import { badRequest } from "../server/salesforce-error.ts"
import { rowJson } from "../soql/json-rows.ts"
import { planQuery, selectRows } from "../soql/plan.ts"
import { pathObject } from "./describe.ts"

const mostWritten = 200
const mostRead = 2000

const RecordBody = Schema.Record(Schema.String, Schema.Unknown)

const Body = Schema.Struct({
  allOrNone: flag,
  records: Schema.Array(RecordBody)
})

const tooMany = (most: number) =>
  badRequest(
    "EXCEEDED_ID_LIMIT",
    `record limit reached. cannot submit more than ${most} records into this call`
  )

const readBody = (call: Call) =>
  readJson(call.request, Body).pipe(
    Effect.filterOrFail(
      ({ records }) => records.length <= mostWritten,
      () => tooMany(mostWritten)
    )
  )

const idKey = (input: RecordInput) => Object.keys(input).find((key) => key.toLowerCase() === "id")

/** The object a record says it is of. */
const typeOf = (input: RecordInput): string => {
  const { attributes } = input
  const type =
    typeof attributes === "object" && attributes !== null ? Reflect.get(attributes, "type") : undefined
  return typeof type === "string" ? type : ""
}

const objectOf = (input: RecordInput) =>
  Effect.flatMap(Org, ({ schema }) => {
    const name = typeOf(input)
    const object = schema.object(name)
    if (object !== undefined) return Effect.succeed(object)
    return name === ""
      ? badRequest("INVALID_INPUT", "Specify the attributes.type of each record")
      : badRequest("INVALID_TYPE", `sObject type '${name}' is not supported.`)
  })

const write = (call: Call, writes: ReadonlyArray<Write>, allOrNone: boolean, upsert = false) =>
  Effect.gen(function* () {
    const records = yield* RecordWrites
    const outcomes = yield* records.write(writes, {
      userId: call.caller.userId,
      allOrNone
    })
    return json(outcomes.map((outcome) => collectionResult(outcome, upsert)))
  })

const create = (call: Call) =>
  Effect.gen(function* () {
    const { records, allOrNone } = yield* readBody(call)
    const writes = yield* Effect.forEach(records, (input) =>
      Effect.map(objectOf(input), (object): Write => ({ operation: "insert", object, input }))
    )
    return yield* write(call, writes, isSet(allOrNone))
  })

const asUpdate = (object: SObject, input: RecordInput): Write => {
  const key = idKey(input)
  const { [key ?? "Id"]: id, ...rest } = input
  return { operation: "update", object, id: String(id ?? ""), input: rest }
}

const update = (call: Call) =>
  Effect.gen(function* () {
    const { records, allOrNone } = yield* readBody(call)
    const writes = yield* Effect.forEach(records, (input) =>
      Effect.map(objectOf(input), (object) => asUpdate(object, input))
    )
    return yield* write(call, writes, isSet(allOrNone))
  })

const upsert = (call: Call) =>
  Effect.gen(function* () {
    const { schema } = yield* Org
    const object = yield* pathObject(call)
    const name = call.params.field ?? ""
    const by = schema.field(object, name)
    if (by === undefined || !(by.externalId || by.idLookup)) {
      return yield* badRequest("INVALID_FIELD", `Invalid external id field name specified: ${name}`)
    }
    const { records, allOrNone } = yield* readBody(call)
    const writes = records.map((input): Write => ({ operation: "upsert", object, by, input }))
    return yield* write(call, writes, isSet(allOrNone), true)
  })

const listOf = (text: string | null): ReadonlyArray<string> =>
  (text ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "")

const remove = (call: Call) =>
  Effect.gen(function* () {
    const { schema } = yield* Org
    const ids = listOf(call.search.get("ids"))
    if (ids.length === 0) return yield* badRequest("REQUIRED_FIELD_MISSING", "The ids parameter is required")
    if (ids.length > mostWritten) return yield* tooMany(mostWritten)
    const writes = yield* Effect.forEach(ids, (id) => {
      const object = schema.byPrefix(id)
      return object === undefined
        ? badRequest("MALFORMED_ID", `malformed id ${id}`)
        : Effect.succeed<Write>({ operation: "delete", object, id })
    })
    return yield* write(call, writes, call.search.get("allOrNone")?.toLowerCase() === "true")
  })

/** Answers in the order of the ids, `null` for those that name no live record. */
const retrieve = (call: Call, ids: ReadonlyArray<string>, fields: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const org = yield* Org
    const object = yield* pathObject(call)
    if (ids.length > mostRead) return yield* tooMany(mostRead)
    if (fields.length === 0) return yield* badRequest("INVALID_INPUT", "Specify the fields to retrieve")
    const once = [...new Map(fields.map((name) => [name.toLowerCase(), name])).values()]
    const plan = yield* planQuery(org, `SELECT ${once.join(", ")} FROM ${object.name}`, { all: false })
    const wanted = ids.map((id) => normaliseId(id) ?? id)
    const where = `${plan.where} AND ${plan.idSql} IN (${wanted.map(literal).join(", ")})`
    const rows =
      wanted.length === 0
        ? []
        : yield* org.store.rows(
            selectRows({ ...plan, where }, `${plan.idSql}, ${rowJson(plan, call.version)}`)
          )
    const found = new Map(rows.map(([id, text]) => [String(id), String(text)]))
    return jsonText(`[${wanted.map((id) => found.get(id) ?? "null").join(",")}]`)
  })

const RetrieveBody = Schema.Struct({ ids: Schema.Array(Schema.String), fields: Schema.Array(Schema.String) })

export const collectionRoutes = Layer.mergeAll(
  restRoute("POST", "/composite/sobjects", create),
  restRoute("PATCH", "/composite/sobjects", update),
  restRoute("DELETE", "/composite/sobjects", remove),
  restRoute("PATCH", "/composite/sobjects/:object/:field", upsert),
  restRoute("GET", "/composite/sobjects/:object", (call) =>
    retrieve(call, listOf(call.search.get("ids")), listOf(call.search.get("fields")))
  ),
  restRoute("POST", "/composite/sobjects/:object", (call) =>
    Effect.flatMap(readJson(call.request, RetrieveBody), ({ ids, fields }) => retrieve(call, ids, fields))
  )
)
