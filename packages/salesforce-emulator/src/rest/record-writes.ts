/**
 * Records one at a time: create, update, delete, and all of these by an external id.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_retrieve.htm
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_upsert.htm
 */
import { Effect, Layer, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import type { Field, SObject } from "../org/field.ts"
import { normaliseId } from "../org/id.ts"
import { Org } from "../org/org.ts"
import type { Write } from "../records/draft.ts"
import { findByValue, lookUpKey } from "../records/look-ups.ts"
import { noSuchRecord, type Outcome, saveResult } from "../records/outcome.ts"
import type { RecordInput } from "../records/record-values.ts"
import { RecordWrites } from "../records/writes.ts"
import { readJson } from "../server/json-body.ts"
import { type Call, json, restRoute } from "../server/rest-route.ts"
import { badRequest, notFound, SalesforceError } from "../server/salesforce-error.ts"
import { pathObject } from "./describe.ts"

const Body = Schema.Record(Schema.String, Schema.Unknown)

/** From this version on an upsert that updates answers with a body. */
const upsertAnswersSince = 46

const noContent = HttpServerResponse.empty({ status: 204 })

const notAllowed = (method: string, allowed: string) =>
  new SalesforceError({
    status: 405,
    errorCode: "METHOD_NOT_ALLOWED",
    message: `HTTP Method '${method}' not allowed. Allowed are ${allowed}`
  })

const hasKey = (input: RecordInput, name: string) =>
  Object.keys(input).some((key) => key.toLowerCase() === name.toLowerCase())

const pathNamesIt = (name: string) =>
  badRequest("INVALID_FIELD", `The ${name} field should not be specified in the sobject data.`)

/** The answer to a record that was made: its result and where it is now. */
const created = (call: Call, object: SObject, made: Outcome & { readonly success: true }, upsert = false) =>
  HttpServerResponse.setHeader(
    json(saveResult(made, upsert), 201),
    "Location",
    `/services/data/v${call.version}/sobjects/${object.name}/${made.id}`
  )

/** Writes one record; its refusal is the answer's. */
const writeOne = (call: Call, write: Write) =>
  Effect.gen(function* () {
    const { write: writeAll } = yield* RecordWrites
    const [outcome] = yield* writeAll([write], { userId: call.caller.userId })
    if (outcome === undefined) return yield* noSuchRecord
    return outcome.success ? outcome : yield* outcome.error
  })

const create = (call: Call) =>
  Effect.gen(function* () {
    const object = yield* pathObject(call)
    if (!object.traits.createable) return yield* notAllowed("POST", "HEAD,GET")
    const input = yield* readJson(call.request, Body)
    if (hasKey(input, "Id")) return yield* pathNamesIt("Id")
    return created(call, object, yield* writeOne(call, { operation: "insert", object, input }))
  })

/** The record a path names by Id. Unlike elsewhere, a malformed Id is a record that is not there. */
const pathId = (call: Call) => {
  const id = normaliseId(call.params.id ?? "")
  return id === undefined
    ? notFound(`Provided external ID field does not exist or is not accessible: ${call.params.id}`)
    : Effect.succeed(id)
}

const update = (call: Call) =>
  Effect.gen(function* () {
    const object = yield* pathObject(call)
    if (!object.traits.updateable) return yield* notAllowed("PATCH", "HEAD,GET")
    const id = yield* pathId(call)
    const input = yield* readJson(call.request, Body)
    if (hasKey(input, "Id")) return yield* pathNamesIt("Id")
    yield* writeOne(call, { operation: "update", object, id, input })
    return noContent
  })

const remove = (call: Call) =>
  Effect.gen(function* () {
    const object = yield* pathObject(call)
    if (!object.traits.deletable) return yield* notAllowed("DELETE", "HEAD,GET,PATCH")
    yield* writeOne(call, { operation: "delete", object, id: yield* pathId(call) })
    return noContent
  })

/** The field and value of a path such as `/sobjects/Account/External_Id__c/ERP-1`. */
const pathKey = (call: Call) =>
  Effect.gen(function* () {
    const { schema } = yield* Org
    const object = yield* pathObject(call)
    const name = call.params.id ?? ""
    const field = schema.field(object, name)
    if (field === undefined || !(field.externalId || field.idLookup)) {
      return yield* notFound(`Provided external ID field does not exist or is not accessible: ${name}`)
    }
    return { object, field, value: call.params.value ?? "" }
  })

const severalFound = (call: Call, object: SObject, ids: ReadonlyArray<string>) =>
  json(
    ids.map((id) => `/services/data/v${call.version}/sobjects/${object.name}/${id}`),
    300
  )

/** The ids of the live records with a value. */
const idsByKey = (object: SObject, field: Field, value: string) =>
  Effect.gen(function* () {
    const found = yield* findByValue(yield* Org, object, field, [value])
    return found.get(lookUpKey(field, value)) ?? []
  })

/** Goes on with the one record that a path's external id means; several are Salesforce's status 300. */
export const withKeyed = <R>(
  call: Call,
  use: (
    object: SObject,
    id: string
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, SalesforceError, R>
) =>
  Effect.gen(function* () {
    const { object, field, value } = yield* pathKey(call)
    const ids = yield* idsByKey(object, field, value)
    if (ids.length > 1) return severalFound(call, object, ids)
    const [id] = ids
    return id === undefined ? yield* notFound() : yield* use(object, id)
  })

const upsert = (call: Call) =>
  Effect.gen(function* () {
    const { object, field, value } = yield* pathKey(call)
    const input = yield* readJson(call.request, Body)
    if (hasKey(input, field.name)) return yield* pathNamesIt(field.name)
    if (hasKey(input, "Id")) return yield* pathNamesIt("Id")
    const ids = field.type === "id" ? [] : yield* idsByKey(object, field, value)
    if (ids.length > 1) return severalFound(call, object, ids)
    const outcome = yield* writeOne(call, {
      operation: "upsert",
      object,
      by: field,
      input: { ...input, [field.name]: value }
    })
    if (outcome.created) return created(call, object, outcome, true)
    return Number(call.version) >= upsertAnswersSince ? json(saveResult(outcome, true), 200) : noContent
  })

const removeByKey = (call: Call) =>
  withKeyed(call, (object, id) => Effect.as(writeOne(call, { operation: "delete", object, id }), noContent))

/** Clients that cannot send PATCH say so in the query: `POST …?_HttpMethod=PATCH`. */
const tunnelled =
  <R>(patch: (call: Call) => Effect.Effect<HttpServerResponse.HttpServerResponse, SalesforceError, R>) =>
  (call: Call) =>
    call.search.get("_HttpMethod")?.toUpperCase() === "PATCH"
      ? patch(call)
      : Effect.fail(notAllowed("POST", "HEAD,GET,PATCH,DELETE"))

export const recordWriteRoutes = Layer.mergeAll(
  restRoute("POST", "/sobjects/:object", create),
  restRoute("PATCH", "/sobjects/:object/:id", update),
  restRoute("POST", "/sobjects/:object/:id", tunnelled(update)),
  restRoute("DELETE", "/sobjects/:object/:id", remove),
  restRoute("PATCH", "/sobjects/:object/:id/:value", upsert),
  restRoute("POST", "/sobjects/:object/:id/:value", tunnelled(upsert)),
  restRoute("DELETE", "/sobjects/:object/:id/:value", removeByKey)
)
