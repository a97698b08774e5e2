/** Fields that the spec puts to a use that their type does not fit: most likely another field is meant. */
import { type FieldDescribe, fieldsByName, type ObjectDescribe } from "../describe/describe-shape.ts"
import { isBinary, isCompound, isList, scalarType } from "./column-type.ts"
import type { FieldWishes } from "./field-wishes.ts"

type Family = "text" | "number" | "boolean" | "time" | "list" | "compound"

const familyOf = (field: FieldDescribe): Family => {
  if (isCompound(field) || isBinary(field)) return "compound"
  if (isList(field)) return "list"
  const { kind } = scalarType(field, "double")
  if (kind === "text" || kind === "boolean") return kind
  return kind === "date" || kind === "time" || kind === "timestamp" ? "time" : "number"
}

/** A role is a yes or no, a choice, or a word about it. */
const fitsRole = (field: FieldDescribe): boolean =>
  field.type !== "reference" && field.type !== "id" && ["text", "boolean", "list"].includes(familyOf(field))

export const unsuitedFields = (
  describe: ObjectDescribe,
  { roles, substitute }: Pick<FieldWishes, "roles" | "substitute">
): ReadonlyArray<string> => {
  const fields = fieldsByName(describe)
  const find = (name: string | undefined) => fields.get((name ?? "").toLowerCase())
  const ofRoles = Object.entries(roles ?? {}).flatMap(([role, name]) => {
    const field = find(name)
    return field === undefined || fitsRole(field)
      ? []
      : [`${describe.name}.${field.name} is of type ${field.type}, which does not fit the role ${role}.`]
  })
  const ofSubstitutes = Object.entries(substitute ?? {}).flatMap(([standard, custom]) => {
    const [from, to] = [find(standard), find(custom)]
    return from === undefined || to === undefined || familyOf(from) === familyOf(to)
      ? []
      : [
          `${describe.name}.${to.name} is of type ${to.type}, but ${from.name}, for which it stands, is of type ${from.type}.`
        ]
  })
  return [...ofRoles, ...ofSubstitutes]
}
