/** Objects and fields of an org as pages offer them: what is recommended, what is read in any case, what fits a role. */
import type { OrgField, OrgObject, OrgObjectDetail } from "@decant/api"
import type { CatalogField, CatalogObject } from "@decant/connector"
import { alwaysAdded, recommendedFields } from "@decant/source-salesforce"
import { roleCandidates } from "../../init/role-suggestions.ts"

const recommendedOf = (object: string): ReadonlySet<string> | null => {
  const names = recommendedFields[object.toLowerCase()]
  return names === undefined ? null : new Set(names.map((name) => name.toLowerCase()))
}

/** Stamps by which changes are found; the first that an object has is always read. */
const cursors = ["SystemModstamp", "LastModifiedDate", "CreatedDate", "LoginTime"]

const headOf = (object: CatalogObject) => ({
  name: object.name,
  label: object.label,
  custom: object.custom,
  recommended: recommendedOf(object.name) !== null,
  unsupported: object.unsupported,
  api: object.api,
  note: object.note,
  rows: object.rows
})

export const orgObject = (object: CatalogObject): OrgObject => ({
  ...headOf(object),
  fields: object.fields.length
})

const columnType = ({ type }: CatalogField): string | null => type?.kind ?? null

/** An object that is not in the table of recommendations is read with all of its fields. */
const orgField = (object: CatalogObject) => {
  const recommended = recommendedOf(object.name)
  const cursor = cursors.find((name) => object.fields.some((field) => field.name === name))
  const required = new Set([...alwaysAdded, ...(cursor === undefined ? [] : [cursor])])
  return (field: CatalogField): OrgField => ({
    name: field.name,
    label: field.label,
    sourceType: field.sourceType,
    columnType: columnType(field),
    custom: field.custom,
    formula: field.formula,
    recommended: field.type !== null && (recommended?.has(field.name.toLowerCase()) ?? true),
    required: required.has(field.name),
    note: field.note
  })
}

export const orgObjectDetail = (object: CatalogObject): OrgObjectDetail => {
  const suggested = (role: "logo" | "reference" | "marketingRights"): ReadonlyArray<string> =>
    object.name === "Account" ? roleCandidates(object.fields, role).map(({ name }) => name) : []
  return {
    ...headOf(object),
    fields: object.fields.map(orgField(object)),
    roleSuggestions: {
      logo: suggested("logo"),
      reference: suggested("reference"),
      marketingRights: suggested("marketingRights")
    }
  }
}
