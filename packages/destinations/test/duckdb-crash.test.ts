import { existsSync, statSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, commitAfter, segment } from "./account.ts"
import { start } from "./child.ts"
import { duckdbSubject } from "./duckdb-subject.ts"
import { folder, open, rowsOf } from "./subject.ts"

const rowsOfCommit = 30_000

/** The version and the number of rows that a later process finds. */
const found = (at: string) =>
  Effect.gen(function* () {
    const destination = yield* open(duckdbSubject, at)
    const version = (yield* destination.checkpoints).streams.Account?.version ?? 0
    if (version === 0) return { version, rows: 0 }
    const rows = yield* rowsOf(destination, `SELECT count(*), count(DISTINCT "Id") FROM "Account"`)
    assert.strictEqual(rows[0]?.[0], rows[0]?.[1])
    return { version, rows: Number(rows[0]?.[0]) }
  }).pipe(Effect.scoped)

const bytesOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0)

describe("DuckDB: a process that is killed", () => {
  it.live("leaves the state before, when it dies inside the transaction", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const file = join(at, "acme.duckdb")
      const first = yield* start(new URL("./writer.ts", import.meta.url), [at, "1000", "1"])
      yield* first.line("done 1")
      yield* first.ended
      const before = bytesOf(file)
      const child = yield* start(new URL("./writer.ts", import.meta.url), [at, "400000", "1"])
      yield* child.line("begin 2")
      // Row groups of an open transaction are written ahead, so a growing file says that it is inside.
      while (bytesOf(file) < before + 1_000_000) yield* Effect.sleep("5 millis")
      yield* child.kill
      assert.isUndefined(child.lines().find((line) => line.startsWith("done")))
      assert.deepStrictEqual(yield* found(at), { version: 1, rows: 1000 })
    })
  )

  it.live("leaves one committed state, whenever it dies, and the next process goes on from it", () =>
    Effect.gen(function* () {
      const at = yield* folder
      for (let round = 0; round < (process.env.DECANT_SOAK === "1" ? 50 : 3); round++) {
        const before = yield* found(at)
        const child = yield* start(new URL("./writer.ts", import.meta.url), [at, String(rowsOfCommit), "3"])
        yield* child.line(`begin ${before.version + 1}`)
        yield* Effect.sleep(Math.floor(Math.random() * 800))
        yield* child.kill
        const after = yield* found(at)
        assert.strictEqual(after.rows, after.version * rowsOfCommit)
        assert.isAtLeast(after.version, before.version)
      }
    })
  )

  it.live("loses nothing when it dies after the commit: the same commit again changes nothing", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const commit = commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)] })] })
      yield* Effect.scoped(Effect.flatMap(open(duckdbSubject, at), (it) => it.commit(commit)))
      const again = yield* open(duckdbSubject, at)
      assert.strictEqual((yield* again.commit(commit)).inserted, 0)
      assert.deepStrictEqual(yield* found(at), { version: 1, rows: 1 })
    })
  )

  it.live("reports a full disk and loses nothing", () =>
    Effect.gen(function* () {
      const at = yield* folder
      yield* (yield* start(new URL("./writer.ts", import.meta.url), [at, "1000", "1"])).ended
      const child = yield* start(
        new URL("./writer.ts", import.meta.url),
        [at, "100000", "1"],
        "trap '' XFSZ; ulimit -f 2500"
      )
      const line = yield* child.line("failed")
      assert.match(line, /^failed DISK_FULL/)
      assert.deepStrictEqual(yield* found(at), { version: 1, rows: 1000 })
    })
  )
})
