/**
 * Salesforce field types as column types.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
 */
import type { ColumnSource, FieldDescription, ScalarType } from "@decant/connector"
import type { FieldDescribe } from "../describe/describe-shape.ts"

/** The separator between the values of a multi-select picklist; the values themselves cannot hold it. */
const MULTIPICKLIST_SEPARATOR = ";"

/** How the spec wants numbers: as the binary floats that the API sends, or as exact decimals. */
export type Numbers = "double" | "decimal"

const kinds: Readonly<Record<string, Exclude<ScalarType["kind"], "decimal">>> = {
  boolean: "boolean",
  int: "int32",
  long: "int64",
  double: "double",
  currency: "double",
  percent: "double",
  date: "date",
  datetime: "timestamp",
  time: "time"
}

/** A type that is unknown here is text: every value of a CSV is text first. */
export const scalarType = (field: FieldDescribe, numbers: Numbers): ScalarType => {
  const kind = kinds[field.type.toLowerCase()] ?? "text"
  return kind === "double" && numbers === "decimal" && field.precision > 0
    ? { kind: "decimal", precision: field.precision, scale: field.scale }
    : { kind }
}

export const isCompound = (field: FieldDescribe): boolean =>
  field.type === "address" || field.type === "location"

/** Its value is a document to fetch one by one, not data of the row. */
export const isBinary = (field: FieldDescribe): boolean => field.type === "base64"

/** Null where its values are copied. */
export const whyNotCopied = (field: FieldDescribe): string | null => {
  if (isBinary(field)) return "holds files and is not copied"
  return /^junctionidlist$/i.test(field.type)
    ? "lists Ids of other rows, which no query gives, and is not copied"
    : null
}

export const isList = (field: FieldDescribe): boolean => field.type === "multipicklist"

export const listSource = (header: string): ColumnSource => ({ header, splitOn: MULTIPICKLIST_SEPARATOR })

export const fieldDescription = (field: FieldDescribe): FieldDescription => ({
  sourceType: field.type,
  help: field.inlineHelpText,
  formula: field.calculatedFormula,
  picklist: field.picklistValues.map(({ value, label, active }) => ({ value, label: label ?? value, active }))
})
