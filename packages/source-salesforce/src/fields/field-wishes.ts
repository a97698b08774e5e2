/** What a stream of the spec asks for, and which fields of the object it chooses. All misspelt names are reported at once. */
import type { Fields, ObjectStream } from "@decant/connector"
import { Result } from "effect"
import { type FieldDescribe, fieldsByName, type ObjectDescribe } from "../describe/describe-shape.ts"
import { type SourceError, sourceError } from "../source-error.ts"
import type { Numbers } from "./column-type.ts"
import { type FoundField, findField, type Related } from "./field-path.ts"
import { alwaysAdded, recommendedFields } from "./recommended-fields.ts"

export type Mask = "hmac" | "drop"

export interface FieldWishes {
  readonly fields: Fields
  readonly roles: ObjectStream["roles"]
  readonly substitute: ObjectStream["substitute"]
  readonly mask: ObjectStream["mask"]
  readonly cursorField: string | null
  readonly numbers: Numbers
  /** Columns that the table has, lower case: a field of these that is not there any more was lost, not mistyped. */
  readonly stored: ReadonlySet<string>
  /** Which of the spec's keys hashes masked values. */
  readonly maskKey: string
}

/** A field to read and the column that its value goes to. */
export interface ChosenField extends FoundField {
  readonly column: string
  readonly label: string
}

export interface ChosenFields {
  readonly fields: ReadonlyArray<ChosenField>
  readonly masks: ReadonlyMap<string, Mask>
  readonly warnings: ReadonlyArray<string>
}

/** The paths that a spec can name, for finding out which parents must be described. */
export const wishedPaths = (wishes: Pick<FieldWishes, "fields" | "mask">): ReadonlyArray<string> => [
  ...(typeof wishes.fields === "string" ? [] : wishes.fields),
  ...Object.keys(wishes.mask ?? {})
]

/** Looks names up and gathers what is wrong with them. */
class FieldFinder {
  readonly problems: Array<string> = []
  readonly lost: Array<string> = []
  readonly #describe: ObjectDescribe
  readonly #related: Related
  readonly #stored: ReadonlySet<string>

  constructor(describe: ObjectDescribe, related: Related, stored: ReadonlySet<string>) {
    this.#describe = describe
    this.#related = related
    this.#stored = stored
  }

  find(path: string): ReadonlyArray<FoundField> {
    const found = findField(this.#describe, path, this.#related)
    if (typeof found !== "string") return [found]
    if (this.#stored.has(path.toLowerCase())) {
      if (!this.lost.includes(path)) this.lost.push(path)
      return []
    }
    if (!this.problems.includes(found)) this.problems.push(found)
    return []
  }
}

/** Standard name, lower case → the custom field that stands in for it. */
type Substitutes = ReadonlyMap<string, { readonly standard: string; readonly field: FieldDescribe }>

const listed = (describe: ObjectDescribe, wishes: FieldWishes): ReadonlyArray<string> => {
  const all = describe.fields.map(({ name }) => name)
  if (wishes.fields === "all") return all
  if (wishes.fields !== "recommended") return wishes.fields
  return recommendedFields[describe.name.toLowerCase()] ?? all
}

const substituted = (found: FoundField, substitutes: Substitutes): ChosenField => {
  const instead = substitutes.get(found.path.toLowerCase())?.field
  return {
    ...(instead === undefined ? found : { path: instead.name, field: instead }),
    column: found.path,
    label: found.field.label
  }
}

export const chooseFields = (
  describe: ObjectDescribe,
  wishes: FieldWishes,
  related: Related
): Result.Result<ChosenFields, SourceError> => {
  const finder = new FieldFinder(describe, related, wishes.stored)
  const fields = fieldsByName(describe)
  const isThere = (name: string): boolean => fields.has(name.toLowerCase())

  const masks = new Map(
    Object.entries(wishes.mask ?? {}).flatMap(([name, mask]) =>
      finder.find(name).map(({ path }) => [path, mask] as const)
    )
  )
  const substitutes: Substitutes = new Map(
    Object.entries(wishes.substitute ?? {}).flatMap(([standard, custom]) =>
      finder.find(custom).map(({ field }) => [standard.toLowerCase(), { standard, field }] as const)
    )
  )

  const list = listed(describe, wishes)
  const hidden = wishes.fields === "recommended" ? list.filter((name) => !isThere(name)) : []
  const names = [
    ...["Id"].filter(isThere),
    ...list.filter((name) => !hidden.includes(name)),
    ...Object.values(wishes.roles ?? {}).filter((name) => name !== undefined),
    ...[...alwaysAdded, wishes.cursorField ?? "Id"].filter(isThere)
  ]
  const chosen = names.flatMap((name) => finder.find(name)).map((found) => substituted(found, substitutes))
  const unlisted = [...substitutes.values()]
    .filter(({ standard }) => !chosen.some(({ column }) => column.toLowerCase() === standard.toLowerCase()))
    .map(({ standard, field }) => {
      const known = fields.get(standard.toLowerCase())
      return { path: field.name, field, column: known?.name ?? standard, label: known?.label ?? field.label }
    })

  if (finder.problems.length > 0) {
    return Result.fail(
      sourceError(
        "FIELD_UNKNOWN",
        finder.problems.join(" "),
        "Correct the name in the spec, or give the user's profile or permission set read access to the field.",
        { disposition: "spec" }
      )
    )
  }
  return Result.succeed({
    fields: [...chosen, ...unlisted],
    masks,
    warnings: [
      ...hidden
        .filter((name) => !substitutes.has(name.toLowerCase()))
        .map((name) => `${describe.name}.${name} is recommended, but this user cannot read it.`),
      ...finder.lost.map(
        (name) =>
          `${describe.name}.${name} is no longer there, or hidden from this user: what was read of it stays.`
      )
    ]
  })
}
