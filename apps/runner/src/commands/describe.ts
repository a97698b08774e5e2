/** `decant describe`: the fields of an object, as this user sees them. */
import { Effect, Option } from "effect"
import { Command } from "effect/cli"
import { theScreen, theSpecFile } from "./flags.ts"
import { asFlag, objectArgument } from "./org-flags.ts"

/** Loaded when asked for: it brings the way to the org. */
const loadActions = Effect.promise(() => import("../org/show-schema.ts"))

export const describe = Command.make(
  "describe",
  { object: objectArgument, as: asFlag },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const file = yield* theSpecFile(Option.none())
    const { showFields } = yield* loadActions
    yield* showFields({ screen, file, as: input.as, by: "decant describe", object: input.object })
  })
).pipe(
  Command.withDescription("Show an object's fields: types, what is required, what may be written"),
  Command.withExamples([
    { command: "decant describe Account", description: "A table" },
    { command: "decant describe Account --json | jq .fields[].name", description: "For a script" }
  ])
)
