/** ORDER BY as SQL. Missing values come first unless the query says otherwise; text sorts without regard to case. */
import type { OrderByClause } from "@jetstreamapp/soql-parser-js"
import { isCompound, isTextType } from "../org/field.ts"
import { resolveFunction } from "./functions.ts"
import { checkGrouping, refusedWord } from "./refusal.ts"
import type { Scope } from "./scope.ts"

type Grouped = ReadonlyArray<string> | undefined

const ungrouped = (scope: Scope, word: string) =>
  refusedWord(scope.query, word, "MALFORMED_QUERY", `Ordered field must be grouped or aggregated: ${word}`)

const key = (scope: Scope, clause: OrderByClause, grouped: Grouped): string => {
  if ("fn" in clause) {
    const { sql, aggregate, word } = resolveFunction(scope, clause.fn)
    if (grouped !== undefined && !aggregate && !grouped.includes(sql)) throw ungrouped(scope, word)
    checkGrouping(scope.query, word, sql, grouped ?? [])
    return sql
  }
  const { field, sql } = scope.resolve(clause.field)
  if (!field.sortable || isCompound(field)) {
    const told = `field '${field.name}' can not be sorted in a query call`
    throw refusedWord(scope.query, clause.field, "INVALID_FIELD", told)
  }
  if (grouped !== undefined && !grouped.includes(sql)) throw ungrouped(scope, clause.field)
  return isTextType(field.type) ? `lower(${sql})` : sql
}

export const orderBy = (
  scope: Scope,
  clauses: OrderByClause | ReadonlyArray<OrderByClause> | undefined,
  /** SQL of what the rows are grouped by; undefined when they are not. */
  grouped: Grouped
): string => {
  const list = clauses === undefined ? [] : "length" in clauses ? clauses : [clauses]
  if (list.length === 0) return ""
  const keys = list.map(
    (clause) => `${key(scope, clause, grouped)} ${clause.order ?? "ASC"} NULLS ${clause.nulls ?? "FIRST"}`
  )
  return ` ORDER BY ${keys.join(", ")}`
}
