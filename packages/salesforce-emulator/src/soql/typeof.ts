/**
 * TYPEOF in a SELECT list: fields of the object a reference of several happens to point at.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_typeof.htm
 */
import type { FieldTypeOf } from "@jetstreamapp/soql-parser-js"
import { malformed, noSuchRelationship, refusedWord } from "./refusal.ts"
import type { Resolved, Scope, Source } from "./scope.ts"

/** One branch: the rows it reads and the fields it shows. */
export interface TypeBranch {
  readonly source: Source
  readonly fields: ReadonlyArray<Resolved>
}

export interface TypeOf {
  readonly relationshipName: string
  readonly whens: ReadonlyArray<TypeBranch>
  /** What other objects show; null where the query says nothing about them. */
  readonly otherwise: TypeBranch | undefined
}

const resolveAll = (scope: Scope, source: Source, paths: ReadonlyArray<string>): TypeBranch => ({
  source,
  fields: paths.map((path) => scope.resolveAt(source, path))
})

export const planTypeOf = (scope: Scope, field: FieldTypeOf): TypeOf => {
  const { object } = scope.base
  const reference = scope.schema.relationship(object, field.field)
  if (reference === undefined) throw noSuchRelationship(scope.query, field.field, field.field)
  if (reference.referenceTo.length < 2) {
    throw malformed(
      `TYPEOF can only be used with a polymorphic relationship: ${reference.relationshipName ?? field.field}`
    )
  }
  const whens = field.conditions
    .filter(({ type }) => type === "WHEN")
    .map(({ objectType = "", fieldList }) => {
      const target = reference.referenceTo.find((name) => name.toLowerCase() === objectType.toLowerCase())
      const found = target === undefined ? undefined : scope.schema.object(target)
      if (found === undefined) {
        const told = `'${objectType}' is not a valid type for relationship '${field.field}'`
        throw refusedWord(scope.query, objectType, "INVALID_TYPE", told)
      }
      return resolveAll(scope, scope.joinTarget(reference, found), fieldList)
    })
  const otherwise = field.conditions.find(({ type }) => type === "ELSE")
  return {
    relationshipName: reference.relationshipName ?? field.field,
    whens,
    otherwise:
      otherwise === undefined
        ? undefined
        : resolveAll(scope, scope.joinName(reference, field.field), otherwise.fieldList)
  }
}
