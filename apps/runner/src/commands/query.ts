/** `decant query`: read-only SQL over the copy. Needs no credentials of the source. */
import type { QueryResult } from "@decant/connector"
import { Effect, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { findDestination } from "../registry.ts"
import { RunnerError } from "../runner-error.ts"
import { readCopySpec } from "../spec-file.ts"
import { count, counted } from "../terminal/numbers.ts"
import type { Screen } from "../terminal/screen.ts"
import { theScreen, theSpecFile } from "./flags.ts"
import { queryCsv, queryJson, queryTable } from "./query-format.ts"

const secondsAtMost = 300
const tableRows = 1_000
const fileRows = 1_000_000

type Format = "table" | "csv" | "json"

const formatted = (format: Format, result: QueryResult, screen: Screen): string => {
  if (format === "json") return queryJson(result)
  return format === "csv" ? queryCsv(result) : queryTable(result, screen.out)
}

/** Runs one statement over the destination of a spec. */
export const askCopy = Effect.fnUntraced(function* (of: {
  readonly file: string
  readonly sql: string
  readonly maxRows: number
  readonly screen: Screen
}) {
  const { file, sql, maxRows, screen } = of
  const { spec, folder } = yield* readCopySpec(file, process.env)
  const connector = yield* findDestination(spec.destination.type)
  const destination = yield* connector.open({ spec, folder, orgId: null, notice: screen.note })
  return yield* destination.query(sql, { maxRows, seconds: secondsAtMost })
}, Effect.scoped)

export const query = Command.make(
  "query",
  {
    sql: Argument.String("sql").pipe(Argument.withDescription("One SELECT statement, in quotes")),
    format: Flag.Literals("format", ["table", "csv", "json"]).pipe(
      Flag.withDescription("How to print the rows (default table)"),
      Flag.optional
    ),
    limit: Flag.Int("limit").pipe(
      Flag.withMetavar("N"),
      Flag.withDescription(
        `Print at most N rows (default ${count(tableRows)} in a table, else ${count(fileRows)})`
      ),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000_000 }))),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const wanted = Option.getOrUndefined(input.format)
    if (screen.json && wanted !== undefined && wanted !== "json") {
      return yield* RunnerError.usage(
        `--json and --format ${wanted} exclude each other.`,
        "Give one of them."
      )
    }
    const format: Format = screen.json ? "json" : (wanted ?? "table")
    const limit = Option.getOrElse(input.limit, () => (format === "table" ? tableRows : fileRows))
    const file = yield* theSpecFile(Option.none())
    const result = yield* askCopy({ file, sql: input.sql, maxRows: limit, screen })
    yield* screen.answer(formatted(format, result, screen))
    const rows = counted(result.rows.length, "row")
    if (result.truncated) yield* screen.note(`The first ${rows}; there are more: \`--limit\` shows them.`)
    else if (format === "table") yield* screen.note(rows)
  })
).pipe(
  Command.withDescription("Ask the copy with read-only SQL"),
  Command.withExamples([
    { command: 'decant query "SELECT Name, Industry FROM account_live LIMIT 10"', description: "A table" },
    {
      command: 'decant query --spec acme.yaml --format csv "FROM account_roles" > roles.csv',
      description: "A file for a spreadsheet"
    },
    {
      command: 'decant query --json "SELECT count(*) AS accounts FROM Account" | jq .rows[0][0]',
      description: "For a script"
    }
  ])
)
