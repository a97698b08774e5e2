/** Lets real requests and files happen while the test's clock runs ahead. */
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"

export const inNoTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    while (fiber.pollUnsafe() === undefined) {
      yield* TestClock.withLive(Effect.sleep("4 millis"))
      yield* TestClock.adjust("1 second")
    }
    return yield* Fiber.join(fiber)
  })
