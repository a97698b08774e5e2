/**
 * The part of Salesforce's describes that Decant uses. Older API versions leave keys out, so most have a
 * default. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
 */
import { Effect, Schema } from "effect"

const orDefault = <A>(schema: Schema.Codec<A, A>, value: A) =>
  schema.pipe(Schema.withDecodingDefaultKey(Effect.succeed(value)))

const NullableText = orDefault<string | null>(Schema.NullOr(Schema.String), null)
const Flag = orDefault<boolean>(Schema.Boolean, false)
const Whole = orDefault<number>(Schema.Finite, 0)

const PicklistValue = Schema.Struct({
  value: Schema.String,
  label: NullableText,
  active: orDefault<boolean>(Schema.Boolean, true)
})

export const FieldDescribe = Schema.Struct({
  name: Schema.String,
  label: Schema.String,
  type: Schema.String,
  custom: Flag,
  calculated: Flag,
  calculatedFormula: NullableText,
  compoundFieldName: NullableText,
  relationshipName: NullableText,
  referenceTo: Schema.Array(Schema.String).pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  filterable: orDefault<boolean>(Schema.Boolean, true),
  /** Field-level security applies: it can be granted, and must be. */
  permissionable: orDefault<boolean>(Schema.Boolean, true),
  precision: Whole,
  scale: Whole,
  inlineHelpText: NullableText,
  picklistValues: Schema.Array(PicklistValue).pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))
})
export type FieldDescribe = typeof FieldDescribe.Type

export const ObjectDescribe = Schema.Struct({
  name: Schema.String,
  label: Schema.String,
  custom: Flag,
  customSetting: Flag,
  queryable: orDefault<boolean>(Schema.Boolean, true),
  deletable: Flag,
  /** It has a recycle bin. */
  undeletable: Flag,
  replicateable: Flag,
  deprecatedAndHidden: Flag,
  fields: Schema.Array(FieldDescribe)
})
export type ObjectDescribe = typeof ObjectDescribe.Type

export const ObjectSummary = Schema.Struct({
  name: Schema.String,
  label: Schema.String,
  custom: Flag,
  customSetting: Flag,
  queryable: orDefault<boolean>(Schema.Boolean, true),
  deprecatedAndHidden: Flag
})
export type ObjectSummary = typeof ObjectSummary.Type

export const GlobalDescribe = Schema.Struct({ sobjects: Schema.Array(ObjectSummary) })

/** API names compare without case, as Salesforce compares them. */
export const fieldsByName = (describe: ObjectDescribe): ReadonlyMap<string, FieldDescribe> =>
  new Map(describe.fields.map((field) => [field.name.toLowerCase(), field]))
