/** Finds fields by the names that a spec uses: in any case, with parents (`Owner.Name`), with a suggestion when misspelt. */
import { type FieldDescribe, fieldsByName, type ObjectDescribe } from "../describe/describe-shape.ts"
import { didYouMean } from "../nearest-name.ts"

export interface FoundField {
  /** As Salesforce spells it, which is how result headers spell it. */
  readonly path: string
  readonly field: FieldDescribe
}

/** Describes of parent objects, by lower-case name. */
export type Related = ReadonlyMap<string, ObjectDescribe>

const relationshipOf = (describe: ObjectDescribe, name: string): FieldDescribe | undefined =>
  describe.fields.find((field) => field.relationshipName?.toLowerCase() === name.toLowerCase())

/** The parent objects that the path's next step needs but that are not described yet. */
export const missingParents = (
  describe: ObjectDescribe,
  path: string,
  related: Related
): ReadonlyArray<string> => {
  const [step = "", ...rest] = path.split(".")
  if (rest.length === 0) return []
  const targets = relationshipOf(describe, step)?.referenceTo ?? []
  return targets.flatMap((target) => {
    const parent = related.get(target.toLowerCase())
    return parent === undefined ? [target] : missingParents(parent, rest.join("."), related)
  })
}

/** The field, or the sentence that says what is wrong with its name. */
export const findField = (describe: ObjectDescribe, path: string, related: Related): FoundField | string => {
  const [step = "", ...rest] = path.split(".")
  if (rest.length === 0) {
    const field = fieldsByName(describe).get(step.toLowerCase())
    if (field !== undefined) return { path: field.name, field }
    const known = describe.fields.map(({ name }) => name)
    return `${describe.name} has no field ${step} that this user may read.${didYouMean(step, known)}`
  }
  const relationship = relationshipOf(describe, step)
  if (relationship?.relationshipName == null) {
    const known = describe.fields.flatMap(({ relationshipName }) => relationshipName ?? [])
    return `${describe.name} has no parent ${step}.${didYouMean(step, known)}`
  }
  let problem = `${describe.name}.${relationship.relationshipName} leads to no object that this user may read.`
  for (const target of relationship.referenceTo) {
    const parent = related.get(target.toLowerCase())
    if (parent === undefined) continue
    const found = findField(parent, rest.join("."), related)
    if (typeof found !== "string") {
      return { path: `${relationship.relationshipName}.${found.path}`, field: found.field }
    }
    problem = found
  }
  return problem
}
