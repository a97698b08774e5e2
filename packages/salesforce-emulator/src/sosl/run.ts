/** Runs a search: one query an object, with the term as a further condition. */
import { Effect } from "effect"
import { type Field, isStored, isTextType, type SObject } from "../org/field.ts"
import type { Org } from "../org/org.ts"
import { quoted } from "../org/store.ts"
import { SalesforceError } from "../server/salesforce-error.ts"
import { rowJson } from "../soql/json-rows.ts"
import { type Plan, planQuery, selectRows } from "../soql/plan.ts"
import type { Search, SearchGroup } from "./search.ts"
import { termCondition } from "./term.ts"

/** Longer texts are searched too, but not their end. */
const longestText = 131_072

const inGroup = (group: SearchGroup, field: Field): boolean => {
  if (!isTextType(field.type) || !isStored(field) || field.type === "base64" || field.length > longestText)
    return false
  switch (group) {
    case "NAME":
      return field.nameField || /^(First|Last)Name$/.test(field.name)
    case "EMAIL":
      return field.type === "email"
    case "PHONE":
      return field.type === "phone"
    default:
      return field.type !== "picklist" && field.type !== "multipicklist"
  }
}

/** All texts of a record's group in one, in lower case, or nothing to search in. */
const searchedText = (object: SObject, group: SearchGroup, alias: string): string | undefined => {
  const columns = object.fields
    .filter((field) => inGroup(group, field))
    .map((field) => `${alias}.${quoted(field.name)}`)
  return columns.length === 0 ? undefined : `lower(concat_ws(chr(10), ${columns.join(", ")}))`
}

const aliasOf = (plan: Plan) => plan.idSql.slice(0, plan.idSql.indexOf("."))

/** Adds the term to a plan; undefined when the object has nothing to search in. */
const narrow = (plan: Plan, { term, group }: Search): Effect.Effect<Plan | undefined, SalesforceError> =>
  Effect.suspend(() => {
    const text = searchedText(plan.object, group, aliasOf(plan))
    if (text === undefined) return Effect.succeed(undefined)
    try {
      return Effect.succeed({ ...plan, where: `${plan.where} AND ${termCondition(term, text)}` })
    } catch (thrown) {
      return thrown instanceof SalesforceError ? Effect.fail(thrown) : Effect.die(thrown)
    }
  })

const everything = (org: Org["Service"]) =>
  org.schema
    .all()
    .filter(({ traits }) => traits.searchable && traits.queryable)
    .map(({ name }) => ({ object: name, fields: "", tail: "" }))

/** The JSON texts of the records found, object by object. */
export const runSearch = Effect.fnUntraced(function* (org: Org["Service"], search: Search, version: string) {
  const returning = search.returning.length === 0 ? everything(org) : search.returning
  const found: Array<string> = []
  for (const { object, fields, tail } of returning) {
    const soql = `SELECT ${fields === "" ? "Id" : fields} FROM ${object} ${tail}`
    const plan = yield* narrow(yield* planQuery(org, soql, { all: false }), search)
    if (plan === undefined) continue
    const limit = Math.min(plan.limit ?? search.limit, search.limit - found.length)
    if (limit <= 0) break
    const rows = yield* org.store.rows(selectRows({ ...plan, limit }, rowJson(plan, version)))
    for (const [text] of rows) found.push(String(text))
  }
  return found
})
