/** `decant verify`: proves that the copy is what Salesforce held, row by row. */
import { DurationText, type Sample } from "@decant/connector"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { exitCodeOfVerify } from "../exit-code.ts"
import { RunnerError } from "../runner-error.ts"
import { readSpec } from "../spec-file.ts"
import { runVerify } from "../verify/run-verify.ts"
import { noteLines, verifyText } from "../verify/verify-table.ts"
import { asTyped } from "./as-typed.ts"
import { specArgument, theScreen, theSpecFile } from "./flags.ts"

const defaultSample = 10_000

const sampleOf = (text: string): Effect.Effect<Sample, RunnerError> => {
  if (text === "all") return Effect.succeed("all")
  const rows = /^\d{1,9}$/.test(text) ? Number(text) : 0
  return rows > 0
    ? Effect.succeed(rows)
    : Effect.fail(
        RunnerError.usage(
          `--sample ${text} is neither a number of rows nor \`all\`.`,
          "For example `--sample 50000`."
        )
      )
}

export const verify = Command.make(
  "verify",
  {
    spec: specArgument,
    quick: Flag.Boolean("quick").pipe(
      Flag.withDescription("Compare counts only: two calls for each stream"),
      Flag.withDefault(false)
    ),
    repair: Flag.Boolean("repair").pipe(
      Flag.withDescription("Read what differs and put it right"),
      Flag.withDefault(false)
    ),
    streams: Flag.String("stream").pipe(
      Flag.withMetavar("S"),
      Flag.withDescription("Only this stream (may be repeated)"),
      Flag.atLeast(0)
    ),
    sample: Flag.String("sample").pipe(
      Flag.withMetavar("N|all"),
      Flag.withDescription(
        "Of tables of more than 200,000 rows compare all values of so many (default 10,000)"
      ),
      Flag.withDefault(String(defaultSample))
    ),
    wait: Flag.String("wait").pipe(
      Flag.withMetavar("10m"),
      Flag.withDescription("How long --repair waits for a sync that is at it"),
      Flag.withSchema(DurationText),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    if (input.quick && input.repair) {
      return yield* RunnerError.usage(
        "--quick and --repair exclude each other: counts do not tell which rows differ.",
        "Give one of them."
      )
    }
    const sample = yield* sampleOf(input.sample)
    const specFile = yield* readSpec(yield* theSpecFile(input.spec), process.env)
    for (const warning of specFile.warnings) yield* screen.note(`Warning: ${warning}`)
    const { report, dispositions, location } = yield* runVerify({
      specFile,
      screen,
      only: input.streams,
      sample,
      quick: input.quick,
      repair: input.repair,
      wait: Option.isSome(input.wait) ? input.wait : Option.none()
    })
    process.exitCode = exitCodeOfVerify(report.streams, dispositions)
    for (const line of noteLines(report, screen.err)) yield* screen.note(line)
    if (screen.json) return yield* screen.answer(JSON.stringify(report))
    if (screen.quiet) return
    yield* screen.answer(verifyText(report, asTyped(location), screen.out))
  }, Effect.scoped)
).pipe(
  Command.withDescription("Prove the copy: compare it with Salesforce, row by row and value by value"),
  Command.withExamples([
    { command: "decant verify acme.yaml", description: "Exit code 0: the same; 7: it names what differs" },
    { command: "decant verify acme.yaml --quick", description: "Counts only, in two calls for each stream" },
    { command: "decant verify acme.yaml --repair", description: "Read what differs and put it right" },
    {
      command: "decant verify acme.yaml --stream Account --sample all",
      description: "Every value of a big table"
    },
    { command: "decant verify acme.yaml --json | jq .status", description: "In a scheduler" }
  ])
)
