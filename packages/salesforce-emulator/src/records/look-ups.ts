/** What a write needs to know of the rows that are there already. */
import { Effect } from "effect"
import type { Field, SObject } from "../org/field.ts"
import type { Org } from "../org/org.ts"
import { literal, quoted } from "../org/store.ts"

export interface Found {
  readonly id: string
  readonly deleted: boolean
}

const hasRecycleBin = (object: SObject) => object.fields.some(({ name }) => name === "IsDeleted")

/** ` AND` the condition that rows are shared with the user the org is seen by. */
const shared = (org: Org["Service"], object: SObject) => {
  const condition = org.sight.shared(object, quoted(object.name))
  return condition === undefined ? "" : ` AND ${condition}`
}

const sqlList = (values: Iterable<string>) => [...values].map(literal).join(", ")

/** Which of the ids name rows, live or in the recycle bin. */
export const findById = (
  org: Org["Service"],
  object: SObject,
  ids: ReadonlySet<string>
): Effect.Effect<ReadonlyMap<string, Found>> =>
  Effect.gen(function* () {
    if (ids.size === 0) return new Map()
    const deleted = hasRecycleBin(object) ? '"IsDeleted"' : "false"
    const rows = yield* org.store.rows(
      `SELECT "Id", ${deleted} FROM ${quoted(object.name)} WHERE NOT "_purged" AND "Id" IN (${sqlList(ids)})${shared(org, object)}`
    )
    return new Map(rows.map(([id, bin]) => [String(id), { id: String(id), deleted: bin === true }]))
  })

/** How a field's values are compared when records are looked up by it. */
export const lookUpKey = (field: Field, value: string): string =>
  field.caseSensitive || field.type === "id" || field.type === "reference" ? value : value.toLowerCase()

/** Ids of the live rows by a field's value, as `lookUpKey` writes it. */
export const findByValue = (
  org: Org["Service"],
  object: SObject,
  field: Field,
  values: ReadonlyArray<string>
): Effect.Effect<ReadonlyMap<string, ReadonlyArray<string>>> =>
  Effect.gen(function* () {
    const found = new Map<string, Array<string>>()
    if (values.length === 0) return found
    const text = `${quoted(field.name)}::VARCHAR`
    const key = lookUpKey(field, "A") === "A" ? text : `lower(${text})`
    const live = hasRecycleBin(object) ? 'NOT "IsDeleted" AND ' : ""
    const keys = sqlList(new Set(values.map((value) => lookUpKey(field, value))))
    const rows = yield* org.store.rows(
      `SELECT ${key}, "Id" FROM ${quoted(object.name)} WHERE ${live}NOT "_purged" AND ${key} IN (${keys})${shared(org, object)} ORDER BY "Id"`
    )
    for (const [value, id] of rows) {
      const ids = found.get(String(value))
      if (ids === undefined) found.set(String(value), [String(id)])
      else ids.push(String(id))
    }
    return found
  })
