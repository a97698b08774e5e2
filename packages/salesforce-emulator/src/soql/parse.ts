/**
 * From SOQL text to the parser's tree, with Salesforce's syntax errors. The grammar is
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select.htm
 */
import type { parseQuery, Query } from "@jetstreamapp/soql-parser-js"
import { Effect } from "effect"
import type { SalesforceError } from "../server/salesforce-error.ts"
import { malformed, refusedAt, refusedWord } from "./refusal.ts"

const longest = 100_000

/** Reads the place and the token out of the parser's own message. */
const asRefusal = (text: string, message: string): SalesforceError => {
  const unexpected = /unexpected character: ->(.)<- at offset: (\d+)/su.exec(message)
  if (unexpected !== null) {
    const at = Number(unexpected[2])
    const row = text.slice(0, at).split("\n").length
    const column = at - text.lastIndexOf("\n", at - 1) - 1
    return malformed(
      unexpected[1] === "'"
        ? `line ${row}:${column} mismatched character '<EOF>' expecting '''`
        : `line ${row}:${column} no viable alternative at character '${unexpected[1]}'`
    )
  }
  const found = /found:?\s*(?:-->)?\s*'?([^'\s]*)'?/u.exec(message.replaceAll("\n", " "))?.[1] ?? ""
  if (found === "") return malformed("unexpected token: '<EOF>'")
  return refusedWord(text, found, "MALFORMED_QUERY", `unexpected token: '${found}'`)
}

export type Parser = typeof parseQuery

/** The grammar takes a quarter of a second to load, so it is loaded by the first query and not by the start. */
export const parser: Effect.Effect<Parser> = Effect.map(
  Effect.promise(() => import("@jetstreamapp/soql-parser-js")),
  (loaded) => loaded.parseQuery
)

/** Parses a query; throws the refusal. */
export const parse = (parseQuery: Parser, text: string): Query => {
  if (text.trim() === "") throw malformed("unexpected token: '<EOF>'")
  if (text.length > longest) throw malformed(`SOQL statements cannot be longer than ${longest} characters.`)
  const doubled = /\bALL\s+ROWS\s*$/iu.exec(text)
  if (doubled !== null)
    throw refusedAt(text, doubled.index, "MALFORMED_QUERY", "ALL ROWS not allowed in this context")
  try {
    return parseQuery(text)
  } catch (cause) {
    throw asRefusal(text, cause instanceof Error ? cause.message : String(cause))
  }
}
