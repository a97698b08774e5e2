import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { judge, sharesOf } from "../src/org/api-budget.ts"
import { openCallCount } from "../src/org/call-count.ts"
import { makeUsageEstimate } from "../src/org/usage-estimate.ts"

const shares = { org: 0.9, own: 0.25 }
const verdict = (used: number, own: number) => judge(shares, { used, max: 1000 }, own)

describe("the budget of API calls", () => {
  it("lets calls pass, slows them near a share and stops them at it", () => {
    assert.deepStrictEqual(verdict(100, 10), Result.succeed(false))
    assert.deepStrictEqual(verdict(860, 10), Result.succeed(true))
    assert.deepStrictEqual(verdict(100, 240), Result.succeed(true))
    for (const [used, own, who] of [
      [900, 10, /All together used 900 of the org's 1000 .* 90 %/],
      [100, 250, /This spec used 250 .* 25 %/]
    ] as const) {
      const stopped = verdict(used, own)
      assert.isTrue(Result.isFailure(stopped))
      if (Result.isFailure(stopped)) {
        assert.match(stopped.failure.message, who)
        assert.strictEqual(stopped.failure.disposition, "budget")
      }
    }
    assert.deepStrictEqual(judge(shares, null, 999), Result.succeed(false))
  })

  it("takes the most that any reply has said, and what was sent since", () => {
    const estimate = makeUsageEstimate()
    estimate.sent()
    assert.isNull(estimate.now())
    estimate.seen({ used: 100, max: 1000 })
    for (let call = 0; call < 5; call++) estimate.sent()
    // A reply that lags behind.
    estimate.seen({ used: 101, max: 1000 })
    assert.deepStrictEqual(estimate.now(), { used: 105, max: 1000 })
    // Others have called, too.
    estimate.seen({ used: 300, max: 1000 })
    assert.deepStrictEqual(estimate.now(), { used: 300, max: 1000 })
  })

  it("is the spec's own where it is one percentage", () => {
    assert.deepStrictEqual(sharesOf(0.1), { org: 0.9, own: 0.1 })
    assert.isNull(sharesOf(undefined))
  })

  it.effect("adds up the calls of processes that run at one time", () =>
    Effect.promise(async () => {
      const folder = await mkdtemp(join(tmpdir(), "decant-budget-"))
      const file = join(folder, "acme.api-calls.json")
      const [one, other] = [openCallCount(file), openCallCount(file)]
      for (let call = 0; call < 30; call++) one.add()
      for (let call = 0; call < 45; call++) other.add()
      one.save()
      other.save()
      one.save()
      assert.strictEqual(other.total(), 75)
      assert.strictEqual(openCallCount(file).total(), 75)
      one.add()
      one.save()
      assert.strictEqual(one.total(), 76)
      await rm(folder, { recursive: true })
    })
  )

  it.effect("counts calls of the last 24 hours, also of earlier processes", () =>
    Effect.promise(async () => {
      const folder = await mkdtemp(join(tmpdir(), "decant-budget-"))
      const file = join(folder, ".decant", "acme.api-calls.json")
      let now = Date.parse("2026-11-21T10:30:00Z")
      const first = openCallCount(file, () => now)
      for (let call = 0; call < 25; call++) first.add()
      first.save()
      now += 20 * 3600 * 1000
      const second = openCallCount(file, () => now)
      second.add()
      assert.strictEqual(second.total(), 26)
      second.save()
      now += 10 * 3600 * 1000
      assert.strictEqual(openCallCount(file, () => now).total(), 1)
      assert.notInclude(await readFile(file, "utf8"), "secret")
      await writeFile(file, "damaged")
      assert.strictEqual(openCallCount(file, () => now).total(), 0)
      await rm(folder, { recursive: true })
    })
  )
})
