/** `decant airbyte`: the source behind the Airbyte protocol, as the entry point of a connector image. */
import type { Failure } from "@decant/connector"
import { Cause, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { exitCode } from "../exit-code.ts"
import { RunnerError } from "../runner-error.ts"

const fileFlag = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar("FILE"), Flag.withDescription(description))

const configFlag = fileFlag("config", "The connection: `name` and `source` of a spec, as JSON")

const actions = Effect.promise(() => import("../airbyte/actions.ts"))

const failureOf = (cause: Cause.Cause<Failure>): Failure => {
  const found = Cause.findErrorOption(cause)
  return Option.isSome(found) ? found.value : RunnerError.internal(Cause.squash(cause))
}

/** A failure of the whole is a message like any other; the platform reads nothing else. */
const speaking = (
  run: (
    found: Effect.Success<typeof actions>,
    out: ReturnType<Effect.Success<typeof actions>["openMessages"]>
  ) => Effect.Effect<boolean, Failure>
) =>
  Effect.gen(function* () {
    const found = yield* actions
    const out = found.openMessages()
    const done = yield* run(found, out).pipe(
      Effect.catchCauseIf(
        (cause) => !Cause.hasInterruptsOnly(cause),
        (cause) => Effect.as(out.failed(failureOf(cause), null), false)
      )
    )
    if (!done) process.exitCode = exitCode.failed
  })

const spec = Command.make("spec", {}, () => speaking((found, out) => found.sendSpec(out))).pipe(
  Command.withDescription("Print what a connection's config may say")
)

const check = Command.make("check", { config: configFlag }, ({ config }) =>
  speaking((found, out) => found.check(config, out))
).pipe(Command.withDescription("Say whether the connection works"))

const discover = Command.make("discover", { config: configFlag }, ({ config }) =>
  speaking((found, out) => found.discover(config, out))
).pipe(Command.withDescription("List the streams with their schemas"))

const read = Command.make(
  "read",
  {
    config: configFlag,
    catalog: fileFlag("catalog", "The configured catalog: which streams, and how"),
    state: fileFlag("state", "Where the last sync ended; also a checkpoint file of `decant sync`").pipe(
      Flag.optional
    )
  },
  ({ config, catalog, state }) =>
    speaking((found, out) => found.read(config, { catalog, state: Option.getOrNull(state) }, out))
).pipe(Command.withDescription("Print records and states, one JSON line each"))

export const airbyte = Command.make("airbyte").pipe(
  Command.withDescription("Be a source of Airbyte: its protocol on stdout"),
  Command.withSubcommands([spec, check, discover, read]),
  Command.withExamples([
    {
      command: "decant airbyte read --config config.json --catalog catalog.json --state state.json",
      description: "As the platform runs it"
    }
  ])
)
