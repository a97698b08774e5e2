/** Turns the chosen fields of an object into the query's select list and the table's columns. */
import { type Column, columnHeaders } from "@decant/connector"
import { Result } from "effect"
import type { ObjectDescribe } from "../describe/describe-shape.ts"
import type { SourceError } from "../source-error.ts"
import { fieldDescription, isCompound, isList, listSource, scalarType, whyNotCopied } from "./column-type.ts"
import { compoundParts, structFields } from "./compound-field.ts"
import type { FoundField, Related } from "./field-path.ts"
import {
  type ChosenField,
  type ChosenFields,
  chooseFields,
  type FieldWishes,
  type Mask
} from "./field-wishes.ts"
import { unsuitedFields } from "./unsuited-fields.ts"

export interface FieldSelection {
  /** Fields and parent fields to ask for, Id first. */
  readonly select: ReadonlyArray<string>
  readonly columns: ReadonlyArray<Column>
  /** Role → column, null where the role has none. Null when the stream has no roles. */
  readonly roles: Readonly<Record<string, string | null>> | null
  readonly warnings: ReadonlyArray<string>
}

type MaskOf = (chosen: FoundField & { readonly column?: string }) => Mask | undefined

export const selectFields = (
  describe: ObjectDescribe,
  wishes: FieldWishes,
  related: Related
): Result.Result<FieldSelection, SourceError> =>
  Result.map(chooseFields(describe, wishes, related), (chosen) => {
    const { columns, warnings } = columnsOf(describe, wishes, chosen)
    return {
      select: [...new Set(columns.flatMap(columnHeaders))],
      columns,
      roles: roleColumns(wishes, columns),
      warnings: [...chosen.warnings, ...warnings, ...unsuitedFields(describe, wishes)]
    }
  })

const columnsOf = (
  describe: ObjectDescribe,
  wishes: FieldWishes,
  chosen: ChosenFields
): { readonly columns: ReadonlyArray<Column>; readonly warnings: ReadonlyArray<string> } => {
  const compounds = new Set(describe.fields.filter(isCompound).map(({ name }) => name))
  const maskOf: MaskOf = ({ path, field, column }) =>
    chosen.masks.get(column ?? path) ??
    chosen.masks.get(path) ??
    (compounds.has(field.compoundFieldName ?? "")
      ? chosen.masks.get(field.compoundFieldName ?? "")
      : undefined)
  const columns = new Map<string, Column>()
  const warnings: Array<string> = []
  for (const item of chosen.fields) {
    if (maskOf(item) === "drop") continue
    const uncopied = whyLeftOut(describe, item)
    if (uncopied !== null) {
      warnings.push(`${describe.name}.${item.path} ${uncopied}`)
      continue
    }
    const made = isCompound(item.field)
      ? compoundColumns(describe, item, wishes, maskOf)
      : [plainColumn(item, wishes, maskOf(item) === "hmac")]
    for (const column of made) {
      if (!columns.has(column.name.toLowerCase())) columns.set(column.name.toLowerCase(), column)
    }
  }
  return { columns: [...columns.values()], warnings: [...new Set(warnings)] }
}

const whyLeftOut = (describe: ObjectDescribe, { path, field }: ChosenField): string | null => {
  const uncopied = whyNotCopied(field)
  if (uncopied !== null) return `${uncopied}.`
  if (!isCompound(field)) return null
  if (path.includes(".")) {
    return "is a parent's compound field and is not copied; name its parts, such as Account.BillingCity."
  }
  return compoundParts(describe, field).length === 0
    ? "is put together from parts of which this user may read none, and is not copied."
    : null
}

const plainColumn = (item: ChosenField, wishes: FieldWishes, hashed: boolean): Column => {
  const about = { name: item.column, label: item.label, describes: fieldDescription(item.field) }
  const header = { header: item.path }
  if (hashed) return { ...about, type: { kind: "text" }, from: header, mask: { hmac: wishes.maskKey } }
  if (isList(item.field)) return { ...about, type: { kind: "textList" }, from: listSource(item.path) }
  return { ...about, type: scalarType(item.field, wishes.numbers), from: header }
}

/** The compound column, then its components. With a masked component there is no compound: it would show it. */
const compoundColumns = (
  describe: ObjectDescribe,
  item: ChosenField,
  wishes: FieldWishes,
  maskOf: MaskOf
): ReadonlyArray<Column> => {
  const parts = compoundParts(describe, item.field)
  const masks = parts.map(({ field }) => maskOf({ path: field.name, field }))
  const components = parts.flatMap(({ field }, index) =>
    masks[index] === "drop"
      ? []
      : [
          plainColumn(
            { path: field.name, field, column: field.name, label: field.label },
            wishes,
            masks[index] === "hmac"
          )
        ]
  )
  if (parts.length === 0 || masks.some((mask) => mask !== undefined)) return components
  const compound: Column = {
    name: item.column,
    label: item.label,
    type: { kind: "struct", fields: structFields(parts, wishes.numbers) },
    from: { struct: Object.fromEntries(parts.map(({ key, field }) => [key, field.name])) },
    describes: fieldDescription(item.field)
  }
  return [compound, ...components]
}

/** The spec's key of a role → its column in the roles view. */
const roleNames = [
  ["logo", "logo"],
  ["reference", "reference"],
  ["marketingRights", "marketing_rights"]
] as const

const roleColumns = (wishes: FieldWishes, columns: ReadonlyArray<Column>): FieldSelection["roles"] => {
  const roles = wishes.roles
  if (roles === undefined) return null
  const columnOf = (field: string | undefined): string | null =>
    columns.find(({ name }) => name.toLowerCase() === field?.toLowerCase())?.name ?? null
  return Object.fromEntries(roleNames.map(([role, shown]) => [shown, columnOf(roles[role])]))
}
