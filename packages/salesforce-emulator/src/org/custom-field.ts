/** A field that an administrator adds: from a few words to everything describe says about it. */
import { Schema } from "effect"
import type { Field, FieldType, PicklistValue } from "./field.ts"
import { fieldFromRow } from "./metadata/field-table.ts"

const types = [
  "boolean",
  "currency",
  "date",
  "datetime",
  "double",
  "email",
  "int",
  "location",
  "multipicklist",
  "percent",
  "phone",
  "picklist",
  "reference",
  "string",
  "textarea",
  "time",
  "url"
] as const satisfies ReadonlyArray<FieldType>

const Picklist = Schema.Array(
  Schema.Union([
    Schema.String,
    Schema.Struct({
      value: Schema.String,
      label: Schema.optionalKey(Schema.String),
      default: Schema.optionalKey(Schema.Boolean)
    })
  ])
)

/** What may be said about a field; anything left out is as Salesforce's own form has it. */
export const fieldWords = {
  type: Schema.optionalKey(Schema.Literals(types)),
  label: Schema.optionalKey(Schema.String),
  length: Schema.optionalKey(Schema.Int),
  precision: Schema.optionalKey(Schema.Int),
  scale: Schema.optionalKey(Schema.Int),
  referenceTo: Schema.optionalKey(Schema.Array(Schema.String)),
  relationshipName: Schema.optionalKey(Schema.String),
  childRelationshipName: Schema.optionalKey(Schema.String),
  picklist: Schema.optionalKey(Picklist),
  restricted: Schema.optionalKey(Schema.Boolean),
  required: Schema.optionalKey(Schema.Boolean),
  unique: Schema.optionalKey(Schema.Boolean),
  externalId: Schema.optionalKey(Schema.Boolean),
  caseSensitive: Schema.optionalKey(Schema.Boolean),
  /** The path of a parent's field, such as `Account.Industry`. */
  formula: Schema.optionalKey(Schema.String),
  /** Such as `SUM(Reference_Quote__c.Value__c)`. */
  rollUp: Schema.optionalKey(Schema.String)
}

const Words = Schema.Struct(fieldWords)
export type FieldWords = typeof Words.Type

const longText = 255

/** Type with its argument, and flags, as the field tables write them. */
const shapeOf = (words: FieldWords, type: FieldType): readonly [string, string] => {
  const { precision = 18, scale = 2, referenceTo = ["Account"] } = words
  switch (type) {
    case "boolean":
      return ["boolean", "cufgsdp"]
    case "currency":
    case "percent":
    case "double":
      return [`${type} ${precision},${scale}`, "cunfsp"]
    case "int":
      return [`int ${words.precision ?? 8}`, "cunfgsp"]
    case "date":
      return ["date", "cunfgsp"]
    case "datetime":
    case "time":
      return [type, "cunfsp"]
    case "location":
      return ["location", "nfpb"]
    case "reference":
      return [`reference ${referenceTo.join(",")}`, "cunfgsp"]
    case "multipicklist":
      return [`multipicklist ${words.length ?? 4099}`, "cunfp"]
    case "textarea": {
      const length = words.length ?? longText
      return [`textarea ${length}`, length > longText ? "cunp" : "cunfgsp"]
    }
    case "email":
      return [`email ${words.length ?? 80}`, "cunfgspi"]
    case "phone":
      return [`phone ${words.length ?? 40}`, "cunfgsp"]
    default:
      return [`${type} ${words.length ?? 255}`, "cunfgsp"]
  }
}

const picklistOf = ({ picklist = [] }: FieldWords): ReadonlyArray<PicklistValue> =>
  picklist.map((entry) =>
    typeof entry === "string"
      ? { value: entry, label: entry, default: false }
      : { value: entry.value, label: entry.label ?? entry.value, default: entry.default ?? false }
  )

/** A derived value cannot be written; everything else about it is as its type has it. */
const flagsOf = (flags: string, words: FieldWords): string => {
  const derived = words.formula !== undefined || words.rollUp !== undefined
  const kept = [...flags].filter((flag) => !(derived && "cu".includes(flag))).join("")
  const required = words.required === true ? kept.replace("n", "") : kept
  return [
    required,
    words.restricted === true ? "k" : "",
    words.unique === true ? "q" : "",
    words.externalId === true ? "xi" : "",
    words.caseSensitive === true ? "e" : ""
  ].join("")
}

const relationshipOf = (name: string, type: FieldType, words: FieldWords): string =>
  type === "reference"
    ? [
        `rel=${words.relationshipName ?? name.replace(/__c$/, "__r")}`,
        `children=${words.childRelationshipName ?? `${name.replace(/__c$/, "")}_Children__r`}`
      ].join(" ")
    : ""

export const customField = (name: string, words: FieldWords): Field => {
  const type = words.type ?? "string"
  const [shape, flags] = shapeOf(words, type)
  const label = words.label ?? name.replace(/__c$/, "").replaceAll("_", " ")
  const extras = [
    relationshipOf(name, type, words),
    words.formula === undefined ? "" : `formula=${words.formula}`,
    words.rollUp === undefined ? "" : `rollup=${words.rollUp}`
  ].join(" ")
  return fieldFromRow(
    [name, shape, flagsOf(flags, words), label.replaceAll("|", " "), extras].join(" | "),
    picklistOf(words)
  )
}

/** What was said about a field, so that some of it can be said anew. */
export const wordsOf = (field: Field): FieldWords => {
  const known = types.find((type) => type === field.type)
  return {
    ...(known === undefined ? {} : { type: known }),
    label: field.label,
    ...(field.length > 0 ? { length: field.length } : {}),
    ...(field.precision > 0 ? { precision: field.precision, scale: field.scale } : {}),
    ...(field.digits > 0 ? { precision: field.digits } : {}),
    ...(field.type === "reference" ? { referenceTo: field.referenceTo } : {}),
    ...(field.relationshipName === null ? {} : { relationshipName: field.relationshipName }),
    ...(field.childRelationshipName === null ? {} : { childRelationshipName: field.childRelationshipName }),
    picklist: field.picklist,
    restricted: field.restrictedPicklist,
    required: !field.nillable && field.type !== "boolean",
    unique: field.unique,
    externalId: field.externalId,
    caseSensitive: field.caseSensitive,
    ...(field.formula === null ? {} : { formula: field.formula })
  }
}
