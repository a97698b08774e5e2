import { readdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { start } from "./child.ts"
import { seen } from "./parquet-reader.ts"
import { parquetSubject } from "./parquet-subject.ts"
import { folder, open, rowsOf } from "./subject.ts"

const rowsOfCommit = 10
const writer = new URL("./parquet-writer.ts", import.meta.url)
const preload = fileURLToPath(new URL("./die-at-step.mjs", import.meta.url))
const dyingAt = (step: number) => `export NODE_OPTIONS='--import ${preload}' DIE_AT=${step}`

/** The cells of `seen` must all be of one version. */
const whole = (cells: ReadonlyArray<unknown>): number => {
  const [version, fixed, names, name, more, keys] = cells.map(Number)
  const at = version ?? -1
  assert.deepStrictEqual(
    [fixed, names, name, more, keys],
    [20, 1, at, at * rowsOfCommit, 20 + at * rowsOfCommit],
    `version ${at}`
  )
  return at
}

/** The version that a later process finds. */
const found = (at: string) =>
  Effect.gen(function* () {
    const destination = yield* open(parquetSubject, at)
    const version = (yield* destination.checkpoints).streams.Account?.version ?? 0
    if (version > 0) assert.strictEqual(whole((yield* rowsOf(destination, seen))[0] ?? []), version)
    return version
  }).pipe(Effect.scoped)

const run = (at: string, commits: number, rows: number, shell?: string) =>
  start(writer, [at, String(commits), String(rows)], shell)

describe("Parquet: a process that is killed", () => {
  it.live(
    "leaves the commit before or its own, at whichever step it dies, and readers see nothing between",
    () =>
      Effect.gen(function* () {
        const at = yield* folder
        const counting = yield* run(at, 1, rowsOfCommit, dyingAt(0))
        yield* counting.ended
        const first = Number((yield* counting.line("steps")).split(" ")[1])
        assert.isAbove(first, 10)
        const reader = yield* start(new URL("./parquet-reader.ts", import.meta.url), [at])
        yield* reader.line("saw 1")
        const offset = Math.random()
        const rounds = process.env.DECANT_SOAK === "1" ? 100 : 6
        for (let round = 0; round < rounds; round++) {
          const before = yield* found(at)
          // The first commit makes folders, a later one does not: every place of two commits is met.
          const step = 1 + Math.floor(((round + offset) / rounds) * first * 1.5)
          const child = yield* run(at, 2, rowsOfCommit, dyingAt(step))
          yield* child.ended
          const after = yield* found(at)
          const done = child.lines().filter((line) => line.startsWith("done")).length
          assert.isTrue(
            after >= before + done && after <= before + done + 1,
            `step ${step}: ${before} → ${after}`
          )
          assert.isEmpty(child.lines().filter((line) => line.startsWith("failed")))
        }
        const lines = reader.lines()
        assert.isEmpty(lines.filter((line) => line.startsWith("failed")))
        for (const line of lines) whole(line.split(" ").slice(1))
      }),
    240_000
  )

  it.live(
    "leaves the commit before when it dies while it writes data, and the rest is cleaned up later",
    () =>
      Effect.gen(function* () {
        const at = yield* folder
        yield* (yield* run(at, 1, rowsOfCommit)).ended
        const data = join(at, "acme", "Account", "data")
        const child = yield* run(at, 1, 100_000)
        yield* child.line("begin 2")
        while (!readdirSync(data).some((name) => name.endsWith(".tmp")) && child.lines().length < 2) {
          yield* Effect.sleep("2 millis")
        }
        yield* child.kill
        assert.strictEqual(yield* found(at), 1)
        yield* (yield* run(at, 2, rowsOfCommit)).ended
        assert.strictEqual(yield* found(at), 3)
      })
  )

  it.live("is one of two that write at once: one of each version, nothing lost, nothing twice", () =>
    Effect.gen(function* () {
      const at = yield* folder
      yield* (yield* run(at, 1, rowsOfCommit)).ended
      const both = [yield* run(at, 3, rowsOfCommit), yield* run(at, 3, rowsOfCommit)]
      for (const child of both) yield* child.ended
      const lines = both.flatMap((child) => child.lines())
      const done = lines.filter((line) => line.startsWith("done"))
      assert.strictEqual(new Set(done).size, done.length)
      assert.strictEqual(yield* found(at), 1 + done.length)
      for (const line of lines.filter((text) => text.startsWith("failed"))) {
        assert.match(line, /^failed WRITER_CONFLICT/)
      }
    })
  )
})
