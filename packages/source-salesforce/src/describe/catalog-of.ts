/** The org's objects and fields, as `decant discover` lists them. */
import type { Catalog, CatalogField, CatalogObject, ColumnType } from "@decant/connector"
import { Effect, Result } from "effect"
import { isCompound, isList, scalarType, whyNotCopied } from "../fields/column-type.ts"
import { compoundParts, structFields } from "../fields/compound-field.ts"
import { recordCounts } from "../org/record-counts.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { describeObjects, listObjects, unknownObject } from "./describe-objects.ts"
import type { FieldDescribe, ObjectDescribe } from "./describe-shape.ts"
import { whyUnsyncable } from "./unsyncable-objects.ts"

const typeOf = (describe: ObjectDescribe, field: FieldDescribe): ColumnType | null => {
  if (whyNotCopied(field) !== null) return null
  if (isList(field)) return { kind: "textList" }
  return isCompound(field)
    ? { kind: "struct", fields: structFields(compoundParts(describe, field), "double") }
    : scalarType(field, "double")
}

const fieldOf = (describe: ObjectDescribe, field: FieldDescribe): CatalogField => ({
  name: field.name,
  label: field.label,
  sourceType: field.type,
  type: typeOf(describe, field),
  custom: field.custom,
  formula: field.calculated,
  note: whyNotCopied(field)
})

export const catalogObject = (describe: ObjectDescribe, rows: number | null): CatalogObject => ({
  name: describe.name,
  label: describe.label,
  custom: describe.custom,
  unsupported: whyUnsyncable(describe),
  rows,
  fields: describe.fields.map((field) => fieldOf(describe, field))
})

/** All objects that can be synced when none is named. */
export const catalogOf = Effect.fn("salesforce.discover")(function* (
  client: SalesforceClient,
  objects: ReadonlyArray<string>
): Effect.fn.Return<Catalog, ReadError> {
  const known = yield* listObjects(client)
  const names =
    objects.length > 0
      ? objects
      : known.filter((object) => whyUnsyncable(object) === null).map(({ name }) => name)
  const described = yield* describeObjects(client, names)
  const counts = yield* recordCounts(client, names)
  const found = yield* Effect.forEach(names, (name) => {
    const result = described.get(name.toLowerCase())
    if (result !== undefined && Result.isSuccess(result)) {
      return Effect.succeed(catalogObject(result.success, counts.get(name.toLowerCase()) ?? null))
    }
    const missing = result === undefined || result.failure.code === "API_NOT_FOUND"
    return Effect.fail(missing ? unknownObject(name, known) : result.failure)
  })
  return { objects: found }
})
