/** Record types on accounts, opportunities and cases. */
import type { RecordType, SObject } from "../field.ts"
import { makeId } from "../id.ts"
import { literal, quoted } from "../store.ts"
import { changeObject, type Feature, withFields } from "./feature.ts"

/** Object, developer name, label; the first of an object is its default. Ids follow in this order. */
const types = [
  ["Account", "Customer", "Customer"],
  ["Account", "Partner", "Partner"],
  ["Opportunity", "New_Business", "New Business"],
  ["Opportunity", "Renewal", "Renewal"],
  ["Case", "Support", "Support"],
  ["Case", "Question", "Question"]
] as const

const objectNames = [...new Set(types.map(([object]) => object))]

const recordTypesOf = (name: string): ReadonlyArray<RecordType> =>
  types
    .map(([object, developerName, label], at) => ({
      object,
      developerName,
      name: label,
      id: makeId("012", at + 1)
    }))
    .filter(({ object }) => object === name)
    .map(({ object: _, ...rest }, at) => ({ ...rest, isDefault: at === 0 }))

/** Where the object does not have the field yet. */
export const withRecordTypeId = (object: SObject): SObject => {
  const after = object.name === "Account" ? "Type" : "IsDeleted"
  return withFields(
    object,
    after,
    "RecordTypeId | reference RecordType | cunfgsdh | Record Type ID | rel=RecordType"
  )
}

export const recordTypes: Feature = {
  extend: (objects) =>
    objectNames.reduce(
      (sofar, name) =>
        changeObject(sofar, name, (object) => ({
          ...withRecordTypeId(object),
          recordTypes: [...recordTypesOf(name), ...(object.recordTypes ?? [])]
        })),
      objects
    ),
  records: ({ add }, stamp) => {
    for (const [SobjectType, DeveloperName, Name] of types) {
      add("RecordType", {
        CreatedDate: stamp,
        LastModifiedDate: stamp,
        SystemModstamp: stamp,
        Name,
        DeveloperName,
        SobjectType,
        IsActive: true
      })
    }
  },
  fill: () =>
    objectNames.map((name) => {
      const [first = "", second = ""] = recordTypesOf(name).map(({ id }) => literal(id))
      return `UPDATE ${quoted(name)} SET "RecordTypeId" = CASE WHEN hash("Id") % 4 = 0 THEN ${second} ELSE ${first} END WHERE "RecordTypeId" IS NULL`
    })
}
