/** Rows that are put together from several tables: the Name of any record, and roll-ups. */
import { isStored, type RollUp, type SObject } from "../org/field.ts"
import type { OrgSchema } from "../org/schema.ts"
import { columnType, literal, quoted } from "../org/store.ts"

/** The rows a polymorphic reference can point at, each as the fields of Name; a target without one has null. */
export const namesOf = (name: SObject, targets: ReadonlyArray<SObject>): string => {
  const selects = targets.map((target) => {
    const fields = name.fields.map((field) => {
      if (field.name === "Type") return `${literal(target.name)} AS "Type"`
      const found =
        field.name === "Name"
          ? target.fields.find((each) => each.nameField)
          : target.fields.find((each) => each.name === field.name)
      const sql = found === undefined || !isStored(found) ? `NULL::${columnType(field)}` : quoted(found.name)
      return `${sql} AS ${quoted(field.name)}`
    })
    return `SELECT ${fields.join(", ")} FROM ${quoted(target.name)} WHERE NOT "_purged"`
  })
  return selects.length === 0 ? quoted(name.name) : `(${selects.join(" UNION ALL ")})`
}

/** One row for each parent: its Id as `id` and the roll-up over its live children as `value`. */
export const rollUpRows = (
  schema: OrgSchema,
  parent: SObject,
  { operation, child, of, when }: RollUp
): string => {
  const links = (schema.object(child)?.fields ?? []).filter(({ referenceTo }) =>
    referenceTo.includes(parent.name)
  )
  const link = links.find(({ cascadeDelete }) => cascadeDelete) ?? links[0]
  if (link === undefined) return "(SELECT NULL::VARCHAR AS id, NULL::DOUBLE AS value)"
  const condition = when === null ? "" : ` AND ${quoted(when)}`
  return `(SELECT ${quoted(link.name)} AS id, ${operation.toLowerCase()}(${quoted(of)}) AS value FROM ${quoted(child)} WHERE NOT "IsDeleted" AND NOT "_purged"${condition} GROUP BY ALL)`
}
