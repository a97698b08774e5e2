/** How often and how long a refused or broken call is tried again, before its stream fails. */
import { Duration, Effect, Schedule } from "effect"
import type { ReadError } from "../read-error.ts"
import { SourceError } from "../source-error.ts"

const TRIES_AGAIN = 5
const FIRST_WAIT = "300 millis"
const LONGEST_WAIT = "1 minute"

/** A query that timed out times out again: its reader asks for less instead. */
const askForLess = new Set(["API_QUERY_TIMEOUT", "API_TOO_MANY_IDS"])

export const isTransient = (error: ReadError): boolean => error.tryAgainSoon && !askForLess.has(error.code)

/** Jittered, so that streams do not come back in step; never sooner than `Retry-After` asks. */
export const backOff = Schedule.min([Schedule.exponential(FIRST_WAIT), Schedule.spaced(LONGEST_WAIT)]).pipe(
  Schedule.jittered,
  Schedule.upTo({ times: TRIES_AGAIN }),
  Schedule.setInputType<ReadError>(),
  Schedule.modifyDelay(({ duration, input }) =>
    Effect.succeed(
      input instanceof SourceError ? Duration.max(duration, Duration.millis(input.waitMillis)) : duration
    )
  )
)
