/** The result of a query as a table, CSV (RFC 4180) or JSON. */
import type { QueryResult } from "@decant/connector"
import type { Surface } from "../terminal/screen.ts"
import { type Cell, textTable } from "../terminal/text-table.ts"

const numeric = /^(U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|DOUBLE|FLOAT|REAL|DECIMAL|NUMERIC)\b/i

const text = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value))

const wholeSecond = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.0+)?Z$/

/** Times as people read them; they are UTC. */
const cell = (value: unknown): Cell =>
  value === null || value === undefined ? null : text(value).replace(wholeSecond, "$1 $2")

export const queryTable = (result: QueryResult, surface: Surface): string =>
  textTable({
    columns: result.columns.map((column) => ({
      name: column.name,
      align: numeric.test(column.type) ? "right" : "left"
    })),
    rows: result.rows.map((row) => row.map(cell)),
    surface
  })

const csvCell = (value: unknown): string => {
  if (value === null || value === undefined) return ""
  const plain = text(value)
  // An empty text is quoted, so that it differs from null.
  return plain === "" || /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

export const csvLine = (row: ReadonlyArray<unknown>): string => row.map(csvCell).join(",")

export const queryCsv = (result: QueryResult): string =>
  [result.columns.map((column) => column.name), ...result.rows].map(csvLine).join("\r\n")

export const queryJson = (result: QueryResult): string =>
  JSON.stringify({
    columns: result.columns,
    rows: result.rows,
    ...(result.truncated ? { truncated: true } : {})
  })
