/** `decant sosl`: searches the org. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { theScreen, theSpecFile } from "./flags.ts"
import { asFlag } from "./org-flags.ts"

/** Loaded when asked for: it brings the way to the org. */
const loadActions = Effect.promise(() => import("../org/search-org.ts"))

export const sosl = Command.make(
  "sosl",
  {
    statement: Argument.String("sosl").pipe(
      Argument.withDescription("A SOSL statement, in quotes; it is sent as it is")
    ),
    text: Flag.Boolean("text").pipe(
      Flag.withDescription("The argument is a text to look for everywhere, not a statement"),
      Flag.withDefault(false)
    ),
    as: asFlag
  },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const file = yield* theSpecFile(Option.none())
    const { searchOrg } = yield* loadActions
    yield* searchOrg({
      screen,
      file,
      as: input.as,
      by: "decant sosl",
      statement: input.statement,
      isText: input.text
    })
  })
).pipe(
  Command.withDescription("Search the org itself with SOSL"),
  Command.withExamples([
    {
      command: 'decant sosl "FIND {Acme} IN NAME FIELDS RETURNING Account(Id, Name), Contact(Id, Email)"',
      description: "A statement"
    },
    {
      command: `decant sosl --text "O'Brien & Co"`,
      description: "A text; what is special in SOSL is escaped"
    }
  ])
)
