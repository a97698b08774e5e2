/** The answer of a SQL query over the copy as a CSV file that can be loaded: the way back into the org. */
import { join } from "node:path"
import { Effect, Stream } from "effect"
import { askCopy } from "../commands/query.ts"
import { makePrivateFolder, writeWhole } from "../files.ts"
import { RunnerError } from "../runner-error.ts"
import { count } from "../terminal/numbers.ts"
import type { Screen } from "../terminal/screen.ts"

const mostRows = 1_000_000

/** What a load takes for null; an empty value leaves the field as it is. */
const cleared = "#N/A"

const cellOf = (value: unknown, nullText: string): string => {
  if (value === null || value === undefined) return nullText
  // A multi-select picklist.
  if (Array.isArray(value)) return value.join(";")
  const text = typeof value === "object" ? JSON.stringify(value) : String(value)
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export const copyToCsv = Effect.fnUntraced(function* (of: {
  readonly file: string
  readonly sql: string
  readonly folder: string
  /** NULL empties the field instead of leaving it as it is. */
  readonly clearsNulls: boolean
  readonly screen: Screen
}) {
  const result = yield* askCopy({ file: of.file, sql: of.sql, maxRows: mostRows, screen: of.screen })
  if (result.truncated) {
    return yield* RunnerError.usage(
      `The query has more than ${count(mostRows)} rows.`,
      "Load it in pieces: give the query a WHERE, or LIMIT and OFFSET with ORDER BY."
    )
  }
  const path = join(of.folder, `from-${new Date().toISOString().replaceAll(/[-:.]/g, "").slice(0, 15)}.csv`)
  yield* makePrivateFolder(of.folder)
  const nullText = of.clearsNulls ? cleared : ""
  const lines = [
    result.columns.map(({ name }) => cellOf(name, "")),
    ...result.rows.map((row) => row.map((value) => cellOf(value, nullText)))
  ]
  yield* writeWhole(path, Stream.fromIterable(lines.map((line) => `${line.join(",")}\n`)))
  return path
})
