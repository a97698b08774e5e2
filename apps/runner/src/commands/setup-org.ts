/** `decant setup-org`: what a Salesforce admin must deploy so that the spec can be synced. */
import { resolve } from "node:path"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { readSpecBeforeApp } from "../setup/lenient-spec.ts"
import { specArgument, theScreen, theSpecFile } from "./flags.ts"

/** Loaded when asked for: it brings the whole source. */
const loadActions = Effect.promise(() => import("../setup/setup-actions.ts"))

export const setupOrg = Command.make(
  "setup-org",
  {
    spec: specArgument,
    output: Flag.String("output").pipe(
      Flag.withMetavar("FOLDER"),
      Flag.withDescription("Where to write the project (default ./setup-org)"),
      Flag.withDefault("setup-org")
    ),
    diff: Flag.Boolean("diff").pipe(
      Flag.withDescription("Show what would change against the last output and the org; write nothing"),
      Flag.withDefault(false)
    ),
    contact: Flag.String("contact").pipe(
      Flag.withMetavar("EMAIL"),
      Flag.withDescription("Whom Salesforce names as the contact of the app"),
      Flag.optional
    ),
    runAs: Flag.String("run-as").pipe(
      Flag.withMetavar("USERNAME"),
      Flag.withDescription("The user that client-credentials acts as"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const { specFile, unset } = yield* readSpecBeforeApp(yield* theSpecFile(input.spec), process.env)
    const actions = yield* loadActions
    const request = {
      specFile,
      unset,
      output: resolve(input.output),
      contact: Option.getOrNull(input.contact),
      runAs: Option.getOrNull(input.runAs),
      screen
    }
    yield* input.diff ? actions.showDifferences(request) : actions.writeProject(request)
  })
).pipe(
  Command.withDescription("Write what the Salesforce admin must deploy: app, permission set, instructions"),
  Command.withExamples([
    { command: "decant setup-org", description: "Writes ./setup-org from ./decant.yaml" },
    { command: "decant setup-org acme.yaml --output ./salesforce", description: "Somewhere else" },
    { command: "decant setup-org acme.yaml --diff", description: "After the spec has grown" }
  ])
)
