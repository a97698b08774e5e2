/** Opening the file when something else may hold it: wait as long as the spec allows, say once for whom. */
import { Clock, Duration, Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { failureOf, lockedBy, lockHolder } from "./duckdb-failure.ts"

export interface Patience {
  readonly path: string
  readonly lockTimeout: Duration.Duration
  readonly notice: (text: string) => Effect.Effect<void>
}

const pollEvery = Duration.millis(100)

/** Longer than what a stream does between two tries of one wait. */
const sameWaitMillis = 60_000

interface Lock {
  readonly since: number
  readonly lastSeen: number
}

const locks = new Map<string, Lock>()

/** How long the file has been found locked without a success in between, by anyone in this process. */
const lockedFor = (path: string, now: number): number => {
  const lock = locks.get(path)
  const since = lock !== undefined && now - lock.lastSeen < sameWaitMillis ? lock.since : now
  locks.set(path, { since, lastSeen: now })
  return now - since
}

const rounded = (millis: number): string => Duration.format(Duration.seconds(Math.round(millis / 1000)))

/**
 * Tries until the file opens, at least once. Streams that find it locked one after the other share one wait
 * of `lockTimeout`. An attempt is not interrupted, the wait between two is.
 */
export const whenUnlocked = Effect.fnUntraced(function* <A>(
  patience: Patience,
  attempt: () => Promise<A>
): Effect.fn.Return<A, DestinationError> {
  const limit = Duration.toMillis(patience.lockTimeout)
  for (;;) {
    const result = yield* Effect.uninterruptible(
      Effect.promise(() =>
        attempt().then(
          (value) => ({ value, cause: null }),
          (cause: unknown) => ({ value: null, cause: { cause } })
        )
      )
    )
    if (result.cause === null) {
      locks.delete(patience.path)
      return result.value
    }
    const holder = lockHolder(result.cause.cause)
    if (holder === null) return yield* failureOf(patience.path, result.cause.cause)
    const waited = lockedFor(patience.path, yield* Clock.currentTimeMillis)
    if (waited >= limit) return yield* lockedBy(patience.path, holder, rounded(waited))
    if (waited === 0) {
      yield* patience.notice(
        `${patience.path} is open in ${holder.program} (process ${holder.pid}); waiting up to ${rounded(limit)} for it to close`
      )
    }
    yield* Effect.sleep(pollEvery)
  }
})
