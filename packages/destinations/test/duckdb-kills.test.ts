/**
 * A process that commits is killed at random moments, again and again, while another one looks. With
 * `DECANT_SOAK=1` a hundred times; a failure names its seed (`DECANT_SEED` repeats it).
 */
import { statSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, commitAfter, second, segment } from "./account.ts"
import { start } from "./child.ts"
import { duckdbSubject } from "./duckdb-subject.ts"
import { changeOf, lineOf, lineQuery, statesUpTo } from "./kill-model.ts"
import { randomBelow } from "./random-below.ts"
import { folder, open, rowsOf } from "./subject.ts"

const soak = process.env.DECANT_SOAK === "1"
const kills = soak ? 100 : 4
const seed = Number(process.env.DECANT_SEED ?? Math.floor(Math.random() * 2 ** 31))
const writing = new URL("./kill-writer.ts", import.meta.url)
const reading = new URL("./kill-reader.ts", import.meta.url)

describe("DuckDB: kill -9", () => {
  it.live(
    `at ${kills} random moments loses nothing, doubles nothing, and shows only committed states`,
    () =>
      Effect.gen(function* () {
        const at = yield* folder
        const file = join(at, "acme.duckdb")
        const first = yield* start(writing, [at, String(seed), "2"])
        yield* first.line("begin 2")
        const begun = Date.now()
        yield* first.ended
        // Moments are drawn from the time of two commits on this machine, so that they fall into all of one.
        const commitMillis = 2 * (Date.now() - begun)
        const reader = yield* start(reading, [file])
        yield* reader.line("saw 2 ")
        const random = randomBelow(seed)
        for (let kill = 0; kill < kills; kill++) {
          const writer = yield* start(writing, [at, String(seed)])
          yield* writer.line("begin")
          yield* Effect.sleep(random(commitMillis))
          yield* writer.kill
          assert.deepStrictEqual(
            writer.lines().filter((line) => line.startsWith("failed")),
            [],
            `seed ${seed}`
          )
        }
        yield* (yield* start(writing, [at, String(seed), "1"])).ended
        const destination = yield* open(duckdbSubject, at, { orgId: null })
        const version = (yield* destination.checkpoints).streams.Account?.version ?? 0
        assert.isAbove(version, 2)
        const states = statesUpTo(seed, version)
        const lines = states.map((state, index) => lineOf(index, state))
        const label = `seed ${seed}, version ${version}`
        assert.deepStrictEqual(yield* rowsOf(destination, lineQuery), [[lines[version]]], label)
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT "Id", "Name", "IsDeleted" FROM "Account" ORDER BY "Id"`),
          [...(states[version]?.rows ?? [])].map(([key, row]) => [key, String(row.name), row.deleted]),
          label
        )
        yield* reader.line(`saw ${version} `)
        const seen = new Set(reader.lines())
        for (const line of seen) {
          assert.strictEqual(line, `saw ${lines[Number(line.split(" ")[1])]}`, label)
        }
      }),
    soak ? 1_800_000 : 120_000
  )
})

describe("DuckDB: many small commits", () => {
  it.live(
    "leave a file that is not much bigger than one written at once",
    () =>
      Effect.gen(function* () {
        const at = yield* folder
        const commits = soak ? 100 : 12
        const destination = yield* open(duckdbSubject, at)
        const names = Array.from({ length: 20_000 }, (_, index) => String(index).padStart(6, "0"))
        const commit = (version: number, ids: ReadonlyArray<string>) =>
          destination.commit(
            commitAfter(version, {
              segments: [segment(at, { asOf: version, rows: ids.map((id) => account(id, version + 1)) })]
            })
          )
        const run = destination.recordRun({
          runId: "run",
          name: "acme",
          status: "ok",
          startedAt: second(1),
          finishedAt: second(2),
          apiCalls: 1,
          bytes: 1,
          streams: []
        })
        const read = (version: number, ids: ReadonlyArray<string>) =>
          Effect.andThen(commit(version, ids), run)
        yield* read(0, names)
        const fresh = statSync(join(at, "acme.duckdb")).size
        for (let version = 1; version <= commits; version++) {
          yield* read(
            version,
            changeOf(seed, version + 1).upserts.map((key) => key.slice(3))
          )
        }
        assert.isBelow(statSync(join(at, "acme.duckdb")).size, fresh * 3)
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT count(*), count(DISTINCT "Id") FROM "Account"`),
          [[names.length, names.length]]
        )
      }),
    soak ? 600_000 : 120_000
  )
})
