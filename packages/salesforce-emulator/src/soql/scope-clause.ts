/**
 * USING SCOPE: which records of an object a query looks at before its conditions.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_using_scope.htm
 */
import type { Org } from "../org/org.ts"
import { literal } from "../org/store.ts"
import { has } from "../org/writes.ts"
import { refusedWord } from "./refusal.ts"
import type { Scope } from "./scope.ts"

/** Scopes that the users of an org without teams, territories and delegates find empty. */
const empty = new Set(["delegated", "mine_and_my_groups", "my_team_territory", "my_territory", "team"])

/** The condition a scope stands for; undefined for every record. */
export const scopeCondition = (
  org: Pick<Org["Service"], "sight">,
  scope: Scope,
  name: string | undefined
): string | undefined => {
  const word = name?.toLowerCase()
  if (word === undefined || word === "everything" || word === "scopingrule") return undefined
  const owned = has(scope.base.object, "OwnerId")
  if (word === "mine" && owned) return `${scope.base.alias}."OwnerId" = ${literal(org.sight.userId)}`
  if (empty.has(word) && owned) {
    return word === "mine_and_my_groups"
      ? `${scope.base.alias}."OwnerId" = ${literal(org.sight.userId)}`
      : "false"
  }
  throw refusedWord(
    scope.query,
    name ?? "",
    "MALFORMED_QUERY",
    `Invalid scope '${name}' for entity '${scope.base.object.name}'`
  )
}
