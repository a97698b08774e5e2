/**
 * Whoever writes dies at any moment, or its connections do: nothing is lost, nothing is doubled, and another process
 * that looks sees committed states only. A failure names its seed (`DECANT_SEED` repeats it); `DECANT_SOAK=1` kills
 * a hundred times.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { start } from "./child.ts"
import { dyingWriters } from "./dying-writers.ts"
import { statesUpTo } from "./kill-model.ts"
import { postgresServer } from "./postgres-server.ts"
import { postgresSubject } from "./postgres-subject.ts"
import { randomBelow } from "./random-below.ts"
import { folder, open, rowsOf } from "./subject.ts"

const server = postgresServer()
const subject = postgresSubject(server)
const soak = process.env.DECANT_SOAK === "1"
const kills = soak ? 100 : 6
const seed = Number(process.env.DECANT_SEED ?? Math.floor(Math.random() * 2 ** 31))
const pages = 4
const writerProgram = new URL("./postgres-writer.ts", import.meta.url)
const readerProgram = new URL("./postgres-reader.ts", import.meta.url)

const lineQuery = `SELECT concat_ws(' ', (SELECT version FROM _decant.checkpoints), count(*), count(DISTINCT "Id"),
  count(*) FILTER (WHERE "IsDeleted"), sum("Name"::integer)) AS line FROM salesforce."Account"`

const prepared = Effect.gen(function* () {
  const at = yield* folder
  yield* Effect.promise(() => server.prepare(at))
  const writer = (commits?: number) =>
    start(writerProgram, [server.urlOf(at), at, String(seed), String(commits ?? 1_000_000), String(pages)])
  return { at, writer }
})

/** What `lineQuery` answers after each version of the checkpoint from the first visible one on. */
const linesUpTo = (version: number): ReadonlyMap<number, string> =>
  new Map(
    statesUpTo(seed, version - pages + 1)
      .slice(1)
      .map(({ rows }, index) => {
        const all = [...rows.values()]
        const deleted = all.filter((row) => row.deleted).length
        const sum = all.reduce((total, row) => total + row.name, 0)
        return [index + pages, `${index + pages} ${all.length} ${all.length} ${deleted} ${sum}`]
      })
  )

const checkTruth = Effect.fnUntraced(function* (at: string, seen: ReadonlyArray<string>) {
  const destination = yield* open(subject, at)
  const version = (yield* destination.checkpoints).streams.Account?.version ?? 0
  const label = `seed ${seed}, version ${version}`
  const states = statesUpTo(seed, version - pages + 1)
  const rows = yield* rowsOf(destination, `SELECT "Id", "Name", "IsDeleted" FROM "Account" ORDER BY "Id"`)
  const wanted = [...(states.at(-1)?.rows ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
  assert.deepStrictEqual(
    rows,
    wanted.map(([key, row]) => [key, String(row.name), row.deleted]),
    label
  )
  const lines = linesUpTo(version)
  for (const line of new Set(seen)) {
    assert.strictEqual(line, `saw ${lines.get(Number(line.split(" ")[1]))}`, label)
  }
  const left = yield* Effect.promise(() =>
    server.admin(
      at,
      `SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'
        AND (nspname = '_decant' AND (relname LIKE 'stage%' OR relname LIKE 'actions%') OR relname LIKE '\\_decant%')`
    )
  )
  assert.deepStrictEqual(left, [], label)
  return version
})

describe("Postgres: kill -9", () => {
  it.live(
    `at ${kills} random moments, first load and increments`,
    () =>
      Effect.gen(function* () {
        const { at, writer } = yield* prepared
        const reader = yield* start(readerProgram, [server.superUrlOf(at), lineQuery])
        const random = randomBelow(seed)
        // Moments are drawn from the time of a first commit on this machine, so that they fall into all of one.
        let commitMillis = 400
        for (let kill = 0; kill < kills; kill++) {
          const child = yield* writer()
          yield* child.line("begin")
          const begun = Date.now()
          if (kill === kills - 3) {
            yield* child.line("done")
            commitMillis = 2 * (Date.now() - begun)
          }
          yield* Effect.sleep(random(commitMillis))
          yield* child.kill
          const failed = child.lines().filter((line) => line.startsWith("failed"))
          assert.deepStrictEqual(failed, [], `seed ${seed}`)
        }
        yield* (yield* writer(pages + 1)).ended
        const seen = reader.lines()
        assert.isAtLeast(yield* checkTruth(at, seen), pages + 1)
        assert.isAbove(seen.length, 0)
      }),
    soak ? 1_800_000 : 120_000
  )
})

describe("Postgres: connections that the server ends", () => {
  it.live(
    "at random moments while commits run: they are made again, and nothing is lost",
    () =>
      Effect.gen(function* () {
        const { at, writer } = yield* prepared
        const child = yield* writer(pages + 4)
        yield* child.line("begin 1")
        const last = `done ${pages + 4}`
        const random = randomBelow(seed)
        let ended = 0
        // Of one commit only so many, for it is given up after some: on a slow machine all would meet the first.
        const endedOf = new Map<number, number>()
        while (!child.lines().includes(last) && !child.lines().some((line) => line.startsWith("failed"))) {
          yield* Effect.sleep(50 + random(400))
          const done = child.lines().filter((line) => line.startsWith("done")).length
          if (ended >= (soak ? 60 : 5) || (endedOf.get(done) ?? 0) >= 2) continue
          const found = yield* Effect.promise(() =>
            server.admin(
              at,
              `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity WHERE application_name = 'decant'
                AND datname = current_database() ORDER BY md5(pid::text || '${random(2 ** 31)}') LIMIT 1`
            )
          )
          ended += found.length
          endedOf.set(done, (endedOf.get(done) ?? 0) + found.length)
        }
        assert.include(child.lines(), last, `seed ${seed}`)
        assert.isAbove(ended, 0)
        assert.strictEqual(yield* checkTruth(at, []), pages + 4)
      }),
    120_000
  )
})

dyingWriters(server)
