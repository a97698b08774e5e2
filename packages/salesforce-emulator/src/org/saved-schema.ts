/**
 * `--schema-from org.json`: objects as some client saved them from `/sobjects/X/describe`. The file is one describe,
 * a list of them, or `{"objects": […]}`.
 */
import { readFile } from "node:fs/promises"
import { Effect, Schema } from "effect"
import { describedKeys } from "../describe/field-describe.ts"
import type { Field, FieldType, ObjectTraits, SObject } from "./field.ts"
import { orgObjects } from "./metadata/org-objects.ts"

export class BadSchema extends Schema.TaggedError<BadSchema>()("BadSchema", {
  message: Schema.String,
  fix: Schema.String
}) {}

const flag = Schema.optionalKey(Schema.NullOr(Schema.Boolean))
const text = Schema.optionalKey(Schema.NullOr(Schema.String))
const number = Schema.optionalKey(Schema.NullOr(Schema.Finite))

const SavedField = Schema.Struct({
  name: Schema.String,
  type: Schema.String,
  label: text,
  length: number,
  byteLength: number,
  precision: number,
  scale: number,
  digits: number,
  custom: flag,
  createable: flag,
  updateable: flag,
  nillable: flag,
  filterable: flag,
  groupable: flag,
  sortable: flag,
  idLookup: flag,
  nameField: flag,
  defaultedOnCreate: flag,
  permissionable: flag,
  restrictedPicklist: flag,
  searchPrefilterable: flag,
  queryByDistance: flag,
  unique: flag,
  caseSensitive: flag,
  externalId: flag,
  autoNumber: flag,
  htmlFormatted: flag,
  cascadeDelete: flag,
  restrictedDelete: flag,
  relationshipName: text,
  compoundFieldName: text,
  extraTypeInfo: text,
  controllerName: text,
  referenceTo: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.String))),
  picklistValues: Schema.optionalKey(
    Schema.NullOr(
      Schema.Array(Schema.Struct({ value: Schema.String, label: text, defaultValue: flag, validFor: text }))
    )
  )
})

const SavedObject = Schema.Struct({
  name: Schema.String,
  label: text,
  labelPlural: text,
  keyPrefix: text,
  createable: flag,
  deepCloneable: flag,
  deletable: flag,
  feedEnabled: flag,
  layoutable: flag,
  mergeable: flag,
  mruEnabled: flag,
  queryable: flag,
  replicateable: flag,
  retrieveable: flag,
  searchable: flag,
  triggerable: flag,
  undeletable: flag,
  updateable: flag,
  fields: Schema.Array(SavedField),
  childRelationships: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        childSObject: Schema.String,
        field: Schema.String,
        relationshipName: text,
        cascadeDelete: flag,
        restrictedDelete: flag
      })
    )
  ),
  recordTypeInfos: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        recordTypeId: Schema.String,
        developerName: text,
        name: text,
        master: flag,
        defaultRecordTypeMapping: flag
      })
    )
  )
})

type SavedField = typeof SavedField.Type
type SavedObject = typeof SavedObject.Type
type Raw = Readonly<Record<string, unknown>>

const isRaw = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const describesIn = (content: unknown): ReadonlyArray<unknown> => {
  if (Array.isArray(content)) return content
  if (!isRaw(content)) return []
  const listed = [content.objects, content.sobjects].find(Array.isArray)
  if (listed !== undefined) return listed
  return "fields" in content ? [content] : []
}

type Children = ReadonlyMap<string, NonNullable<SavedObject["childRelationships"]>[number]>

const savedField = (object: string, field: SavedField, raw: Raw, children: Children): Field => {
  const child = children.get(`${object}.${field.name}`)
  const is = (value: boolean | null | undefined) => value === true
  return {
    name: field.name,
    label: field.label ?? field.name,
    type: field.type as FieldType,
    length: field.length ?? 0,
    byteLength: field.byteLength ?? 0,
    precision: field.precision ?? 0,
    scale: field.scale ?? 0,
    digits: field.digits ?? 0,
    custom: is(field.custom),
    createable: is(field.createable),
    updateable: is(field.updateable),
    nillable: is(field.nillable),
    filterable: is(field.filterable),
    groupable: is(field.groupable),
    sortable: is(field.sortable),
    idLookup: is(field.idLookup),
    nameField: is(field.nameField),
    defaultedOnCreate: is(field.defaultedOnCreate),
    permissionable: is(field.permissionable),
    restrictedPicklist: is(field.restrictedPicklist),
    searchPrefilterable: is(field.searchPrefilterable),
    queryByDistance: is(field.queryByDistance),
    unique: is(field.unique),
    caseSensitive: is(field.caseSensitive),
    externalId: is(field.externalId),
    autoNumber: is(field.autoNumber),
    htmlFormatted: is(field.htmlFormatted),
    referenceTo: field.referenceTo ?? [],
    relationshipName: field.relationshipName ?? null,
    childRelationshipName: child?.relationshipName ?? null,
    cascadeDelete: is(child?.cascadeDelete ?? field.cascadeDelete),
    restrictedDelete: is(child?.restrictedDelete ?? field.restrictedDelete),
    compoundFieldName: field.compoundFieldName ?? null,
    extraTypeInfo: field.extraTypeInfo ?? null,
    defaultValue: typeof raw.defaultValue === "object" ? null : String(raw.defaultValue ?? ""),
    formula: null,
    mirrors: [],
    rollUp: null,
    controllerName: field.controllerName ?? null,
    picklist: (field.picklistValues ?? []).map(({ value, label, defaultValue, validFor }) => ({
      value,
      label: label ?? value,
      default: is(defaultValue),
      ...(typeof validFor === "string" ? { validFor } : {})
    })),
    described: Object.fromEntries(Object.entries(raw).filter(([key]) => describedKeys.has(key)))
  }
}

const traitNames = [
  "createable",
  "deepCloneable",
  "deletable",
  "feedEnabled",
  "layoutable",
  "mergeable",
  "mruEnabled",
  "queryable",
  "replicateable",
  "retrieveable",
  "searchable",
  "triggerable",
  "undeletable",
  "updateable"
] as const satisfies ReadonlyArray<keyof ObjectTraits>

/** Of our own object by that name: what follows from columns that the saved one has as well. */
const derivedFor = (own: SObject | undefined, fields: ReadonlyArray<Field>): SObject["derived"] => {
  if (own === undefined) return {}
  const has = (name: string) => fields.some((field) => field.name === name)
  return Object.fromEntries(
    Object.entries(own.derived).filter(
      ([name, sql]) =>
        has(name) &&
        own.fields.every((field) => has(field.name) || !new RegExp(`\\b${field.name}\\b`).test(sql))
    )
  )
}

/** Objects that the org itself reads: what the file leaves out of them stays. */
const needed = new Set(
  "AppDefinition CaseStatus FieldPermissions Group Name ObjectPermissions OpportunityStage Organization PermissionSet PermissionSetAssignment Profile RecordType TaskPriority TaskStatus User UserPermissionAccess UserRole".split(
    " "
  )
)

const savedObject = (saved: SavedObject, raw: Raw, children: Children): SObject => {
  const own = orgObjects.find(({ name }) => name === saved.name)
  const rawFields = Array.isArray(raw.fields) ? raw.fields : []
  const fields = saved.fields.map((field, at) => {
    const rawField: unknown = rawFields[at]
    return savedField(saved.name, field, isRaw(rawField) ? rawField : {}, children)
  })
  const kept = needed.has(saved.name)
    ? (own?.fields ?? []).filter(({ name }) => !fields.some((field) => field.name === name))
    : []
  const all = [...fields, ...kept]
  return {
    ...(own?.idPrefix === undefined ? {} : { idPrefix: own.idPrefix }),
    ...(own?.sharesId === undefined ? {} : { sharesId: own.sharesId }),
    ...(own?.urlKeys === undefined ? {} : { urlKeys: own.urlKeys }),
    ...(own?.associate === undefined ? {} : { associate: own.associate }),
    name: saved.name,
    label: saved.label ?? saved.name,
    labelPlural: saved.labelPlural ?? saved.label ?? saved.name,
    keyPrefix: saved.keyPrefix ?? null,
    custom: /__\w+$/.test(saved.name),
    traits: Object.fromEntries(
      traitNames.map((name) => [name, saved[name] ?? false])
    ) as unknown as ObjectTraits,
    fields: all,
    derived: derivedFor(own, all),
    recordTypes: (saved.recordTypeInfos ?? [])
      .filter(({ master }) => master !== true)
      .map(({ recordTypeId, developerName, name, defaultRecordTypeMapping }) => ({
        id: recordTypeId,
        developerName: developerName ?? name ?? "",
        name: name ?? "",
        isDefault: defaultRecordTypeMapping === true
      }))
  }
}

const wrong = (file: string, message: string) =>
  new BadSchema({
    message: `--schema-from ${file}: ${message}`,
    fix: 'give a JSON file of sObject describes: a list of them, or {"objects": [...]}'
  })

/** The objects of the file, and those of ours without which there is no org. */
export const readSavedSchema = (
  file: string
): Effect.Effect<
  { readonly objects: ReadonlyArray<SObject>; readonly saved: ReadonlyArray<string> },
  BadSchema
> =>
  Effect.gen(function* () {
    const content = yield* Effect.tryPromise({
      try: async () => JSON.parse(await readFile(file, "utf8")) as unknown,
      catch: (cause) => wrong(file, cause instanceof Error ? cause.message : String(cause))
    })
    const raws = describesIn(content)
    if (raws.length === 0) return yield* wrong(file, "holds no describe")
    const saved = yield* Schema.decodeUnknownEffect(Schema.Array(SavedObject))(raws, { errors: "all" }).pipe(
      Effect.mapError(({ message }) => wrong(file, message))
    )
    const children: Children = new Map(
      saved
        .flatMap((object) => object.childRelationships ?? [])
        .filter(({ relationshipName }) => typeof relationshipName === "string")
        .map((child) => [`${child.childSObject}.${child.field}`, child])
    )
    const objects = saved.map((object, at) => {
      const raw: unknown = raws[at]
      return savedObject(object, isRaw(raw) ? raw : {}, children)
    })
    const names = new Set(objects.map(({ name }) => name))
    const others = orgObjects.filter(({ name }) => needed.has(name) && !names.has(name))
    return {
      objects: [...objects, ...others],
      saved: objects.filter(({ name }) => !needed.has(name)).map(({ name }) => name)
    }
  })
