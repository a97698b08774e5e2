/** The store's connections outlive the statements that run on them. */
import { tmpdir } from "node:os"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { openStore } from "../src/org/store.ts"

const open = openStore({ folder: tmpdir(), endsWithProcess: false, onDisk: false })
const long = "SELECT sum(hash(i)) FROM range(100_000_000_000) AS numbers(i)"
// Node runs four statements at once: as many lost ones would leave none that answers. The others wait for their turn.
const six = [1, 2, 3, 4, 5, 6]

describe("a statement that nobody waits for any more", () => {
  it.live("is stopped, and others are answered", () =>
    Effect.gen(function* () {
      const store = yield* open
      for (const run of [store.rows(long), Stream.runDrain(store.texts(long))]) {
        const fibers = yield* Effect.forEach(six, () => Effect.forkChild(run))
        yield* Effect.sleep("50 millis")
        yield* Fiber.interruptAll(fibers)
        assert.deepStrictEqual(yield* store.rows("SELECT 42"), [[42]])
      }
    }).pipe(Effect.scoped)
  )
})
