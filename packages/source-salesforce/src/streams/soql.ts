/**
 * SOQL text. Literals are escaped here and nowhere else.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
 */
import type { Instant, Window } from "@decant/connector"

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
  /** The spec's own condition. */
  readonly where: string | null
}

/**
 * No ORDER BY and no LIMIT: they switch off the server's own chunking of Bulk queries.
 * The upper bound is always there, so that rows that change while the query runs belong to the next window.
 */
export const rowsQuery = (query: RowsQuery): string => {
  const conditions: Array<string> = []
  if (query.cursorField !== null && query.window !== null) {
    if (query.window.from !== null) {
      conditions.push(`${query.cursorField} >= ${datetimeLiteral(query.window.from)}`)
    }
    conditions.push(`${query.cursorField} < ${datetimeLiteral(query.window.to)}`)
  }
  if (query.where !== null) conditions.push(`(${query.where})`)
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`
  return `SELECT ${query.select.join(", ")} FROM ${query.object}${where}`
}
