/**
 * The values of a record that comes in from outside, checked against the fields and brought into the form the
 * store reads. Refusals are those of record writes,
 * https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
 */
import { badRequest, type SalesforceError } from "../server/salesforce-error.ts"
import { type Field, isStored, type SObject } from "./field.ts"
import { normaliseId } from "./id.ts"
import type { OrgSchema } from "./schema.ts"

/** What a column takes: text in DuckDB's form for dates and times. */
export type Stored = string | number | boolean | null

export type Row = Readonly<Record<string, Stored>>

const refused = (field: Field, value: unknown, type: string) =>
  badRequest("JSON_PARSER_ERROR", `Cannot deserialize instance of ${type} from ${JSON.stringify(value)}`, [
    field.name
  ])

const text = (field: Field, value: unknown): Stored | SalesforceError => {
  if (typeof value === "object") return refused(field, value, "string")
  const read = String(value).toWellFormed()
  if (read === "") return null
  return read.length > field.length && [...read].length > field.length
    ? badRequest(
        "STRING_TOO_LONG",
        `${field.label}: data value too large: ${read.slice(0, 255)} (max length=${field.length})`,
        [field.name]
      )
    : read
}

const number = (field: Field, value: unknown, type: "int" | "double"): Stored | SalesforceError => {
  const read = typeof value === "string" && value.trim() !== "" ? Number(value) : value
  const fits =
    typeof read === "number" && Number.isFinite(read) && (type === "double" || Number.isInteger(read))
  return fits ? read : refused(field, value, type)
}

const boolean = (field: Field, value: unknown): Stored | SalesforceError => {
  const word = String(value).toLowerCase()
  if (word === "true" || word === "1") return true
  return word === "false" || word === "0" ? false : refused(field, value, "boolean")
}

/** A day that every month has. */
const plainDay = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])$/

/** A day of the calendar; February 30 is none. */
const isDay = (day: string): boolean => {
  if (plainDay.test(day)) return true
  const millis = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(day) : Number.NaN
  return !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(day)
}

const date = (field: Field, value: unknown): Stored | SalesforceError =>
  typeof value === "string" && isDay(value.slice(0, 10)) ? value.slice(0, 10) : refused(field, value, "date")

/** A second in the store's form, on a day that every month has. */
const plainSecond = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/
const withoutZone = /T[\d:.]+$/

const dateTime = (field: Field, value: unknown): Stored | SalesforceError => {
  if (typeof value !== "string") return refused(field, value, "datetime")
  if (plainSecond.test(value)) return value
  const zoned = withoutZone.test(value) ? `${value}Z` : value.replace(/([+-]\d\d)(\d\d)$/, "$1:$2")
  const millis = Date.parse(zoned)
  return Number.isNaN(millis)
    ? refused(field, value, "datetime")
    : new Date(millis).toISOString().slice(0, 19)
}

const id = (field: Field, value: unknown): Stored | SalesforceError => {
  const read = normaliseId(String(value))
  return (
    read ?? badRequest("MALFORMED_ID", `${field.label}: id value of incorrect type: ${value}`, [field.name])
  )
}

/** One value in the store's form. */
export const storedValue = (field: Field, value: unknown): Stored | SalesforceError => {
  if (value === null || value === undefined || value === "") return field.type === "boolean" ? false : null
  switch (field.type) {
    case "boolean":
      return boolean(field, value)
    case "currency":
    case "double":
    case "percent":
      return number(field, value, "double")
    case "int":
    case "long":
      return number(field, value, "int")
    case "date":
      return date(field, value)
    case "datetime":
      return dateTime(field, value)
    case "base64":
      return String(value)
    case "time":
      return String(value).replace(/Z$/, "")
    case "id":
    case "reference":
      return id(field, value)
    default:
      return text(field, value)
  }
}

/** A record's values by canonical field name, or the first refusal. `attributes` is left out. */
export const readRow = (
  schema: OrgSchema,
  object: SObject,
  input: Readonly<Record<string, unknown>>
): Row | SalesforceError => {
  const row: Record<string, Stored> = {}
  for (const name of Object.keys(input)) {
    if (name === "attributes") continue
    const value = input[name]
    const field = schema.field(object, name)
    if (field === undefined || !isStored(field)) {
      return badRequest("INVALID_FIELD", `No such column '${name}' on sobject of type ${object.name}`)
    }
    const stored = storedValue(field, value)
    if (typeof stored === "object" && stored !== null) return stored
    row[field.name] = stored
  }
  return row
}
