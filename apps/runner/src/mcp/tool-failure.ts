/** A failure as an agent reads it: what went wrong, what to do, and the code of the error page. */
import type { Failure } from "@decant/connector"
import { Cause, Effect, Schema } from "effect"
import { RunnerError } from "../runner-error.ts"

export class ToolFailure extends Schema.TaggedError<ToolFailure>()("ToolFailure", {
  message: Schema.String
}) {
  static of(failure: Pick<Failure, "code" | "message" | "fix">): ToolFailure {
    return new ToolFailure({
      message: `${failure.message}\nWhat to do: ${failure.fix}\nCode: ${failure.code}`
    })
  }

  /** What an agent may not do, or asked in the wrong way: nothing that an operator has to look up. */
  static refused(message: string, fix: string): ToolFailure {
    return new ToolFailure({ message: `${message}\nWhat to do: ${fix}` })
  }
}

/** What a handler may fail with, and what nobody foresaw, as one kind of failure without a stack trace. */
export const asTool = <A, R>(
  effect: Effect.Effect<A, Failure | ToolFailure, R>
): Effect.Effect<A, ToolFailure, R> =>
  effect.pipe(
    Effect.catchDefect((defect) =>
      Effect.andThen(Effect.logDebug(Cause.die(defect)), Effect.fail(RunnerError.internal(defect)))
    ),
    Effect.mapError((failure) => (failure instanceof ToolFailure ? failure : ToolFailure.of(failure)))
  )
