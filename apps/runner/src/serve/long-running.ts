/** A command that goes on until it is told to stop: with a log of its own, and a good end when it is. */
import { Effect, Logger, type LogLevel, Option, References } from "effect"
import { exitCode } from "../exit-code.ts"
import { type LogFormat, logLines } from "./log-lines.ts"

export interface LongRunning {
  readonly logFormat: LogFormat
  readonly logLevel: Option.Option<LogLevel.LogLevel>
}

export const longRunning = <A, E, R>(
  program: Effect.Effect<A, E, R>,
  { logFormat, logLevel, lastWords }: LongRunning & { readonly lastWords: string }
): Effect.Effect<A, E, R> =>
  program.pipe(
    Effect.onInterrupt(() => Effect.logInfo(lastWords)),
    Effect.provide(Logger.layer([logLines(logFormat)])),
    Effect.provideService(
      References.MinimumLogLevel,
      Option.getOrElse(logLevel, () => "Info" as const)
    ),
    Effect.onInterrupt(() =>
      Effect.sync(() => {
        process.exitCode = exitCode.done
      })
    )
  )
