/**
 * One record that a user wants to write, checked against its object: fields the user may not write, required fields,
 * values that do not fit. Parents may be named by an external id instead of their Id:
 * `{"Account": {"External_Id__c": "ERP-1"}}`.
 */
import { type Field, isStored, type SObject } from "../org/field.ts"
import { type Row, type Stored, storedValue } from "../org/row-values.ts"
import type { OrgSchema } from "../org/schema.ts"
import { SalesforceError } from "../server/salesforce-error.ts"
import { refusedRecord } from "./outcome.ts"

export type RecordInput = Readonly<Record<string, unknown>>

/** A parent named by the value of one of its fields. */
export interface ParentByValue {
  readonly reference: Field
  readonly parent: SObject
  readonly by: Field
  readonly value: string
}

export interface CheckedRecord {
  readonly row: Row
  readonly parents: ReadonlyArray<ParentByValue>
}

const noSuchColumn = (object: SObject, name: string) =>
  refusedRecord("INVALID_FIELD", `No such column '${name}' on sobject of type ${object.name}`)

const notWriteable = (names: ReadonlyArray<string>) =>
  refusedRecord(
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    `Unable to create/update fields: ${names.join(", ")}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
    names
  )

const missing = (names: ReadonlyArray<string>) =>
  refusedRecord("REQUIRED_FIELD_MISSING", `Required fields are missing: [${names.join(", ")}]`, names)

const isRequired = (field: Field) =>
  field.createable && !field.nillable && !field.defaultedOnCreate && field.type !== "boolean"

const isObject = (value: unknown): value is RecordInput =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const emailShape = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

/** Digits before the point; 0 where the type has no such limit. */
const digitsOf = ({ type, digits, precision, scale }: Field): number =>
  type === "int" ? digits : precision - scale

/** What only the field's own kind forbids. */
const misfit = (field: Field, value: Stored): SalesforceError | undefined => {
  if (value === null) return undefined
  const digits = digitsOf(field)
  if (typeof value === "number" && digits > 0 && Math.abs(value) >= 10 ** digits) {
    const told = `${field.label}: value outside of valid range on numeric field: ${value}`
    return refusedRecord("NUMBER_OUTSIDE_VALID_RANGE", told, [field.name])
  }
  if (field.type === "email" && !emailShape.test(String(value))) {
    const told = `${field.label}: invalid email address: ${value}`
    return refusedRecord("INVALID_EMAIL_ADDRESS", told, [field.name])
  }
  const known = field.picklist.map((entry) => entry.value.toLowerCase())
  const restricted = field.restrictedPicklist && field.type === "picklist" && known.length > 0
  if (restricted && !known.includes(String(value).toLowerCase())) {
    return refusedRecord(
      "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
      `${field.label}: bad value for restricted picklist field: ${value}`,
      [field.name]
    )
  }
  return undefined
}

class Checker {
  readonly #schema: OrgSchema
  readonly #object: SObject
  readonly #operation: "insert" | "update"
  readonly #row: Record<string, Stored> = {}
  readonly #parents: Array<ParentByValue> = []
  readonly #readOnly: Array<string> = []

  constructor(schema: OrgSchema, object: SObject, operation: "insert" | "update") {
    this.#schema = schema
    this.#object = object
    this.#operation = operation
  }

  check(input: RecordInput): CheckedRecord | SalesforceError {
    for (const [name, value] of Object.entries(input)) {
      const refusal = this.#member(name, value)
      if (refusal !== undefined) return refusal
    }
    if (this.#readOnly.length > 0) return notWriteable(this.#readOnly)
    const absent = this.#absent()
    return absent.length > 0 ? missing(absent) : { row: this.#row, parents: this.#parents }
  }

  #member(name: string, value: unknown): SalesforceError | undefined {
    if (name === "attributes") return undefined
    const field = this.#schema.field(this.#object, name)
    if (field === undefined) return this.#parent(name, value)
    const writeable = this.#operation === "insert" ? field.createable : field.updateable
    if (!writeable || !isStored(field)) {
      this.#readOnly.push(field.name)
      return undefined
    }
    const stored = storedValue(field, value)
    if (stored instanceof SalesforceError) return stored
    this.#row[field.name] = stored
    return misfit(field, stored)
  }

  #parent(name: string, value: unknown): SalesforceError | undefined {
    const reference = this.#schema.relationship(this.#object, name)
    if (reference === undefined) return noSuchColumn(this.#object, name)
    if (value === null) {
      this.#row[reference.name] = null
      return undefined
    }
    const [key, by] = isObject(value)
      ? (Object.entries(value).find(([each]) => each !== "attributes") ?? [])
      : []
    const [parent] = reference.referenceTo.flatMap((each) => this.#schema.object(each) ?? [])
    const field = parent === undefined || key === undefined ? undefined : this.#schema.field(parent, key)
    if (parent === undefined || field === undefined || !(field.idLookup || field.externalId)) {
      return refusedRecord(
        "INVALID_FIELD",
        `Invalid external ID field name specified for ${name}: ${key ?? ""}`
      )
    }
    this.#parents.push({ reference, parent, by: field, value: String(by) })
    return undefined
  }

  /** Required fields that are given as null or, in an insert, not at all. */
  #absent(): ReadonlyArray<string> {
    const byValue = new Set(this.#parents.map(({ reference }) => reference.name))
    return this.#object.fields
      .filter((field) => isRequired(field) && !byValue.has(field.name))
      .filter((field) =>
        this.#operation === "insert"
          ? (this.#row[field.name] ?? null) === null
          : this.#row[field.name] === null
      )
      .map((field) => field.name)
  }
}

export const checkRecord = (
  schema: OrgSchema,
  object: SObject,
  operation: "insert" | "update",
  input: RecordInput
): CheckedRecord | SalesforceError => new Checker(schema, object, operation).check(input)
