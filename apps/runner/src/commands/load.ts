/** `decant load`: a CSV file, or rows of the copy, into the org. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { RunnerError } from "../runner-error.ts"
import { theScreen, theSpecFile } from "./flags.ts"
import { asFlag, yesFlag } from "./org-flags.ts"

/** Loaded when asked for: it brings the way to the org. */
const loadActions = Effect.promise(() => import("../org/load-actions.ts"))

const operations = ["insert", "update", "upsert", "delete"] as const

const example =
  "For example: `decant load accounts.csv --object Account --operation upsert --external-id Key__c`."

const mapOf = (texts: ReadonlyArray<string>): Effect.Effect<Record<string, string>, RunnerError> =>
  Effect.map(
    Effect.forEach(texts, (text) => {
      const at = text.lastIndexOf("=")
      return at < 1
        ? Effect.fail(
            RunnerError.usage(
              `--map ${text} names no field.`,
              "Write `--map Column=Field`, or `--map Column=` to leave the column out."
            )
          )
        : Effect.succeed([text.slice(0, at), text.slice(at + 1)] as const)
    }),
    Object.fromEntries
  )

const rowsOf = (file: Option.Option<string>, sql: Option.Option<string>, clearsNulls: boolean) => {
  if (Option.isSome(file) === Option.isSome(sql)) {
    return Effect.fail(
      RunnerError.usage("The rows are to be given once: as a file, or as a query by --from.", example)
    )
  }
  return Effect.succeed(
    Option.isSome(file) ? { file: file.value } : { sql: Option.getOrElse(sql, () => ""), clearsNulls }
  )
}

const whatToDo = Effect.fnUntraced(function* (
  object: Option.Option<string>,
  operation: Option.Option<(typeof operations)[number]>,
  externalId: Option.Option<string>
) {
  if (Option.isNone(object)) return yield* RunnerError.usage("The load needs --object.", example)
  if (Option.isNone(operation)) {
    return yield* RunnerError.usage(`The load needs --operation: ${operations.join(", ")}.`, example)
  }
  if (Option.isSome(externalId) && operation.value !== "upsert") {
    return yield* RunnerError.usage(
      `--external-id goes with upsert, not with ${operation.value}.`,
      "Leave it out, or use `--operation upsert`."
    )
  }
  return {
    object: object.value,
    operation: operation.value,
    ...(Option.isSome(externalId) ? { externalId: externalId.value } : {})
  }
})

export const load = Command.make(
  "load",
  {
    file: Argument.String("file").pipe(
      Argument.withDescription("A CSV file in UTF-8; its header names fields"),
      Argument.optional
    ),
    from: Flag.String("from").pipe(
      Flag.withMetavar("SQL"),
      Flag.withDescription("Take the rows from a query over the copy instead"),
      Flag.optional
    ),
    object: Flag.String("object").pipe(
      Flag.withMetavar("OBJECT"),
      Flag.withDescription("Where the rows go, e.g. Account"),
      Flag.optional
    ),
    operation: Flag.Literals("operation", operations).pipe(
      Flag.withDescription("What is done with them"),
      Flag.optional
    ),
    externalId: Flag.String("external-id").pipe(
      Flag.withMetavar("FIELD"),
      Flag.withDescription("The field by which an upsert finds its record (default Id)"),
      Flag.optional
    ),
    map: Flag.String("map").pipe(
      Flag.withMetavar("COLUMN=FIELD"),
      Flag.withDescription("The field of a column; nothing after = leaves it out (may be repeated)"),
      Flag.atLeast(0)
    ),
    api: Flag.Literals("api", ["bulk", "collections"]).pipe(
      Flag.withDescription("Bulk jobs, or calls of 200 records (default by size)"),
      Flag.optional
    ),
    clearNulls: Flag.Boolean("clear-nulls").pipe(
      Flag.withDescription("With --from: NULL empties the field instead of leaving it as it is"),
      Flag.withDefault(false)
    ),
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withDescription("Check the file against the object and show the plan; send nothing"),
      Flag.withDefault(false)
    ),
    resume: Flag.String("resume").pipe(
      Flag.withMetavar("ID"),
      Flag.withDescription("Go on with a load, by its id or the id of one of its jobs"),
      Flag.optional
    ),
    list: Flag.Boolean("list").pipe(
      Flag.withDescription("Show the loads of this spec"),
      Flag.withDefault(false)
    ),
    again: Flag.Boolean("again").pipe(
      Flag.withDescription("Begin anew though an earlier load of the file is not finished"),
      Flag.withDefault(false)
    ),
    yes: yesFlag,
    as: asFlag
  },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const file = yield* theSpecFile(Option.none())
    const command = { screen, file, as: input.as, by: "decant load" }
    const actions = yield* loadActions
    if (input.list) return yield* actions.listLoads(command)
    if (Option.isSome(input.resume)) return yield* actions.resumeLoad({ ...command, id: input.resume.value })
    const rows = yield* rowsOf(input.file, input.from, input.clearNulls)
    const what = yield* whatToDo(input.object, input.operation, input.externalId)
    const request = {
      ...what,
      map: yield* mapOf(input.map),
      again: input.again,
      ...(Option.isSome(input.api) ? { api: input.api.value } : {})
    }
    yield* actions.loadFile({ ...command, rows, request, dryRun: input.dryRun, yes: input.yes })
  })
).pipe(
  Command.withDescription("Load a CSV file, or rows of the copy, into the org"),
  Command.withExamples([
    {
      command: "decant load accounts.csv --object Account --operation upsert --external-id Key__c",
      description: "Change or make records"
    },
    {
      command:
        "decant load leads.csv --object Lead --operation insert --map Firma=Company --map Notiz= --dry-run",
      description: "Check first; nothing is sent"
    },
    {
      command:
        'decant load --from "SELECT Id, score AS Score__c FROM scores" --object Account --operation update',
      description: "From the copy back into the org"
    },
    { command: "decant load --resume 20261122-101500-a1b2c3", description: "Go on after an interruption" }
  ])
)
