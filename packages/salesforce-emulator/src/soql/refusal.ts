/**
 * Salesforce's refusals of a query. Most are headed by a banner: the query, a caret under the word at fault, and
 * its row and column.
 */
import { badRequest, type SalesforceError } from "../server/salesforce-error.ts"

/** How much of a long line the banner shows on each side of the caret. */
const shown = 80

/** Where `word` stands in the query as a word of its own, outside of text literals; 0 when it does not. */
const findWord = (query: string, word: string): number => {
  const pattern = /'(?:\\.|[^'\\])*'|[\w.]+|\S/gsu
  for (const match of query.matchAll(pattern)) {
    if (match[0].toLowerCase() === word.toLowerCase()) return match.index
  }
  const loose = query.toLowerCase().indexOf(word.toLowerCase())
  return Math.max(loose, 0)
}

/** A refusal that points at a position in the query. */
export const refusedAt = (query: string, at: number, errorCode: string, message: string): SalesforceError => {
  const before = query.slice(0, at)
  const row = before.split("\n").length
  const lineStart = before.lastIndexOf("\n") + 1
  const lineEnd = query.indexOf("\n", at)
  const column = at - lineStart
  const from = Math.max(0, column - shown)
  const line = query.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).slice(from, column + shown)
  const banner = `\n${line}\n${" ".repeat(column - from)}^\nERROR at Row:${row}:Column:${column + 1}\n`
  return badRequest(errorCode, banner + message)
}

/** A refusal that points at a word of the query. */
export const refusedWord = (
  query: string,
  word: string,
  errorCode: string,
  message: string
): SalesforceError => refusedAt(query, findWord(query, word), errorCode, message)

const reference = "Please reference your WSDL or the describe call for the appropriate names."

export const noSuchColumn = (query: string, word: string, column: string, entity: string) =>
  refusedWord(
    query,
    word,
    "INVALID_FIELD",
    `No such column '${column}' on entity '${entity}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. ${reference}`
  )

export const noSuchRelationship = (query: string, word: string, relationship: string) =>
  refusedWord(
    query,
    word,
    "INVALID_FIELD",
    `Didn't understand relationship '${relationship}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. ${reference}`
  )

export const noSuchChildRelationship = (query: string, relationship: string) =>
  refusedWord(
    query,
    relationship,
    "INVALID_TYPE",
    `Didn't understand relationship '${relationship}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. ${reference}`
  )

export const noSuchObject = (query: string, object: string) =>
  refusedWord(
    query,
    object,
    "INVALID_TYPE",
    `sObject type '${object}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. ${reference}`
  )

export const malformed = (message: string) => badRequest("MALFORMED_QUERY", message)

/** Refuses GROUPING() of what the rows are not grouped by; `sql` is any expression. */
export const checkGrouping = (query: string, word: string, sql: string, grouped: ReadonlyArray<string>) => {
  const inner = /^grouping\((.*)\)$/s.exec(sql)?.[1]
  if (inner !== undefined && !grouped.includes(inner)) {
    throw refusedWord(query, word, "MALFORMED_QUERY", `Field must be grouped or aggregated: ${word}`)
  }
}
