/** The records in the body of a REST call: of which objects they are, and which Ids they name. */
import { Schema } from "effect"
import { ToolFailure } from "./tool-failure.ts"

/** What a call touches, to be compared with what may be touched. */
export interface Needs {
  readonly objects: Array<string>
  /** Fields that must be external Ids of their object. */
  readonly keys: Array<{ readonly object: string; readonly field: string }>
  /** Ids of which the call says which object they are of. */
  readonly ids: Array<{ readonly object: string; readonly id: string }>
  /** Ids whose object only their prefix tells. */
  readonly strayIds: Array<string>
  deletes: number
}

type Values = { readonly [field: string]: unknown }

const Plain = Schema.Record(Schema.String, Schema.Json)
const isPlain: (value: unknown) => value is Values = Schema.is(Plain)

export const refuse = (why: string): never => {
  throw ToolFailure.refused(
    `This call is refused: ${why}.`,
    "Use create_record, update_record, upsert_record, delete_records or bulk_load, or a composite call of records only."
  )
}

/** Values of one record whose object the path names: nothing in it may name another. */
export const readValues = (values: unknown): void => {
  if (!isPlain(values)) {
    refuse("its body is not a record")
    return
  }
  for (const [field, value] of Object.entries(values)) {
    if (/^attributes$/i.test(field)) refuse("`attributes` have no place in this body")
    if (typeof value === "object" && value !== null && "attributes" in value) refuse("a record stands in it")
  }
}

const typeOf = (values: Values): string => {
  const odd = Object.keys(values).some((key) => /^attributes$/i.test(key) && key !== "attributes")
  const { attributes } = values
  if (odd || !isPlain(attributes) || typeof attributes.type !== "string")
    return refuse("a record has no type")
  return attributes.type
}

const readField = (field: string, value: unknown, needs: Needs): void => {
  if (typeof value !== "object" || value === null) return
  const children = isPlain(value) ? value.records : undefined
  if (Array.isArray(children)) {
    for (const child of children) readTyped(child, needs)
    return
  }
  // A parent by its external Id, which changes nothing in the parent.
  if (!isPlain(value) || "attributes" in value) refuse(`${field} is neither a value nor a list of records`)
}

/** A record with `attributes`, and its children where it has some. */
const readTyped = (values: unknown, needs: Needs): void => {
  if (!isPlain(values)) {
    refuse("something in it is not a record")
    return
  }
  needs.objects.push(typeOf(values))
  for (const [field, value] of Object.entries(values)) {
    if (field !== "attributes") readField(field, value, needs)
  }
}

const Collection = Schema.Struct({
  allOrNone: Schema.optionalKey(Schema.Boolean),
  records: Schema.Array(Plain).check(Schema.isMaxLength(200))
})
const collection = Schema.decodeUnknownSync(Collection, { onExcessProperty: "error" })

export const readTree = (body: unknown, needs: Needs): void => {
  for (const values of collection(body).records) readTyped(values, needs)
}

/** Records of `composite/sobjects`; those that an update names need their Ids. */
export const readCollection = (body: unknown, needs: Needs, update: boolean): void => {
  for (const values of collection(body).records) {
    readTyped(values, needs)
    const ids = Object.entries(values).filter(([field]) => /^id$/i.test(field))
    const id = ids[0]?.[1]
    if (ids.length > 1 || (update && typeof id !== "string")) refuse("a record has no Id, or two")
    if (typeof id === "string") needs.ids.push({ object: typeOf(values), id })
  }
}

export const readDeletes = (query: string, needs: Needs): void => {
  const parameters = new URLSearchParams(query)
  const ids = (parameters.get("ids") ?? "").split(",").map((one) => one.trim())
  const others = [...parameters.keys()].some((key) => key !== "ids" && key !== "allOrNone")
  if (others || parameters.getAll("ids").length !== 1 || ids.includes("")) refuse("its `ids` cannot be read")
  needs.strayIds.push(...ids)
  needs.deletes += ids.length
}
