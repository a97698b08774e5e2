/** `decant plan`: what the next sync will read and cost, without changing anything. */
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { readSpec } from "../spec-file.ts"
import { specArgument, theScreen, theSpecFile } from "./flags.ts"
import { showPlan } from "./show-plan.ts"

export const plan = Command.make(
  "plan",
  {
    spec: specArgument,
    streams: Flag.String("stream").pipe(
      Flag.withMetavar("S"),
      Flag.withDescription("Only this stream (may be repeated)"),
      Flag.atLeast(0)
    )
  },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const specFile = yield* readSpec(yield* theSpecFile(input.spec), process.env)
    for (const warning of specFile.warnings) yield* screen.note(`Warning: ${warning}`)
    yield* showPlan({ specFile, screen, only: input.streams, fullRefresh: [] })
  })
).pipe(
  Command.withDescription(
    "See what the next sync will read, of how many rows, by which API, and about what it costs"
  ),
  Command.withExamples([
    { command: "decant plan acme.yaml", description: "Before the next sync" },
    { command: "decant plan acme.yaml --json", description: "For a script" }
  ])
)
