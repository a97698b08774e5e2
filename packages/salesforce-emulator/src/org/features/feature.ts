/**
 * Something an administrator switches on for the whole org and that changes its schema. A feature is handed the
 * objects so far, adds its own, and says how rows get values for them.
 */

import type { PicklistValue, SObject } from "../field.ts"
import { fieldsFromTable } from "../metadata/field-table.ts"
import type { Org } from "../org.ts"

interface AddRecords {
  readonly add: (object: string, values: Readonly<Record<string, unknown>>) => string
  readonly change: (object: string, id: string, values: Readonly<Record<string, unknown>>) => void
}

export interface Feature {
  readonly extend: (objects: ReadonlyArray<SObject>) => ReadonlyArray<SObject>
  /** Rows the feature brings with it. */
  readonly records?: (records: AddRecords, stamp: string) => void
  /** Statements that give the dataset's rows values for the new fields; they move no stamp. */
  readonly fill?: (org: Org["Service"]) => ReadonlyArray<string>
}

/** The object with the fields of `table` after the field `after`, or last where there is no such field. */
export const withFields = (
  object: SObject,
  after: string,
  table: string,
  picklists: Readonly<Record<string, ReadonlyArray<PicklistValue>>> = {}
): SObject => {
  const at = object.fields.findIndex(({ name }) => name === after)
  const place = at < 0 ? object.fields.length : at + 1
  const added = fieldsFromTable(table, picklists).filter(
    ({ name }) => !object.fields.some((field) => field.name === name)
  )
  return { ...object, fields: [...object.fields.slice(0, place), ...added, ...object.fields.slice(place)] }
}

export const changeObject = (
  objects: ReadonlyArray<SObject>,
  name: string,
  change: (object: SObject) => SObject
): ReadonlyArray<SObject> => objects.map((object) => (object.name === name ? change(object) : object))
