/** `decant schema`: the JSON Schema of the spec file, for editors and for checking specs in CI. */
import { specJsonSchema } from "@decant/connector"
import { Effect } from "effect"
import { Command } from "effect/cli"
import { theScreen } from "./flags.ts"

export const schema = Command.make(
  "schema",
  {},
  Effect.fnUntraced(function* () {
    const screen = yield* theScreen
    yield* screen.answer(JSON.stringify(specJsonSchema(), null, 2))
  })
).pipe(
  Command.withDescription("Print the JSON Schema of the spec file"),
  Command.withExamples([
    { command: "decant schema > decant.schema.json", description: "Completion and checks in your editor" }
  ])
)
