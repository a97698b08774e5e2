/**
 * A tree of new records: parents with their children in one call, all or none.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobject_tree.htm
 */
import { Effect, Schema } from "effect"
import type { SObject } from "../org/field.ts"
import { Org } from "../org/org.ts"
import type { Write } from "../records/draft.ts"
import type { Outcome } from "../records/outcome.ts"
import type { RecordInput } from "../records/record-values.ts"
import { RecordWrites } from "../records/writes.ts"
import { readJson } from "../server/json-body.ts"
import { type Call, json, restRoute } from "../server/rest-route.ts"
import { badRequest, SalesforceError } from "../server/salesforce-error.ts"
import { pathObject } from "./describe.ts"

const mostRecords = 200
const mostLevels = 5
const mostTypes = 5

const Body = Schema.Struct({ records: Schema.Array(Schema.Record(Schema.String, Schema.Unknown)) })

interface Planted {
  readonly referenceId: string
  readonly write: Write & { readonly operation: "insert" }
}

const isRecord = (value: unknown): value is RecordInput =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The records under a child relationship, when the value is such a list. */
const childRecords = (value: unknown): ReadonlyArray<RecordInput> | undefined => {
  const records = isRecord(value) ? value.records : undefined
  return Array.isArray(records) && records.every(isRecord) ? records : undefined
}

const badTree = (message: string) => badRequest("INVALID_INPUT", message)

/** Flattens the tree; every record gets its Id here, so that children can name their parents. */
class Planter {
  readonly planted: Array<Planted> = []
  readonly #org: Org["Service"]
  readonly #newId: (object: SObject) => string
  readonly #references = new Set<string>()

  constructor(org: Org["Service"], newId: (object: SObject) => string) {
    this.#org = org
    this.#newId = newId
  }

  /** Throws the refusal of the whole tree. */
  plant(object: SObject, records: ReadonlyArray<RecordInput>, parent: RecordInput, level: number): void {
    if (level > mostLevels) throw badTree(`The tree is deeper than ${mostLevels} levels`)
    for (const record of records) {
      const referenceId = this.#referenceOf(record)
      const id = this.#newId(object)
      const input: Record<string, unknown> = { ...parent }
      const below: Array<() => void> = []
      for (const [name, value] of Object.entries(record)) {
        const children = childRecords(value)
        if (children === undefined) input[name] = value
        else below.push(() => this.#plantChildren(object, id, name, children, level))
      }
      this.planted.push({ referenceId, write: { operation: "insert", object, id, input } })
      if (this.planted.length > mostRecords) throw badTree(`The tree has more than ${mostRecords} records`)
      for (const plantBelow of below) plantBelow()
    }
  }

  #referenceOf({ attributes }: RecordInput): string {
    const referenceId = isRecord(attributes) ? attributes.referenceId : undefined
    if (typeof referenceId !== "string" || referenceId === "") {
      throw badTree("Include a reference ID for each record in the request.")
    }
    if (this.#references.has(referenceId)) {
      throw badTree(`Duplicate ReferenceId provided in the request: ${referenceId}`)
    }
    this.#references.add(referenceId)
    return referenceId
  }

  #plantChildren(
    parent: SObject,
    parentId: string,
    relationship: string,
    records: ReadonlyArray<RecordInput>,
    level: number
  ): void {
    const found = this.#org.schema
      .children(parent)
      .find(({ field }) => field.childRelationshipName?.toLowerCase() === relationship.toLowerCase())
    if (found === undefined) {
      throw badRequest("INVALID_FIELD", `No such column '${relationship}' on sobject of type ${parent.name}`)
    }
    this.plant(found.object, records, { [found.field.name]: parentId }, level + 1)
  }
}

const flatten = (
  org: Org["Service"],
  newId: (object: SObject) => string,
  object: SObject,
  records: ReadonlyArray<RecordInput>
): Effect.Effect<ReadonlyArray<Planted>, SalesforceError> =>
  Effect.suspend(() => {
    try {
      const planter = new Planter(org, newId)
      planter.plant(object, records, {}, 1)
      const types = new Set(planter.planted.map(({ write }) => write.object))
      return types.size > mostTypes
        ? badTree(`The tree has more than ${mostTypes} types of objects`)
        : Effect.succeed(planter.planted)
    } catch (thrown) {
      return thrown instanceof SalesforceError ? Effect.fail(thrown) : Effect.die(thrown)
    }
  })

const errorsOf = (planted: ReadonlyArray<Planted>, outcomes: ReadonlyArray<Outcome>) =>
  planted.flatMap(({ referenceId }, at) => {
    const outcome = outcomes[at]
    if (outcome === undefined || outcome.success) return []
    const { errorCode, message, fields = [] } = outcome.error
    return errorCode === "ALL_OR_NONE_OPERATION_ROLLED_BACK"
      ? []
      : [{ referenceId, errors: [{ statusCode: errorCode, message, fields }] }]
  })

const plantTree = (call: Call) =>
  Effect.gen(function* () {
    const org = yield* Org
    const writes = yield* RecordWrites
    const object = yield* pathObject(call)
    const { records } = yield* readJson(call.request, Body)
    const planted = yield* flatten(org, writes.newId, object, records)
    const outcomes = yield* writes.write(
      planted.map(({ write }) => write),
      { userId: call.caller.userId, allOrNone: true }
    )
    const errors = errorsOf(planted, outcomes)
    if (errors.length > 0) return json({ hasErrors: true, results: errors }, 400)
    const results = planted.map(({ referenceId, write }) => ({ referenceId, id: write.id ?? "" }))
    return json({ hasErrors: false, results }, 201)
  })

export const treeRoute = restRoute("POST", "/composite/tree/:object", plantTree)
