/**
 * SOSL text, `FIND {term} IN group RETURNING Object(fields …), … LIMIT n`.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_sosl_syntax.htm
 */
import { badRequest } from "../server/salesforce-error.ts"
import { mostHits, type Returning, type Search, type SearchGroup } from "./search.ts"

export const malformedSearch = (message: string) => badRequest("MALFORMED_SEARCH", message)

const find = /^\s*FIND\s+/i
const within = /^\s*IN\s+(ALL|NAME|EMAIL|PHONE|SIDEBAR)\s+FIELDS\b/i
const returningWord = /^\s*RETURNING\s+/i
const limitWord = /^\s*LIMIT\s+(\d+)\s*$/i
/** Clauses that change nothing in an org without data categories, divisions or snippets. */
const ignored = /^\s*WITH\s+\w+\s*(?:=|IN|LIKE|AT)?\s*(?:\([^)]*\)|'[^']*'|\w+)?(?=\s|$)/i

const readTerm = (text: string): readonly [string, string] => {
  if (!text.startsWith("{")) {
    throw malformedSearch("No search term found. The search term must be enclosed in braces.")
  }
  const end = /(?<!\\)\}/.exec(text)
  if (end === null) throw malformedSearch("line 1: missing '}' after the search term")
  return [text.slice(1, end.index).replaceAll(/\\([{}])/g, "$1"), text.slice(end.index + 1)]
}

/** Splits at the commas that are outside of parentheses and quotes. */
const splitList = (text: string): ReadonlyArray<string> => {
  const parts: Array<string> = []
  let [depth, from] = [0, 0]
  for (const { 0: token, index } of text.matchAll(/'(?:\\.|[^'\\])*'|[(),]/g)) {
    if (token === "(") depth++
    else if (token === ")") depth--
    else if (token === "," && depth === 0) {
      parts.push(text.slice(from, index))
      from = index + 1
    }
  }
  return [...parts, text.slice(from)].map((part) => part.trim())
}

const readReturning = (text: string): Returning => {
  const match = /^(\w+)\s*(?:\((.*)\))?$/s.exec(text)
  if (match === null) throw malformedSearch(`unexpected token: '${text}'`)
  const [, object = "", inside = ""] = match
  const tailAt = /\b(?:WHERE|ORDER\s+BY|LIMIT|OFFSET|USING)\b/i.exec(inside)?.index ?? inside.length
  return { object, fields: inside.slice(0, tailAt).trim(), tail: inside.slice(tailAt).trim() }
}

/** Where the RETURNING list ends: at a LIMIT or WITH outside of its parentheses. */
const returningEnd = (text: string): number => {
  let depth = 0
  for (const { 0: token, index } of text.matchAll(/'(?:\\.|[^'\\])*'|[()]|\b(?:LIMIT|WITH|UPDATE)\b/gi)) {
    if (token === "(") depth++
    else if (token === ")") depth--
    else if (depth === 0 && !token.startsWith("'")) return index
  }
  return text.length
}

/** Reads a search; throws the refusal. */
export const parseSearch = (text: string): Search => {
  const start = find.exec(text)
  if (start === null) throw malformedSearch(`unexpected token: '${text.trim().split(/\s/)[0] ?? ""}'`)
  const [term, afterTerm] = readTerm(text.slice(start[0].length))
  let rest = afterTerm
  let group: SearchGroup = "ALL"
  const inGroup = within.exec(rest)
  if (inGroup !== null) {
    group = (inGroup[1] ?? "ALL").toUpperCase() as SearchGroup
    rest = rest.slice(inGroup[0].length)
  }
  let returning: ReadonlyArray<Returning> = []
  const list = returningWord.exec(rest)
  if (list !== null) {
    rest = rest.slice(list[0].length)
    const end = returningEnd(rest)
    returning = splitList(rest.slice(0, end)).map(readReturning)
    rest = rest.slice(end)
  }
  for (let clause = ignored.exec(rest); clause !== null; clause = ignored.exec(rest)) {
    rest = rest.slice(clause[0].length)
  }
  const limit = limitWord.exec(rest)
  if (limit === null && rest.trim() !== "") {
    throw malformedSearch(`unexpected token: '${rest.trim().split(/\s/)[0] ?? ""}'`)
  }
  return { term, group, returning, limit: Math.min(Number(limit?.[1] ?? mostHits), mostHits) }
}
