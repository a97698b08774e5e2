/**
 * Runs a command line: usage errors exit 2, every failure is one clear message with what to do (and one JSON
 * document with `--json`), the first Ctrl-C stops in good order, a second one leaves at once.
 */
import { readFileSync } from "node:fs"
import { type Failure, failureReport } from "@decant/connector"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Effect, Layer, Logger, Predicate, Redacted, References } from "effect"
import { CliConfig, CliError, CliOutput, Command, GlobalFlag, type HelpDoc } from "effect/cli"
import { root } from "./commands/root.ts"
import { exitCode, exitCodeOfFailure } from "./exit-code.ts"
import { RunnerError } from "./runner-error.ts"
import { helpText } from "./terminal/help.ts"
import { openScreen, type Screen } from "./terminal/screen.ts"
import { usageMistake } from "./usage-mistake.ts"

const version = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
  return Predicate.hasProperty(manifest, "version") ? String(manifest.version) : "unknown"
}

/** Asked before the command line is parsed, since parsing may be what fails. */
const wants = (args: ReadonlyArray<string>, flag: string): boolean => {
  const end = args.indexOf("--")
  return (end === -1 ? args : args.slice(0, end)).includes(flag)
}

const isFailure = (error: unknown): error is Failure =>
  Predicate.hasProperty(error, "code") &&
  Predicate.hasProperty(error, "fix") &&
  Predicate.hasProperty(error, "disposition")

const failureOf = (cause: Cause.Cause<unknown>): Failure => {
  if (Cause.hasInterruptsOnly(cause)) return RunnerError.interrupted
  const error = Cause.squash(cause)
  return isFailure(error) ? error : RunnerError.internal(error)
}

const usageErrors = (cause: Cause.Cause<unknown>): ReadonlyArray<Error> | null => {
  const error = Cause.squash(cause)
  return CliError.isCliError(error) && error._tag === "ShowHelp" ? error.errors : null
}

/** On a machine of a cluster every command takes stored logins from where the workers keep them. */
const clusterLogins = (screen: Screen): Layer.Layer<never> => {
  const { DECANT_CLUSTER } = process.env
  if (!DECANT_CLUSTER) return Layer.empty
  return Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("./cluster/shared-logins.ts")),
      ({ sharedLogins }) => sharedLogins({ url: Redacted.make(DECANT_CLUSTER), notice: screen.note })
    )
  )
}

const program = (args: ReadonlyArray<string>, screen: Screen) => {
  /** Of the command that was mistaken: what its help says of how to call it. */
  let asked: HelpDoc.HelpDoc | null = null
  /** Help that was asked for is an answer; after a mistake a word on it is enough. */
  const presenter: CliOutput.Presenter = {
    present: (event) => {
      if (event._tag === "Version") return screen.answer(event.version)
      if (event._tag === "Help") return screen.answer(helpText(event.helpDoc, screen.out))
      return Effect.sync(() => {
        asked = event.helpDoc
      })
    }
  }

  const tell = (failure: Failure) => {
    const label = screen.err.paint("red", "Error:")
    const docs = failureReport(failure).docs
    return Effect.andThen(
      screen.complain(`${label} ${failure.message}\nFix: ${failure.fix}\nMore: ${docs}`),
      screen.json ? screen.answer(JSON.stringify({ error: failureReport(failure) })) : Effect.void
    )
  }

  const failed = (cause: Cause.Cause<unknown>) => {
    const mistakes = usageErrors(cause)
    if (mistakes !== null && mistakes.length === 0) return Effect.succeed(exitCode.done)
    if (mistakes !== null) {
      return tell(usageMistake(mistakes, asked)).pipe(Effect.as(exitCode.usage))
    }
    // An interrupted run that has shown its report, or a server that was told to stop, has nothing more to say.
    if (Cause.hasInterruptsOnly(cause) && process.exitCode !== undefined) {
      return Effect.succeed(Number(process.exitCode))
    }
    const failure = failureOf(cause)
    const code = Cause.hasInterruptsOnly(cause)
      ? exitCode.interrupted
      : exitCodeOfFailure(failure.disposition)
    return Effect.logDebug(cause).pipe(Effect.andThen(tell(failure)), Effect.as(code))
  }

  const run = Command.runWith(root, { version: version(), renderErrors: true })(args)
  // What an interruption has to say must not be interrupted itself.
  return Effect.uninterruptibleMask((restore) =>
    restore(run).pipe(Effect.as(null), Effect.catchCause(failed))
  ).pipe(
    Effect.provide(
      Layer.mergeAll(
        NodeServices.layer,
        CliOutput.layerPresenter(presenter),
        CliConfig.layer({
          builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions, GlobalFlag.LogLevel]
        }),
        Logger.layer([Logger.consoleLogFmt]),
        clusterLogins(screen)
      )
    ),
    Effect.provideService(Logger.LogToStderr, true),
    Effect.provideService(References.MinimumLogLevel, "Warn")
  )
}

/** Ends the process when what was written has left it: a pipe may be slower than we are. */
const leave = (code: number): void => {
  process.exitCode = code
  process.stdout.write("", () => process.exit(code))
}

export const runCli = (args: ReadonlyArray<string>): void => {
  // `decant query … | head` closes the pipe: nobody is left to tell.
  process.stdout.on("error", () => process.exit(process.exitCode ?? exitCode.done))
  const screen = openScreen({ json: wants(args, "--json"), quiet: false })
  const fiber = Effect.runFork(program(args, screen))
  let stopping = false
  const stop = (): void => {
    if (stopping) process.exit(exitCode.interrupted)
    stopping = true
    if (process.stderr.isTTY) {
      Effect.runSync(screen.complain("Stopping in good order; once more Ctrl-C leaves at once."))
    }
    fiber.interruptUnsafe(fiber.id)
  }
  process.on("SIGINT", stop)
  process.on("SIGTERM", stop)
  process.on("SIGHUP", stop)
  fiber.addObserver((exit) => {
    const own = exit._tag === "Success" ? exit.value : null
    leave(Number(own ?? process.exitCode ?? (exit._tag === "Success" ? exitCode.done : exitCode.interrupted)))
  })
}
