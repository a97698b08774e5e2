/** What an org's objects and fields are called, of what type they are, and what refers to what. */
import type { FieldDescribe, ObjectDescribe } from "@decant/org"
import { Effect } from "effect"
import type * as Tool from "effect/ai/Tool"
import type { Desk } from "./desk.ts"
import { asObjects, dataNotice, fit } from "./limits.ts"
import type { OrgTools } from "./org-tools.ts"

type Tools = (typeof OrgTools)["tools"]

const contains = (search: string | undefined, ...texts: ReadonlyArray<string>): boolean =>
  search === undefined || texts.some((text) => text.toLowerCase().includes(search.toLowerCase()))

const picklistShown = 60

const fieldView = (field: FieldDescribe) => {
  const values = (field.picklistValues ?? []).filter(({ active }) => active)
  return {
    name: field.name,
    label: field.label,
    type: field.type,
    ...(field.inlineHelpText ? { help: field.inlineHelpText } : {}),
    ...((field.referenceTo ?? []).length > 0
      ? { refersTo: field.referenceTo, relationship: field.relationshipName ?? null }
      : {}),
    ...(values.length > 0
      ? {
          values: values
            .slice(0, picklistShown)
            .map(({ value, label }) => ({ value, label: label ?? value })),
          ...(values.length > picklistShown ? { moreValues: values.length - picklistShown } : {})
        }
      : {}),
    required: field.createable && !field.nillable && field.defaultedOnCreate !== true,
    createable: field.createable,
    updateable: field.updateable,
    filterable: field.filterable ?? false,
    externalId: field.externalId ?? false
  }
}

export const objectView = (described: ObjectDescribe) => {
  const { name, label, keyPrefix, custom, queryable, createable, updateable, deletable } = described
  return { name, label, keyPrefix: keyPrefix ?? null, custom, queryable, createable, updateable, deletable }
}

/** More than the limit of rows would let through: a describe without its fields is of no use. */
const fieldsAtLeast = 300

export const describedFields = (desk: Desk, described: ObjectDescribe, search?: string | undefined) =>
  fit({
    rows: described.fields.filter(({ name, label }) => contains(search, name, label)).map(fieldView),
    total: null,
    more: false,
    limits: { ...desk.limits, rows: Math.max(desk.limits.rows, fieldsAtLeast) },
    advice: "Give `search` to see others."
  })

export const describeObject = Effect.fnUntraced(function* (
  desk: Desk,
  { object, search }: Tool.Parameters<Tools["describe_object"]>
) {
  const org = yield* desk.org
  const described = yield* org.describe(object)
  const { rows, cut } = describedFields(desk, described, search)
  const children = (described.childRelationships ?? []).filter(({ relationshipName }) => relationshipName)
  return {
    notice: dataNotice,
    cut,
    object: objectView(described),
    fields: asObjects(rows),
    children: children.slice(0, fieldsAtLeast).map(({ childSObject, field, relationshipName }) => ({
      object: childSObject,
      field,
      relationship: relationshipName ?? null
    }))
  }
}, Effect.scoped)

export const listObjects = Effect.fnUntraced(function* (
  desk: Desk,
  { search, customOnly }: Tool.Parameters<Tools["list_objects"]>
) {
  const org = yield* desk.org
  const objects = (yield* org.objects).filter(
    ({ name, label, custom }) => contains(search, name, label) && (customOnly !== true || custom)
  )
  const { rows, cut } = fit({
    rows: objects.map(({ name, label, keyPrefix, custom, queryable, createable, updateable, deletable }) => ({
      name,
      label,
      keyPrefix: keyPrefix ?? null,
      custom,
      queryable,
      createable,
      updateable,
      deletable
    })),
    total: objects.length,
    more: false,
    limits: { ...desk.limits, rows: Math.max(desk.limits.rows, fieldsAtLeast) },
    advice: "Give `search` to see others."
  })
  return { notice: dataNotice, cut, objects: asObjects(rows) }
}, Effect.scoped)
