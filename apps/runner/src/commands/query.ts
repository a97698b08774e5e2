/** `decant query`: read-only SQL over the copy. Needs no credentials of the source. */
import type { QueryResult } from "@decant/connector"
import { Effect, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { readText } from "../files.ts"
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

const oneOf = RunnerError.usage(
  "The statement is to be given once: in quotes, or in the file that --file names.",
  'For example: `decant query "SELECT count(*) FROM Account"` or `decant query --file pipeline.sql`.'
)

const statement = Effect.fnUntraced(function* (of: {
  readonly sql: Option.Option<string>
  readonly file: Option.Option<string>
}) {
  if (Option.isSome(of.sql) === Option.isSome(of.file)) return yield* oneOf
  if (Option.isSome(of.sql)) return of.sql.value
  const path = Option.getOrElse(of.file, () => "")
  const text = yield* readText(path)
  return text ?? (yield* RunnerError.usage(`There is no file ${path}.`, "Correct the name after --file."))
})

export const query = Command.make(
  "query",
  {
    sql: Argument.String("sql").pipe(
      Argument.withDescription("One SELECT statement, in quotes"),
      Argument.optional
    ),
    file: Flag.String("file").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription("Take the statement from this file"),
      Flag.optional
    ),
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
    const sql = yield* statement(input)
    const file = yield* theSpecFile(Option.none())
    const result = yield* askCopy({ file, sql, maxRows: limit, screen })
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
    { command: "decant query --file pipeline.sql", description: "A statement kept in a file" },
    {
      command: 'decant query --json "SELECT count(*) AS accounts FROM Account" | jq .rows[0][0]',
      description: "For a script"
    }
  ])
)
