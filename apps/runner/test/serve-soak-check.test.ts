/** The soak of a server would notice what it is there to notice. */
import { assert, describe, it } from "@effect/vitest"
import { flatness, overlooked, runsOf } from "./chaos/serve-soak-check.ts"

const line = (seconds: number, runId: string, message: string) => ({
  time: new Date(seconds * 1000).toISOString(),
  level: "info",
  spec: "acme",
  runId,
  message
})
const run = (id: string, begun: number, ended: number) => [
  line(begun, id, "The sync begins (schedule)."),
  line(ended, id, "The sync ended as ok: nothing changed, 4 API calls.")
]

const judged = (...runs: ReadonlyArray<ReturnType<typeof run>>) =>
  overlooked(runsOf(runs.flat(), "acme"), 5000)

describe("the soak of a server", () => {
  it("is content with a run for each time, and with one right after a long one", () => {
    assert.deepStrictEqual(judged(run("a", 5, 6), run("b", 10, 23), run("c", 23, 24), run("d", 25, 26)), [])
  })

  it("notices a time that was missed, one that had two runs, and runs at once", () => {
    assert.lengthOf(judged(run("a", 5, 6), run("b", 15, 16)), 1)
    assert.lengthOf(judged(run("a", 5, 6), run("b", 7, 8)), 1)
    assert.isAtLeast(judged(run("a", 5, 12), run("b", 10, 13)).length, 1)
    assert.lengthOf(judged(run("a", 5, 6)), 1)
  })

  it("notices what grows", () => {
    const samples = Array.from({ length: 40 }, (_, at) => ({
      memory: 2e8 + at * 4e6,
      heap: 5e7,
      handles: 20 + at
    }))
    assert.deepStrictEqual(flatness(samples).wrong, ["the memory grows", "handles are left open"])
    assert.deepStrictEqual(flatness(samples.map(() => ({ memory: 2e8, heap: 5e7, handles: 20 }))).wrong, [])
  })
})
