import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import { account, commitAfter, segment } from "./account.ts"
import { start } from "./child.ts"
import { duckdbSubject } from "./duckdb-subject.ts"
import { codeOf, folder, open, rowsOf } from "./subject.ts"

const oneRow = (at: string, version: number) =>
  commitAfter(version, {
    segments: [segment(at, { asOf: version, rows: [account(`001${version}`, 1)] })]
  })

describe("DuckDB: other processes and the file", () => {
  it.live("lets a reader look between commits, which sees only committed states", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const destination = yield* open(duckdbSubject, at)
      yield* destination.commit(oneRow(at, 0))
      const reader = yield* start(new URL("./reader.ts", import.meta.url), ["poll", join(at, "acme.duckdb")])
      yield* reader.line("saw 1 1")
      for (let version = 1; version < 12; version++) yield* destination.commit(oneRow(at, version))
      yield* reader.line("saw 12 12")
      for (const line of reader.lines()) {
        const [, version, rows] = line.split(" ")
        assert.strictEqual(version, rows, line)
      }
    })
  )

  it.live("waits for a reader that holds the file, says so once, and commits when it lets go", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const notices: Array<string> = []
      const destination = yield* open(duckdbSubject, at, {
        notice: (text) => Effect.sync(() => void notices.push(text))
      })
      yield* destination.commit(oneRow(at, 0))
      const reader = yield* start(new URL("./reader.ts", import.meta.url), ["hold", join(at, "acme.duckdb")])
      yield* reader.line("saw")
      const commit = yield* Effect.forkChild(destination.commit(oneRow(at, 1)))
      yield* Effect.sleep("700 millis")
      yield* reader.kill
      assert.strictEqual((yield* Fiber.join(commit)).inserted, 1)
      assert.strictEqual(notices.length, 1)
      assert.include(notices[0] ?? "", `process ${reader.pid}`)
    })
  )

  it.live("gives up after lockTimeout and names the process", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const destination = yield* open(duckdbSubject, at, {
        destination: { lockTimeout: Duration.millis(500) }
      })
      yield* destination.commit(oneRow(at, 0))
      const reader = yield* start(new URL("./reader.ts", import.meta.url), ["hold", join(at, "acme.duckdb")])
      yield* reader.line("saw")
      const failure = yield* Effect.flip(destination.commit(oneRow(at, 1)))
      assert.strictEqual(failure.code, "DESTINATION_LOCKED")
      assert.include(failure.message, `process ${reader.pid}`)
      assert.include(failure.message, "acme.duckdb")
      assert.strictEqual(yield* codeOf(destination.recordRun(report)), "DESTINATION_LOCKED")
      // Readers do not lock each other out.
      assert.strictEqual((yield* destination.checkpoints).streams.Account?.version, 1)
      yield* reader.kill
      assert.strictEqual((yield* destination.commit(oneRow(at, 1))).inserted, 1)
    })
  )

  it.live("lets streams that wait for the file wait together, not one after the other", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const destination = yield* open(duckdbSubject, at, {
        destination: { lockTimeout: Duration.seconds(2) }
      })
      yield* destination.commit(oneRow(at, 0))
      const reader = yield* start(new URL("./reader.ts", import.meta.url), ["hold", join(at, "acme.duckdb")])
      yield* reader.line("saw")
      const begun = Date.now()
      const codes = yield* Effect.all(
        Array.from({ length: 4 }, () => codeOf(destination.recordRun(report))),
        { concurrency: 4 }
      )
      assert.deepStrictEqual(new Set(codes), new Set(["DESTINATION_LOCKED"]))
      assert.isBelow(Date.now() - begun, 6000)
    })
  )

  it.live("lets queries and commits of one process take turns", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const writer = yield* open(duckdbSubject, at)
      const other = yield* open(duckdbSubject, at, { orgId: null })
      yield* writer.commit(oneRow(at, 0))
      const commits = Effect.forEach([1, 2, 3, 4, 5], (version) => writer.commit(oneRow(at, version)))
      const queries = Effect.forEach([1, 2, 3, 4, 5, 6, 7, 8], () =>
        rowsOf(other, `SELECT count(*), (SELECT version FROM _decant.checkpoints) FROM "Account"`)
      )
      const [, seen] = yield* Effect.all([commits, queries], { concurrency: 2 })
      for (const rows of seen) assert.strictEqual(rows[0]?.[0], rows[0]?.[1])
    })
  )
})

const report = {
  runId: "run-1",
  name: "acme",
  status: "ok",
  startedAt: "2026-11-21T10:00:00.000Z",
  finishedAt: "2026-11-21T10:00:01.000Z",
  apiCalls: 0,
  bytes: 0,
  streams: []
} as const
