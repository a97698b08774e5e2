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

const rounded = (millis: number): string => Duration.format(Duration.seconds(Math.round(millis / 1000)))

/** Tries until the file opens. An attempt is not interrupted, the wait between two is. */
export const whenUnlocked = Effect.fnUntraced(function* <A>(
  patience: Patience,
  attempt: () => Promise<A>
): Effect.fn.Return<A, DestinationError> {
  const started = yield* Clock.currentTimeMillis
  const limit = Duration.toMillis(patience.lockTimeout)
  let told = false
  for (;;) {
    const result = yield* Effect.uninterruptible(
      Effect.promise(() =>
        attempt().then(
          (value) => ({ value, cause: null }),
          (cause: unknown) => ({ value: null, cause: { cause } })
        )
      )
    )
    if (result.cause === null) return result.value
    const holder = lockHolder(result.cause.cause)
    if (holder === null) return yield* failureOf(patience.path, result.cause.cause)
    const waited = (yield* Clock.currentTimeMillis) - started
    if (waited >= limit) return yield* lockedBy(patience.path, holder, rounded(waited))
    if (!told) {
      told = true
      yield* patience.notice(
        `${patience.path} is open in ${holder.program} (process ${holder.pid}); waiting up to ${rounded(limit)} for it to close`
      )
    }
    yield* Effect.sleep(pollEvery)
  }
})
