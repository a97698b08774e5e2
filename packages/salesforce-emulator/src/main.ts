#!/usr/bin/env node
/** The `salesforce-emulator` command. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { emulator, readyLine } from "./emulator.ts"

const flags = {
  port: Flag.Int("port").pipe(
    Flag.withDescription("port to listen on; 0 takes any free one"),
    Flag.withDefault(8787)
  ),
  seed: Flag.Int("seed").pipe(Flag.withDescription("seed of the synthetic data"), Flag.withDefault(42)),
  apiVersion: Flag.String("api-version").pipe(
    Flag.withDescription("newest API version the org serves"),
    Flag.withDefault("68.0")
  )
}

const command = Command.make("salesforce-emulator", flags, (options) =>
  Effect.gen(function* () {
    const ready = yield* readyLine
    yield* Effect.sync(() => process.stdout.write(`${JSON.stringify(ready)}\n`))
    return yield* Effect.never
  }).pipe(Effect.provide(emulator(options)))
).pipe(Command.withDescription("A local Salesforce org: OAuth, REST, Bulk API 2.0 and SOQL"))

command.pipe(Command.run({ version: "0.1.0" }), Effect.provide(NodeServices.layer), NodeRuntime.runMain)
