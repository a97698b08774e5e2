/** Flags that every command takes, and what a command makes of them. */
import { Effect, Option } from "effect"
import { Argument, Flag, GlobalFlag } from "effect/cli"
import { RunnerError } from "../runner-error.ts"
import { defaultSpecFile } from "../spec-file.ts"
import { openScreen } from "../terminal/screen.ts"
import { asTyped } from "./as-typed.ts"

export const SpecFlag = GlobalFlag.Setting("spec")({
  flag: Flag.Path("spec").pipe(
    Flag.map(asTyped),
    Flag.withMetavar("FILE"),
    Flag.withDescription(`The spec file (default ./${defaultSpecFile})`),
    Flag.optional
  )
})

const JsonFlag = GlobalFlag.Setting("json")({
  flag: Flag.Boolean("json").pipe(
    Flag.withDescription("Print one JSON document on stdout, all else on stderr"),
    Flag.withDefault(false)
  )
})

const QuietFlag = GlobalFlag.Setting("quiet")({
  flag: Flag.Boolean("quiet").pipe(
    Flag.withAlias("q"),
    Flag.withDescription("Say only what went wrong"),
    Flag.withDefault(false)
  )
})

export const globalFlags = [SpecFlag, JsonFlag, QuietFlag] as const

export const memoryFlag = Flag.Literals("memory", ["normal", "small"]).pipe(
  Flag.withDescription("`small` takes less memory and more time"),
  Flag.withDefault("normal" as const)
)

/** Of commands that go on until they are told to stop. */
export const logFormatFlag = Flag.Literals("log-format", ["json", "text"]).pipe(
  Flag.withDescription("Log lines on stderr: json (default when it is not a terminal) or text"),
  Flag.optional
)

/** The spec as the command's own argument: `decant sync acme.yaml`. */
export const specArgument = Argument.Path("spec").pipe(
  Argument.map(asTyped),
  Argument.withDescription(`The spec file (default ./${defaultSpecFile})`),
  Argument.optional
)

/** Where to speak, as the flags of this command line say. */
export const theScreen = Effect.gen(function* () {
  return openScreen({ json: yield* JsonFlag, quiet: yield* QuietFlag })
})

/** The spec file that the flags or the argument name. */
export const theSpecFile = Effect.fnUntraced(function* (argument: Option.Option<string>) {
  const flag = yield* SpecFlag
  if (Option.isSome(argument) && Option.isSome(flag) && argument.value !== flag.value) {
    return yield* RunnerError.usage(
      `Two spec files are named: ${argument.value} and ${flag.value}.`,
      "Name one of them."
    )
  }
  return Option.getOrElse(
    Option.orElse(argument, () => flag),
    () => defaultSpecFile
  )
})
