import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { awaitJob } from "../src/bulk/bulk-job.ts"
import { clientOf, json } from "./wire.ts"

/** Time for a call that should not be made. */
const aMoment = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 50)))

describe("a query job", () => {
  for (const { isNew, polls } of [
    { isNew: true, polls: 1 },
    { isNew: false, polls: 2 }
  ]) {
    it.effect(
      isNew ? "costs no call while it cannot be over" : "of an earlier run is asked for at once",
      () =>
        Effect.gen(function* () {
          let state = "InProgress"
          const { client, asked } = yield* clientOf((_, response) =>
            json(response, 200, { id: "750x", state, numberRecordsProcessed: 7 })
          )
          const rows = yield* Effect.forkChild(awaitJob(client, "Thing", { id: "750x", isNew }), {
            startImmediately: true
          })
          while (!isNew && asked.length === 0) yield* aMoment
          yield* aMoment
          state = "JobComplete"
          yield* TestClock.adjust("200 millis")
          assert.strictEqual(yield* Fiber.join(rows), 7)
          assert.strictEqual(asked.length, polls)
        }).pipe(Effect.scoped)
    )
  }
})
