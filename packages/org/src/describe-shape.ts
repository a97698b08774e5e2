/** The parts of Salesforce's describes that this package and its users rely on; what else is there stays in place. */
import { Schema } from "effect"

const text = Schema.String
const flag = Schema.Boolean
const orFalse = Schema.optionalKey(Schema.NullOr(flag))

export const ObjectSummary = Schema.Struct({
  name: text,
  label: text,
  labelPlural: Schema.optionalKey(Schema.NullOr(text)),
  keyPrefix: Schema.optionalKey(Schema.NullOr(text)),
  custom: flag,
  queryable: flag,
  searchable: orFalse,
  createable: flag,
  updateable: flag,
  deletable: flag
})
export type ObjectSummary = typeof ObjectSummary.Type

const PicklistValue = Schema.Struct({
  value: text,
  label: Schema.optionalKey(Schema.NullOr(text)),
  active: flag
})

export const FieldDescribe = Schema.Struct({
  name: text,
  label: text,
  type: text,
  length: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  precision: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  scale: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  createable: flag,
  updateable: flag,
  nillable: flag,
  defaultedOnCreate: orFalse,
  externalId: orFalse,
  idLookup: orFalse,
  unique: orFalse,
  custom: orFalse,
  calculated: orFalse,
  filterable: orFalse,
  inlineHelpText: Schema.optionalKey(Schema.NullOr(text)),
  referenceTo: Schema.optionalKey(Schema.NullOr(Schema.Array(text))),
  relationshipName: Schema.optionalKey(Schema.NullOr(text)),
  picklistValues: Schema.optionalKey(Schema.NullOr(Schema.Array(PicklistValue)))
})
export type FieldDescribe = typeof FieldDescribe.Type

const ChildRelationship = Schema.Struct({
  childSObject: text,
  field: text,
  relationshipName: Schema.optionalKey(Schema.NullOr(text))
})

export const ObjectDescribe = Schema.Struct({
  name: text,
  label: text,
  keyPrefix: Schema.optionalKey(Schema.NullOr(text)),
  custom: flag,
  queryable: flag,
  createable: flag,
  updateable: flag,
  deletable: flag,
  fields: Schema.Array(FieldDescribe),
  childRelationships: Schema.optionalKey(Schema.NullOr(Schema.Array(ChildRelationship)))
})
export type ObjectDescribe = typeof ObjectDescribe.Type
