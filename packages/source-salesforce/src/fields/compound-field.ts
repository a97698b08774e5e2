/**
 * Addresses and geolocations. Bulk refuses the compound field, so its components are read, found by
 * `compoundFieldName`, and put together again under the keys that REST uses.
 * https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/compound_fields.htm
 */
import type { ScalarType } from "@decant/connector"
import type { FieldDescribe, ObjectDescribe } from "../describe/describe-shape.ts"
import { type Numbers, scalarType } from "./column-type.ts"

/** The end of a component's API name → its key in REST's object, in REST's order. */
const parts: ReadonlyArray<readonly [suffix: string, key: string]> = [
  ["City", "city"],
  ["Country", "country"],
  ["CountryCode", "countryCode"],
  ["GeocodeAccuracy", "geocodeAccuracy"],
  ["Latitude", "latitude"],
  ["Longitude", "longitude"],
  ["PostalCode", "postalCode"],
  ["State", "state"],
  ["StateCode", "stateCode"],
  ["Street", "street"]
]

const partOf = (component: FieldDescribe): string | null => {
  const name = component.name.replace(/__s$/, "")
  return parts.find(([suffix]) => name.endsWith(suffix))?.[1] ?? null
}

export interface CompoundPart {
  readonly key: string
  readonly field: FieldDescribe
}

/** The components of a compound field, in the order of REST's keys. */
export const compoundParts = (
  describe: ObjectDescribe,
  compound: FieldDescribe
): ReadonlyArray<CompoundPart> =>
  describe.fields
    .filter((field) => field.compoundFieldName === compound.name && field.name !== compound.name)
    .flatMap((field) => {
      const key = partOf(field)
      return key === null ? [] : [{ key, field }]
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1))

export const structFields = (
  found: ReadonlyArray<CompoundPart>,
  numbers: Numbers
): ReadonlyArray<{ readonly name: string; readonly type: ScalarType }> =>
  found.map(({ key, field }) => ({ name: key, type: scalarType(field, numbers) }))
