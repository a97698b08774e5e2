/**
 * SOQL text. Literals are escaped here and nowhere else.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
 */
import type { IdRange, Instant, Window } from "@decant/connector"

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t"
}

export const textLiteral = (text: string): string =>
  `'${text.replace(/[\\'\n\r\t]/g, (char) => escapes[char] ?? char)}'`

const datetimeLiteral = (instant: Instant): string => instant

export interface RowsQuery {
  readonly object: string
  /** Fields and parent fields, in the order of the answer. */
  readonly select: ReadonlyArray<string>
  readonly cursorField: string | null
  readonly window: Window | null
  readonly ids: IdRange | null
  /** The spec's own condition. */
  readonly where: string | null
}

const conditionsOf = (query: Omit<RowsQuery, "select">): string => {
  const { cursorField, window, ids, where } = query
  const conditions: Array<string> = []
  if (cursorField !== null && window !== null) {
    if (window.from !== null) conditions.push(`${cursorField} >= ${datetimeLiteral(window.from)}`)
    conditions.push(`${cursorField} < ${datetimeLiteral(window.to)}`)
  }
  if (ids?.from != null) conditions.push(`Id >= ${textLiteral(ids.from)}`)
  if (ids?.to != null) conditions.push(`Id < ${textLiteral(ids.to)}`)
  if (where !== null) conditions.push(`(${where})`)
  return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`
}

/**
 * No ORDER BY and no LIMIT: they switch off the server's own chunking of Bulk queries.
 * The upper bound is always there, so that rows that change while the query runs belong to the next window.
 */
export const rowsQuery = (query: RowsQuery): string =>
  `SELECT ${query.select.join(", ")} FROM ${query.object}${conditionsOf(query)}`

/** The value of `field` in the first or last of the rows. */
export const edgeQuery = (
  query: Omit<RowsQuery, "select">,
  field: string,
  direction: "ASC" | "DESC"
): string =>
  `SELECT ${field} FROM ${query.object}${conditionsOf(query)} ORDER BY ${field} ${direction} LIMIT 1`

export const countQuery = (query: Omit<RowsQuery, "select">): string =>
  `SELECT COUNT() FROM ${query.object}${conditionsOf(query)}`
