/** How often and how soon a refused or broken call is sent again, before it fails for good. */
import { Duration, Effect, Schedule } from "effect"

const TRIES_AGAIN = 5
const FIRST_WAIT = "300 millis"
const LONGEST_WAIT = "1 minute"

/** Jittered, so that callers do not come back in step; never sooner than `Retry-After` asks. */
export const backOff = Schedule.min([Schedule.exponential(FIRST_WAIT), Schedule.spaced(LONGEST_WAIT)]).pipe(
  Schedule.jittered,
  Schedule.upTo({ times: TRIES_AGAIN }),
  Schedule.setInputType<{ readonly tryAgainSoon: boolean; readonly waitMillis?: number }>(),
  Schedule.modifyDelay(({ duration, input }) =>
    Effect.succeed(Duration.max(duration, Duration.millis(input.waitMillis ?? 0)))
  )
)
