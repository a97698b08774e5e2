/** Puts an object together from its field table and a few words. */
import type { ObjectTraits, PicklistValue, SObject } from "../field.ts"
import { fieldsFromTable } from "./field-table.ts"

interface Definition extends Partial<Omit<SObject, "name" | "label" | "traits" | "fields" | "custom">> {
  readonly name: string
  readonly label: string
  /**
   * What describe allows: query retrieve replicate create update delete undelete merge search trigger layout feed
   * recent clone.
   */
  readonly can: string
  readonly table: string
  readonly picklists?: Readonly<Record<string, ReadonlyArray<PicklistValue>>>
}

/** What users may do with the records of a sales or service object. */
export const recordWords =
  "query retrieve replicate create update delete undelete search trigger layout feed recent"

const traitsOf = (words: string): ObjectTraits => {
  const can = new Set(words.split(" "))
  return {
    createable: can.has("create"),
    deepCloneable: can.has("clone"),
    deletable: can.has("delete"),
    feedEnabled: can.has("feed"),
    layoutable: can.has("layout"),
    mergeable: can.has("merge"),
    mruEnabled: can.has("recent"),
    queryable: can.has("query"),
    replicateable: can.has("replicate"),
    retrieveable: can.has("retrieve"),
    searchable: can.has("search"),
    triggerable: can.has("trigger"),
    undeletable: can.has("undelete"),
    updateable: can.has("update")
  }
}

export const sobject = ({ can, table, picklists = {}, ...rest }: Definition): SObject => ({
  labelPlural: `${rest.label}s`,
  keyPrefix: null,
  derived: {},
  ...rest,
  custom: /__(c|b|x|mdt|e)$/.test(rest.name),
  traits: traitsOf(can),
  fields: fieldsFromTable(table, picklists)
})
