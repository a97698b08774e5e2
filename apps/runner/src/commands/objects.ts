/** `decant objects`: the objects of the org that this user may see. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { theScreen, theSpecFile } from "./flags.ts"
import { asFlag } from "./org-flags.ts"

/** Loaded when asked for: it brings the way to the org. */
const loadActions = Effect.promise(() => import("../org/show-schema.ts"))

export const objects = Command.make(
  "objects",
  {
    filter: Argument.String("text").pipe(
      Argument.withDescription("Only objects with this in their name or label"),
      Argument.optional
    ),
    custom: Flag.Boolean("custom").pipe(Flag.withDescription("Only custom objects"), Flag.withDefault(false)),
    as: asFlag
  },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const file = yield* theSpecFile(Option.none())
    const { showObjects } = yield* loadActions
    yield* showObjects({
      screen,
      file,
      as: input.as,
      by: "decant objects",
      text: Option.getOrElse(input.filter, () => ""),
      onlyCustom: input.custom
    })
  })
).pipe(
  Command.withDescription("List the org's objects"),
  Command.withExamples([
    { command: "decant objects", description: "All that this user may see" },
    { command: "decant objects invoice --custom", description: "Custom ones with “invoice” in the name" }
  ])
)
