import { expect, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { memoryPlan, withEnoughMemory } from "../src/duckdb/memory.ts"
import { openWorkbench } from "../src/duckdb/workbench.ts"

const smallBench = openWorkbench({
  path: "memory-test",
  lockTimeout: Duration.zero,
  notice: () => Effect.void,
  memory: "small"
})

it.effect("small memory is one thread under a low limit", () =>
  Effect.gen(function* () {
    const bench = yield* smallBench
    const [settings] = yield* bench.use((sql) =>
      sql.rows("SELECT current_setting('threads') AS threads, current_setting('memory_limit') AS most")
    )
    expect([Number(settings?.threads), settings?.most]).toEqual([1, "193.0 MiB"])
  }).pipe(Effect.scoped)
)

it.effect("what does not fit in small memory is done again with more", () =>
  Effect.gen(function* () {
    const bench = yield* smallBench
    const limits: Array<string> = []
    const rows = yield* withEnoughMemory(
      (limit) =>
        bench.use((sql) =>
          Effect.gen(function* () {
            limits.push(limit)
            yield* sql.run(`SET memory_limit = '${limit}'`)
            return yield* sql.rows(
              "SELECT length(string_agg(repeat('x', 1000), ''))::DOUBLE AS long FROM range(150000)"
            )
          })
        ),
      memoryPlan("small")
    )
    expect(rows[0]?.long).toBe(150_000_000)
    expect(limits.slice(0, 2)).toEqual(["193MiB", "772MiB"])
  }).pipe(Effect.scoped)
)

it("a commit of many columns begins with more memory", () => {
  const begins = (columns: number) => memoryPlan("normal").limits({ columns })[0] ?? 0
  expect(begins(800)).toBeGreaterThan(2 * begins(20))
})
