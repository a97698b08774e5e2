/** `decant mcp`: Salesforce and the copy as tools of an agent. Everything heavy loads when it is started. */
import { Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { readSpec } from "../spec-file.ts"
import { specArgument, theScreen, theSpecFile } from "./flags.ts"

const between = (minimum: number, maximum: number) =>
  Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum, maximum })))

export const mcp = Command.make(
  "mcp",
  {
    spec: specArgument,
    http: Flag.Boolean("http").pipe(
      Flag.withDescription("Serve over HTTP on 127.0.0.1 in place of stdin and stdout"),
      Flag.withDefault(false)
    ),
    port: Flag.Int("port").pipe(
      Flag.withMetavar("4768"),
      Flag.withDescription("Port for --http; 0 is any free one (default 4768)"),
      between(0, 65_535),
      Flag.withDefault(4768)
    ),
    allowWrites: Flag.Boolean("allow-writes").pipe(
      Flag.withDescription(
        "Let agents change records of the objects that --objects or the spec's `mcp.objects` name"
      ),
      Flag.withDefault(false)
    ),
    objects: Flag.String("objects").pipe(
      Flag.withMetavar("A,B"),
      Flag.withDescription("The objects that agents may change, in place of the spec's list"),
      Flag.optional
    ),
    allowSync: Flag.Boolean("allow-sync").pipe(
      Flag.withDescription("Let agents bring the copy up to date (--allow-writes does too)"),
      Flag.withDefault(false)
    ),
    maxRows: Flag.Int("max-rows").pipe(
      Flag.withMetavar("N"),
      Flag.withDescription("At most so many rows in an answer (default 100)"),
      between(1, 10_000),
      Flag.withDefault(100)
    ),
    maxBytes: Flag.Int("max-bytes").pipe(
      Flag.withMetavar("N"),
      Flag.withDescription("At most so many bytes of rows in an answer (default 100,000)"),
      between(1_000, 10_000_000),
      Flag.withDefault(100_000)
    )
  },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const specFile = yield* readSpec(yield* theSpecFile(input.spec), process.env)
    for (const warning of specFile.warnings) yield* screen.note(`Warning: ${warning}`)
    const { serveMcp } = yield* Effect.promise(() => import("../mcp/serve-mcp.ts"))
    return yield* serveMcp({
      specFile,
      screen,
      http: input.http ? input.port : null,
      allowWrites: input.allowWrites,
      objects:
        Option.getOrNull(input.objects)
          ?.split(",")
          .map((name) => name.trim()) ?? null,
      allowSync: input.allowSync,
      limits: { rows: input.maxRows, bytes: input.maxBytes, seconds: 60 }
    })
  })
).pipe(
  Command.withDescription("Let agents ask Salesforce and the copy: a server of the Model Context Protocol"),
  Command.withExamples([
    { command: "decant mcp acme.yaml", description: "For a client that starts it, over stdin and stdout" },
    { command: "decant mcp acme.yaml --http", description: "On http://127.0.0.1:4768/mcp, with a token" },
    {
      command: "decant mcp acme.yaml --allow-writes --objects Task,Contact",
      description: "Agents may also change tasks and contacts"
    }
  ])
)
