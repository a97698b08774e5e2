/**
 * `--columns Account=400`: objects as wide as told, by custom fields of all kinds that the scale dataset fills. How
 * wide a table is decides as much about a copy's speed as how long it is.
 */
import { customField, type FieldWords } from "../org/custom-field.ts"
import type { Field, SObject } from "../org/field.ts"

/** Of ten columns of a real org about as many are of each kind. */
const kinds: ReadonlyArray<FieldWords> = [
  { type: "string", length: 80 },
  { type: "picklist", picklist: ["Bronze", "Silver", "Gold"] },
  { type: "double", precision: 18, scale: 2 },
  { type: "boolean" },
  { type: "string", length: 255 },
  { type: "date" },
  { type: "currency", precision: 16, scale: 2 },
  { type: "textarea" },
  { type: "datetime" },
  { type: "string", length: 40 }
]

const head = "Extra_"

export const isExtra = (field: Field): boolean => field.name.startsWith(head)

const extraField = (number: number): Field =>
  customField(`${head}${String(number).padStart(3, "0")}__c`, kinds[(number - 1) % kinds.length] ?? {})

/** The objects with as many fields as `columns` says, where they have fewer. */
export const widened = (
  objects: ReadonlyArray<SObject>,
  columns: Readonly<Record<string, number>>
): ReadonlyArray<SObject> => {
  const wanted = new Map(Object.entries(columns).map(([name, count]) => [name.toLowerCase(), count]))
  return objects.map((object) => {
    const missing = (wanted.get(object.name.toLowerCase()) ?? 0) - object.fields.length
    const extra = Array.from({ length: Math.max(0, missing) }, (_, at) => extraField(at + 1))
    return extra.length === 0 ? object : { ...object, fields: [...object.fields, ...extra] }
  })
}
