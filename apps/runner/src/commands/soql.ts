/** `decant soql`: asks the org. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { RunnerError } from "../runner-error.ts"
import { theScreen, theSpecFile } from "./flags.ts"
import { asFlag } from "./org-flags.ts"

/** Loaded when asked for: it brings the way to the org. */
const loadActions = Effect.promise(() => import("../org/query-org.ts"))

const bothWays = RunnerError.usage("--bulk and --rest exclude each other.", "Give one of them, or neither.")
const bulkIsCsv = RunnerError.usage(
  "A Bulk job and --output yield CSV.",
  "Add `--format csv`, or leave out the flag. With `--json --output FILE` the document says where the rows are."
)

export const soql = Command.make(
  "soql",
  {
    statement: Argument.String("soql").pipe(
      Argument.withDescription("One SOQL statement, in quotes; it is sent as it is")
    ),
    format: Flag.Literals("format", ["table", "csv", "json"]).pipe(
      Flag.withDescription("How to print the rows (default table)"),
      Flag.optional
    ),
    allRows: Flag.Boolean("all-rows").pipe(
      Flag.withDescription("Deleted and archived rows too"),
      Flag.withDefault(false)
    ),
    flat: Flag.Boolean("flat").pipe(
      Flag.withDescription("In JSON: parents as Account.Name, as in a table and CSV"),
      Flag.withDefault(false)
    ),
    bulk: Flag.Boolean("bulk").pipe(
      Flag.withDescription("By a Bulk job, as CSV (else chosen by size)"),
      Flag.withDefault(false)
    ),
    rest: Flag.Boolean("rest").pipe(Flag.withDescription("Never by a Bulk job"), Flag.withDefault(false)),
    output: Flag.String("output").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription("Write the rows there, as CSV"),
      Flag.optional
    ),
    as: asFlag
  },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const asksCsv = input.bulk || Option.isSome(input.output)
    const wanted = Option.getOrElse(input.format, () => {
      if (asksCsv) return "csv" as const
      return screen.json ? ("json" as const) : ("table" as const)
    })
    if (input.bulk && input.rest) return yield* bothWays
    if (asksCsv && wanted !== "csv") return yield* bulkIsCsv
    if (screen.json && wanted !== "json" && Option.isNone(input.output)) {
      return yield* RunnerError.usage(
        `--json does not go with ${input.bulk ? "--bulk" : `--format ${wanted}`}.`,
        "Leave one of them out, or write the rows to a file: `--output rows.csv`."
      )
    }
    const file = yield* theSpecFile(Option.none())
    const { queryOrg } = yield* loadActions
    yield* queryOrg({
      screen,
      file,
      as: input.as,
      by: "decant soql",
      statement: input.statement,
      format: wanted,
      allRows: input.allRows,
      isFlat: input.flat,
      api: input.bulk ? "bulk" : input.rest ? "rest" : "auto",
      output: Option.getOrNull(input.output)
    })
  })
).pipe(
  Command.withDescription("Ask the org itself with SOQL"),
  Command.withExamples([
    {
      command: 'decant soql "SELECT Id, Name, Owner.Name FROM Account ORDER BY CreatedDate DESC LIMIT 5"',
      description: "A table"
    },
    {
      command: 'decant soql "SELECT Id, Email FROM Contact" --format csv > contacts.csv',
      description: "All rows"
    },
    {
      command: 'decant soql "SELECT Name, (SELECT LastName FROM Contacts) FROM Account" --json',
      description: "Nested, for a script"
    },
    { command: 'decant soql "SELECT COUNT() FROM Lead" --all-rows', description: "With deleted ones" }
  ])
)
