/** What a worker does again and again: what fails is said, and tried again at the next turn. */
import { Cause, type Duration, Effect, Schedule } from "effect"

/** One line, without a stack. */
export const reasonOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  return error instanceof Error ? (error.message.split("\n")[0] ?? error.name) : String(error)
}

export const keepDoing = <A, E, R>(
  doing: Effect.Effect<A, E, R>,
  of: { readonly every: Duration.Input; readonly fails: string }
): Effect.Effect<unknown, never, R> =>
  doing.pipe(
    Effect.asVoid,
    Effect.catchCause((cause) => Effect.logWarning(`${of.fails}: ${reasonOf(cause)}`)),
    Effect.repeat(Schedule.spaced(of.every))
  )

/** For what must not be given up while the database is away. */
export const untilItAnswers = { schedule: Schedule.spaced("1 second") } as const
