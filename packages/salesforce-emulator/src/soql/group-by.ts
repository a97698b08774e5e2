/**
 * GROUP BY with ROLLUP and CUBE, and what may stand in the SELECT list beside it.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_groupby.htm
 */
import type { Query, Subquery } from "@jetstreamapp/soql-parser-js"
import { resolveFunction } from "./functions.ts"
import type { PlannedColumn } from "./plan.ts"
import { checkGrouping, malformed, refusedWord } from "./refusal.ts"
import type { Scope } from "./scope.ts"

const mostRolledUp = 3

const groupField = (scope: Scope, path: string): string => {
  const { field, sql } = scope.resolve(path)
  if (!field.groupable) {
    const told = `field '${field.name}' can not be grouped in a query call`
    throw refusedWord(scope.query, path, "INVALID_FIELD", told)
  }
  return sql
}

export interface Groups {
  /** SQL of what the rows are grouped by. */
  readonly expressions: ReadonlyArray<string>
  readonly sql: string
}

const readGroups = (scope: Scope, query: Query | Subquery): Groups => {
  const given = query.groupBy
  const clauses = given === undefined ? [] : Array.isArray(given) ? given : [given]
  const expressions: Array<string> = []
  let wrap = (list: string) => list
  for (const clause of clauses) {
    if ("field" in clause) {
      expressions.push(groupField(scope, clause.field))
      continue
    }
    const name = (clause.fn.functionName ?? "").toUpperCase()
    if (name !== "ROLLUP" && name !== "CUBE") {
      expressions.push(resolveFunction(scope, clause.fn).sql)
      continue
    }
    const parameters = clause.fn.parameters ?? []
    if (parameters.length > mostRolledUp) {
      throw malformed(`GROUP BY ${name} supports at most ${mostRolledUp} fields`)
    }
    for (const parameter of parameters) {
      expressions.push(
        typeof parameter === "string" ? groupField(scope, parameter) : resolveFunction(scope, parameter).sql
      )
    }
    wrap = (list) => `${name}(${list})`
  }
  return {
    expressions,
    sql: expressions.length === 0 ? "" : ` GROUP BY ${wrap(expressions.join(", "))}`
  }
}

/** The GROUP BY of an aggregate query as SQL; refuses columns that are neither grouped nor aggregated. */
export const groupBy = (
  scope: Scope,
  query: Query | Subquery,
  columns: ReadonlyArray<PlannedColumn>
): Groups => {
  const groups = readGroups(scope, query)
  for (const { resolved, word, sql: value } of columns) {
    checkGrouping(scope.query, word, value, groups.expressions)
    if (resolved !== undefined && !groups.expressions.includes(value)) {
      throw refusedWord(
        scope.query,
        resolved.path,
        "MALFORMED_QUERY",
        `Field must be grouped or aggregated: ${resolved.field.name}`
      )
    }
  }
  return groups
}
