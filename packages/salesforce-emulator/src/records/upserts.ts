/**
 * Decides what each write is: an upsert becomes an insert or an update by what its external id finds, and every
 * target gets its id in 18 characters.
 */
import { Effect } from "effect"
import type { Field, SObject } from "../org/field.ts"
import type { Org } from "../org/org.ts"
import { type Draft, idOf, malformedId, type Write } from "./draft.ts"
import { findByValue, lookUpKey } from "./look-ups.ts"
import { refusedRecord } from "./outcome.ts"
import type { RecordInput } from "./record-values.ts"

type Upsert = Extract<Write, { readonly operation: "upsert" }>

const draft = (operation: Draft["operation"], object: SObject, input: RecordInput): Draft => ({
  operation,
  object,
  input,
  id: undefined,
  row: {},
  parents: [],
  refusal: undefined
})

const withTarget = (made: Draft, id: string): Draft => {
  const read = idOf(made.object, id)
  if (read === undefined) made.refusal = malformedId(made.object, id)
  made.id = read ?? id
  return made
}

/** The record's own value of a field, whatever the case of its key. */
const givenValue = (input: RecordInput, field: Field): unknown =>
  Object.entries(input).find(([name]) => name.toLowerCase() === field.name.toLowerCase())?.[1]

const without = (input: RecordInput, field: Field): RecordInput =>
  Object.fromEntries(
    Object.entries(input).filter(([name]) => name.toLowerCase() !== field.name.toLowerCase())
  )

const textOf = (value: unknown) => (value === null || value === undefined ? "" : String(value))

/** Upsert by Id: a record with one is updated, a record without is inserted. */
const byId = (org: Org["Service"], { object, input, by }: Upsert): Draft => {
  const id = textOf(givenValue(input, by))
  const rest = without(input, by)
  return id === "" ? inserted(org, object, rest) : withTarget(draft("update", object, rest), id)
}

const inserted = (org: Org["Service"], object: SObject, input: RecordInput, id?: string): Draft => {
  const made = draft("insert", object, input)
  made.id = id ?? org.ids.next(object)
  return made
}

const byValue = (
  org: Org["Service"],
  { object, input, by }: Upsert,
  found: ReadonlyMap<string, ReadonlyArray<string>>,
  seen: Set<string>
): Draft => {
  const value = textOf(givenValue(input, by))
  const refuse = (errorCode: string, message: string, fields: ReadonlyArray<string>) => {
    const made = draft("update", object, input)
    made.refusal = refusedRecord(errorCode, message, fields)
    return made
  }
  if (value === "") return refuse("MISSING_ARGUMENT", `${by.name} not specified`, [by.name])
  const key = lookUpKey(by, value)
  const ids = found.get(key) ?? []
  const [id] = ids
  if (ids.length > 1) {
    const told = `${by.name}: more than one record found for external id field: [${ids.join(", ")}]`
    return refuse("DUPLICATE_EXTERNAL_ID", told, [by.name])
  }
  if (seen.has(`${object.name}.${by.name}=${key}`)) {
    return refuse("DUPLICATE_VALUE", `Duplicate external id specified: ${value}`, [by.name])
  }
  seen.add(`${object.name}.${by.name}=${key}`)
  return id === undefined
    ? inserted(org, object, input)
    : withTarget(draft("update", object, without(input, by)), id)
}

const lookUpAll = Effect.fnUntraced(function* (org: Org["Service"], upserts: ReadonlyArray<Upsert>) {
  const found = new Map<Field, ReadonlyMap<string, ReadonlyArray<string>>>()
  for (const [by, group] of Map.groupBy(upserts, (write) => write.by)) {
    const [first] = group
    const values = group.map(({ input }) => textOf(givenValue(input, by))).filter((value) => value !== "")
    if (first !== undefined) found.set(by, yield* findByValue(org, first.object, by, values))
  }
  return found
})

export const resolveUpserts = Effect.fnUntraced(function* (
  org: Org["Service"],
  writes: ReadonlyArray<Write>
) {
  const upserts = writes.filter((write) => write.operation === "upsert")
  const found = yield* lookUpAll(
    org,
    upserts.filter(({ by }) => by.type !== "id")
  )
  const seen = new Set<string>()
  return writes.map((write): Draft => {
    switch (write.operation) {
      case "insert":
        return inserted(org, write.object, write.input, write.id)
      case "update":
        return withTarget(draft("update", write.object, write.input), write.id)
      case "upsert":
        return write.by.type === "id"
          ? byId(org, write)
          : byValue(org, write, found.get(write.by) ?? new Map(), seen)
      default:
        return withTarget(draft(write.operation, write.object, {}), write.id)
    }
  })
})
