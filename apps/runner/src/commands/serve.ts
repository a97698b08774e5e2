/** `decant serve`: runs specs on their schedules, and shows what it does. */
import { Effect, Option, Schema } from "effect"
import { Command, Flag, GlobalFlag } from "effect/cli"
import { RunnerError } from "../runner-error.ts"
import { logFormatFlag, memoryFlag, theScreen } from "./flags.ts"
import { placeArgument, thePlace } from "./spec-place.ts"

const publicUrlOf = Effect.fnUntraced(function* (given: Option.Option<string>) {
  if (Option.isNone(given)) return null
  const url = URL.parse(given.value)
  if (url === null || !/^https?:$/.test(url.protocol) || url.search + url.hash + url.username !== "") {
    return yield* RunnerError.usage(
      `--public-url ${given.value} is not an address such as https://decant.acme.example.`,
      "Give the address by which browsers reach the server, without a query."
    )
  }
  return url.href
})

export const serve = Command.make(
  "serve",
  {
    place: placeArgument,
    port: Flag.Int("port").pipe(
      Flag.withDescription("Where to listen on this machine; 0 takes any free port"),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))),
      Flag.withDefault(4766)
    ),
    host: Flag.String("host").pipe(
      Flag.withMetavar("ADDRESS"),
      Flag.withDescription(
        "Where to listen (default 127.0.0.1); another address needs the variable DECANT_PASSWORD and https"
      ),
      Flag.withDefault("127.0.0.1")
    ),
    publicUrl: Flag.String("public-url").pipe(
      Flag.withMetavar("URL"),
      Flag.withDescription("How browsers and Salesforce reach the server, where a proxy stands before it"),
      Flag.optional
    ),
    concurrency: Flag.Int("concurrency").pipe(
      Flag.withMetavar("N"),
      Flag.withDescription("How many specs are synced at one time"),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 64 }))),
      Flag.withDefault(4)
    ),
    memory: memoryFlag,
    logFormat: logFormatFlag
  },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const place = yield* thePlace(input.place)
    const publicUrl = yield* publicUrlOf(input.publicUrl)
    const logLevel = yield* GlobalFlag.LogLevel
    const [{ runServer }, { defaultLogFormat }, { entryOf }] = yield* Effect.promise(() =>
      Promise.all([
        import("../serve/serve-program.ts"),
        import("../serve/log-lines.ts"),
        import("../http/access.ts")
      ])
    )
    const logFormat = Option.getOrElse(input.logFormat, defaultLogFormat)
    return yield* runServer({
      ...place,
      screen,
      entry: entryOf(process.env.DECANT_PASSWORD),
      host: input.host,
      port: input.port,
      publicUrl,
      concurrency: input.concurrency,
      memory: input.memory,
      logFormat,
      logLevel
    })
  })
).pipe(
  Command.withDescription("Run specs on their schedules, with an API, a web page, /metrics and alerts"),
  Command.withExamples([
    { command: "decant serve acme.yaml", description: "One spec, on its schedule" },
    { command: "decant serve /srv/decant", description: "All specs of a folder" },
    { command: "decant serve /srv/decant --log-format json --port 4800", description: "In a container" }
  ])
)
