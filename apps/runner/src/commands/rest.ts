/** `decant rest`: any call of the org's REST API, with the spec's login. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { theScreen, theSpecFile } from "./flags.ts"
import { asFlag } from "./org-flags.ts"

/** Loaded when asked for: it brings the way to the org. */
const loadActions = Effect.promise(() => import("../org/rest-action.ts"))

export const rest = Command.make(
  "rest",
  {
    method: Argument.Literals("method", ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"]).pipe(
      Argument.withDescription("GET, POST, PATCH, PUT, DELETE or HEAD")
    ),
    path: Argument.String("path").pipe(
      Argument.withDescription("Begins with /services/; the host is the org's")
    ),
    data: Flag.String("data").pipe(
      Flag.withMetavar("TEXT"),
      Flag.withDescription("The body: a text, @file, or - for standard input"),
      Flag.optional
    ),
    type: Flag.String("content-type").pipe(
      Flag.withMetavar("TYPE"),
      Flag.withDescription("The body's type"),
      Flag.withDefault("application/json")
    ),
    as: asFlag
  },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const file = yield* theSpecFile(Option.none())
    const { callRest } = yield* loadActions
    yield* callRest({
      screen,
      file,
      as: input.as,
      by: "decant rest",
      method: input.method,
      path: input.path,
      data: Option.getOrNull(input.data),
      type: input.type
    })
  })
).pipe(
  Command.withDescription("Call the org's REST API"),
  Command.withExamples([
    { command: "decant rest GET /services/data/v67.0/limits", description: "Read" },
    {
      command:
        "decant rest PATCH /services/data/v67.0/sobjects/Account/0015g00000Abc12AAB --data @change.json",
      description: "Write; it is logged"
    }
  ])
)
