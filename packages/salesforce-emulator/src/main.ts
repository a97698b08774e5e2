/** The `salesforce-emulator` command; `bin/salesforce-emulator.mjs` starts it. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Layer, Logger, Option } from "effect"
import { Command, Flag } from "effect/cli"
import type { ServeError } from "effect/http/HttpServerError"
import type { BadDataset } from "./dataset/load-csv.ts"
import { readRowCounts } from "./dataset/row-counts.ts"
import { emulator, readyLine } from "./emulator.ts"
import { FeatureList, featureNames } from "./org/features/features.ts"
import type { BadSchema } from "./org/saved-schema.ts"

const flags = {
  port: Flag.Int("port").pipe(
    Flag.withDescription("port to listen on; 0 takes any free one"),
    Flag.withDefault(8787)
  ),
  host: Flag.String("host").pipe(
    Flag.withDescription("address to listen on; anything but loopback lets others in"),
    Flag.withDefault("127.0.0.1")
  ),
  dataset: Flag.Literals("dataset", ["demo", "empty", "scale"]).pipe(
    Flag.withDescription("demo: a small sales org; empty: no records; scale: as many as --rows says"),
    Flag.withDefault("demo")
  ),
  rows: Flag.String("rows").pipe(
    Flag.withDescription("rows of objects in the scale dataset, such as Account=200000,Contact=1000000"),
    Flag.atLeast(0),
    Flag.mapTryCatch(readRowCounts, (cause) => (cause instanceof Error ? cause.message : String(cause)))
  ),
  columns: Flag.String("columns").pipe(
    Flag.withDescription(
      "fields that objects have at least, such as Account=400; the scale dataset fills them"
    ),
    Flag.atLeast(0),
    Flag.mapTryCatch(readRowCounts, (cause) => (cause instanceof Error ? cause.message : String(cause)))
  ),
  load: Flag.KeyValuePair("load").pipe(
    Flag.withDescription("records from a CSV file whose header names fields, such as Account=accounts.csv"),
    Flag.withDefault({})
  ),
  schemaFrom: Flag.String("schema-from").pipe(
    Flag.withDescription("JSON of sObject describes: the org has those objects, with synthetic records"),
    Flag.optional
  ),
  features: Flag.String("features").pipe(
    Flag.withDescription(`what the org has switched on, with commas: ${featureNames.join(",")}`),
    Flag.withSchema(FeatureList),
    Flag.withDefault([])
  ),
  seed: Flag.Int("seed").pipe(Flag.withDescription("seed of the synthetic data"), Flag.withDefault(42)),
  apiVersion: Flag.String("api-version").pipe(
    Flag.withDescription("newest API version the org serves"),
    Flag.withDefault("68.0")
  ),
  switches: Flag.KeyValuePair("switch").pipe(
    Flag.withDescription("sets what Salesforce's documents leave open; GET /emulator/switches lists them"),
    Flag.withDefault({})
  ),
  exitWithParent: Flag.Boolean("exit-with-parent").pipe(
    Flag.withDescription("stop when standard input ends, as it does when the program at its other end dies"),
    Flag.withDefault(false)
  ),
  log: Flag.Boolean("log").pipe(
    Flag.withDescription("write each request to stderr as a line of JSON"),
    Flag.withDefault(false)
  )
}

const fail = (message: string, fix: string) =>
  Effect.sync(() => {
    process.stderr.write(`salesforce-emulator: ${message}\n  ${fix}\n`)
    process.exitCode = 2
  })

const standardInputEnds = Effect.callback<void>((resume) => {
  const { stdin } = process
  for (const event of ["end", "error", "close"]) stdin.once(event, () => resume(Effect.void))
  stdin.resume()
  return Effect.sync(() => stdin.destroy())
})

const command = Command.make("salesforce-emulator", flags, ({ load, log, schemaFrom, ...rest }) => {
  const { exitWithParent, ...options } = rest
  return Effect.gen(function* () {
    const ready = yield* readyLine
    yield* Effect.sync(() => process.stdout.write(`${JSON.stringify(ready)}\n`))
    yield* exitWithParent ? standardInputEnds : Effect.never
  }).pipe(
    Effect.provide(
      emulator({
        ...options,
        endsWithProcess: true,
        schemaFrom: Option.getOrUndefined(schemaFrom),
        load: Object.entries(load).map(([object, file]) => ({ object, file })),
        log: log ? (line) => process.stderr.write(`${line}\n`) : undefined
      })
    ),
    Effect.catchTags({
      BadDataset: ({ message, fix }: BadDataset) => fail(message, fix),
      BadSchema: ({ message, fix }: BadSchema) => fail(message, fix),
      ServeError: ({ cause }: ServeError) =>
        fail(
          `cannot listen on port ${options.port}: ${cause instanceof Error ? cause.message : String(cause)}`,
          "choose another --port, or 0 for any free one"
        )
    })
  )
}).pipe(Command.withDescription("A local Salesforce org: OAuth, REST, Bulk API 2.0 and SOQL"))

/** Standard output is for the ready line. */
const toStderr = Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])

command.pipe(
  Command.run({ version: "0.1.0" }),
  Effect.provide(Layer.merge(NodeServices.layer, toStderr)),
  NodeRuntime.runMain
)
