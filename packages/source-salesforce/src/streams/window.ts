/**
 * Which span of the cursor field a run reads. The upper bound is the end of the second that the org's clock
 * shows, never the largest value seen; the lower one reaches back over the cursor, because a row gets its
 * stamp before its transaction is visible and may appear minutes later.
 */
import { type Instant, instantFromMillis, instantToMillis, type Window } from "@decant/connector"
import { Duration } from "effect"

/** The org's clock has whole seconds: the one that is still running is read again by the next window. */
const clockStep = Duration.seconds(1)

export const windowSince = (of: {
  readonly cursor: Instant | null
  readonly now: Instant
  readonly lookback: Duration.Duration
}): Window => {
  const end = instantToMillis(of.now) + Duration.toMillis(clockStep)
  if (of.cursor === null) return { from: null, to: instantFromMillis(end) }
  const cursor = instantToMillis(of.cursor)
  const back = Duration.toMillis(Duration.max(of.lookback, clockStep))
  // After a clock that was set back the window is empty rather than the cursor smaller.
  return { from: instantFromMillis(cursor - back), to: instantFromMillis(Math.max(cursor, end)) }
}
