/**
 * What Salesforce refuses of semi- and anti-joins, `Id IN (SELECT …)`.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm
 */
import type { Query } from "@jetstreamapp/soql-parser-js"
import type { SObject } from "../org/field.ts"
import type { Comparison, Tree } from "./condition.ts"
import { malformed, refusedWord } from "./refusal.ts"

const mostJoins = 2

const isJoin = (leaf: Comparison): leaf is Comparison & { readonly valueQuery: Query } => "valueQuery" in leaf

const leaves = (tree: Tree): ReadonlyArray<Comparison> => {
  if (tree.kind === "leaf") return [tree.leaf]
  return tree.kind === "not" ? leaves(tree.of) : tree.of.flatMap(leaves)
}

const hasJoin = (tree: Tree) => leaves(tree).some(isJoin)

const nested = () =>
  malformed(
    "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions."
  )

/** Refuses joins where Salesforce does not allow them: under OR, in a group, more than two, one in another. */
export const checkJoins = (tree: Tree | undefined, insideJoin: boolean): void => {
  if (tree === undefined || !hasJoin(tree)) return
  if (insideJoin) throw malformed("Nesting of semi join sub-selects is not supported")
  if (tree.kind === "not") throw nested()
  if (tree.kind === "any") throw malformed("Semi join sub-selects are not allowed with the 'OR' operator")
  if (tree.kind === "all" && tree.of.some((part) => part.kind !== "leaf" && hasJoin(part))) throw nested()
  if (leaves(tree).filter(isJoin).length > mostJoins) {
    throw malformed(`Maximum ${mostJoins} semi join sub-selects are allowed`)
  }
}

/** Refuses clauses that a sub-select cannot have, and one over the outer query's own object. */
export const checkSubSelect = (text: string, outer: SObject, inner: SObject, query: Query): void => {
  if (outer.name === inner.name) {
    throw malformed("The inner and outer selects should not be on the same object type")
  }
  const forbidden = [
    ["ORDER", query.orderBy],
    ["LIMIT", query.limit],
    ["OFFSET", query.offset],
    ["GROUP", query.groupBy],
    ["FOR", query.for]
  ] as const
  for (const [word, clause] of forbidden) {
    if (clause !== undefined) throw refusedWord(text, word, "MALFORMED_QUERY", `unexpected token: '${word}'`)
  }
}
