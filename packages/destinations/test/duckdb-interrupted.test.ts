/**
 * Who is told to stop while the engine starts waits until it has: a process that ends under a running statement of
 * DuckDB may wait for itself for ever.
 */

import { DuckDBInstance } from "@duckdb/node-api"
import { assert, it, vi } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import { openWorkbench } from "../src/duckdb/workbench.ts"

it.live("an engine that is starting is waited for", () =>
  Effect.scoped(
    Effect.gen(function* () {
      let begun = false
      let started = false
      const create = DuckDBInstance.create.bind(DuckDBInstance)
      const spy = vi.spyOn(DuckDBInstance, "create").mockImplementation(async (...of) => {
        begun = true
        const instance = await create(...of)
        // As on a machine that is busy.
        await new Promise((resolve) => setTimeout(resolve, 300))
        started = true
        return instance
      })
      yield* Effect.addFinalizer(() => Effect.sync(() => spy.mockRestore()))
      const patience = { path: "none.duckdb", lockTimeout: Duration.zero, notice: () => Effect.void }
      const workbench = yield* openWorkbench(patience)
      const fiber = yield* Effect.forkChild(workbench.use(() => Effect.void))
      while (!begun) yield* Effect.sleep("1 millis")
      yield* Fiber.interrupt(fiber)
      assert.isTrue(started)
    })
  )
)
