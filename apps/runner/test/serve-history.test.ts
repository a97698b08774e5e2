/** What a server remembers, and that it cannot be kept from its work by what it remembers. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { RunHistory } from "../src/serve/run-history.ts"
import type { RunRecord } from "../src/serve/run-record.ts"
import { ServeSettings } from "../src/serve/serve-settings.ts"
import { sqliteHistory } from "../src/serve/sqlite-history.ts"

const folders: Array<string> = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "decant-history-"))
  folders.push(folder)
  return folder
}

/** One life of a server. */
const within = <A, E>(folder: string, effect: Effect.Effect<A, E, RunHistory>) => {
  const settings = Layer.succeed(ServeSettings, {
    folder,
    file: null,
    host: "127.0.0.1",
    port: 0,
    publicUrl: "",
    stateFolder: folder,
    version: "0",
    concurrency: 1,
    memory: "normal"
  })
  return effect.pipe(Effect.provide(sqliteHistory.pipe(Layer.provide(settings))))
}

const run = (number: number, part: Partial<RunRecord> = {}): RunRecord => ({
  runId: `run-${number}`,
  spec: "acme",
  trigger: "schedule",
  attempt: 1,
  status: "ok",
  queuedAt: new Date(number * 1000).toISOString(),
  startedAt: null,
  finishedAt: new Date(number * 1000).toISOString(),
  rows: 0,
  bytes: 0,
  apiCalls: 0,
  error: null,
  report: null,
  ...part
})

describe("the history", () => {
  it.effect("keeps the newest runs of each spec with their logs, page by page, over a restart", () =>
    Effect.gen(function* () {
      const folder = newFolder()
      yield* within(
        folder,
        Effect.gen(function* () {
          const history = yield* RunHistory
          yield* history.save(run(0, { runId: "other", spec: "other" }))
          for (let number = 0; number < 230; number++) {
            yield* history.save(run(number))
            yield* history.addLog(`run-${number}`, [{ at: "now", level: "info", message: `line ${number}` }])
          }
        })
      )
      yield* within(
        folder,
        Effect.gen(function* () {
          const history = yield* RunHistory
          const newest = yield* history.list({ spec: "acme", limit: 500, before: null })
          assert.strictEqual(newest.length, 200)
          assert.strictEqual(newest[0]?.runId, "run-229")
          const page = yield* history.list({ spec: "acme", limit: 2, before: "run-100" })
          assert.deepStrictEqual(
            page.map(({ runId }) => runId),
            ["run-99", "run-98"]
          )
          assert.strictEqual((yield* history.list({ spec: null, limit: 500, before: null })).length, 201)
          assert.isNull(yield* history.get("run-3"))
          assert.deepStrictEqual(yield* history.log("run-3"), [])
          assert.deepStrictEqual(yield* history.log("run-229"), [
            { at: "now", level: "info", message: "line 229" }
          ])
        })
      )
    })
  )

  it.effect("calls a run lost whose server ended in the middle of it", () =>
    Effect.gen(function* () {
      const folder = newFolder()
      const open = run(1, { status: "running", finishedAt: null })
      yield* within(
        folder,
        Effect.flatMap(RunHistory, ({ save }) => save(open))
      )
      const found = yield* within(
        folder,
        Effect.flatMap(RunHistory, ({ get }) => get("run-1"))
      )
      assert.strictEqual(found?.status, "lost")
      assert.isNotNull(found?.finishedAt)
    })
  )

  it.effect("puts a file aside that it cannot read, and begins a new one", () =>
    Effect.gen(function* () {
      const folder = newFolder()
      writeFileSync(
        join(folder, "serve.sqlite"),
        "no database at all, but text that is long enough to be one".repeat(99)
      )
      yield* within(
        folder,
        Effect.flatMap(RunHistory, (history) =>
          Effect.andThen(history.save(run(1)), history.remember("acme", { paused: true }))
        )
      )
      assert.include(readdirSync(folder), "serve.sqlite.unreadable")
      const memory = yield* within(
        folder,
        Effect.flatMap(RunHistory, ({ memory: of }) => of("acme"))
      )
      assert.deepInclude(memory, { paused: true, lastAt: null })
    })
  )
})
