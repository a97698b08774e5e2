/** ORDER BY as SQL. Missing values come first unless the query says otherwise; text sorts without regard to case. */
import type { OrderByClause } from "@jetstreamapp/soql-parser-js"
import { isCompound } from "../org/field.ts"
import { resolveFunction } from "./functions.ts"
import { isTextual } from "./literal.ts"
import { refusedWord } from "./refusal.ts"
import type { Scope } from "./scope.ts"

const key = (scope: Scope, clause: OrderByClause): string => {
  if ("fn" in clause) return resolveFunction(scope, clause.fn).sql
  const { field, sql } = scope.resolve(clause.field)
  if (!field.sortable || isCompound(field)) {
    const told = `field '${field.name}' can not be sorted in a query call`
    throw refusedWord(scope.query, clause.field, "INVALID_FIELD", told)
  }
  return isTextual(field.type) ? `lower(${sql})` : sql
}

export const orderBy = (
  scope: Scope,
  clauses: OrderByClause | ReadonlyArray<OrderByClause> | undefined
): string => {
  const list = clauses === undefined ? [] : "length" in clauses ? clauses : [clauses]
  if (list.length === 0) return ""
  const keys = list.map(
    (clause) => `${key(scope, clause)} ${clause.order ?? "ASC"} NULLS ${clause.nulls ?? "FIRST"}`
  )
  return ` ORDER BY ${keys.join(", ")}`
}
