/** A large object is read as ranges of Ids by several jobs at one time: each row once, whatever stops it where. */
import { setTimeout as after } from "node:timers/promises"
import type { Work } from "@decant/connector"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { openSalesforce } from "../src/salesforce-source.ts"
import { tuning } from "../src/tuning.ts"
import { at, standBetween } from "./between.ts"
import { Emulator } from "./emulator.ts"
import { spoolFolder } from "./spool.ts"
import { differences, newTable, planOf, pour, sync, type Table } from "./table.ts"

const ROWS = 240
const sizes = {
  ...tuning,
  pageRows: 25,
  partedFrom: 200,
  rowsPerPart: 60,
  mostParts: 8,
  jobsAtOnce: 3,
  mostRowsByRest: 2
}

const fill = Effect.gen(function* () {
  const org = yield* Emulator
  yield* org.control("POST", "reset")
  const rows = Array.from({ length: ROWS }, (_, index) => ({
    LastName: `Person ${index}`,
    SystemModstamp: `2024-05-0${1 + (index % 9)}T10:00:00.000+0000`
  }))
  yield* org.records("Contact", { insert: rows })
})

interface Seen {
  /** The queries of the jobs that were made. */
  readonly queries: Array<string>
  /** Jobs that are neither deleted nor complete, at most. */
  atOnce: number
}

const setting = ({ refusesExplain = false, partedFrom = sizes.partedFrom, waits = false } = {}) =>
  Effect.gen(function* () {
    const org = yield* Emulator
    const spool = yield* spoolFolder
    const seen: Seen = { queries: [], atOnce: 0 }
    const open = new Set<string>()
    const url = yield* standBetween(org.url, {
      answer: async ({ method, path }) => {
        // No job is known to be done before there are two.
        const polls = waits && method === "GET" && /jobs\/query\/\w+$/.test(path)
        while (polls && seen.queries.length < 2) await after(20)
        if (!refusesExplain || !path.includes("explain=")) return null
        return { status: 404, body: [{ errorCode: "NOT_FOUND" }] }
      },
      saw: ({ method, path, body }, reply) => {
        if (method === "POST" && path.endsWith("/jobs/query")) {
          seen.queries.push(JSON.parse(body).query)
          open.add(JSON.parse(reply).id)
          seen.atOnce = Math.max(seen.atOnce, open.size)
        }
        const polled = /jobs\/query\/(\w+)$/.exec(path)?.[1]
        if (polled !== undefined && method === "GET" && JSON.parse(reply).state === "JobComplete")
          open.delete(polled)
      }
    })
    const spec = at(yield* org.spec("[{ object: Contact }]"), url)
    return { spool, seen, open: openSalesforce({ spec, folder: "." }, { ...sizes, partedFrom }) }
  })

const expectTruth = (table: Table) =>
  Effect.gen(function* () {
    const org = yield* Emulator
    assert.deepStrictEqual(differences(table, yield* org.truth("Contact")), [])
    assert.strictEqual(table.checkpoint?.phase, "incremental")
    assert.deepStrictEqual(table.checkpoint?.work, [])
    assert.strictEqual(table.read, ROWS)
  })

const quiet = { report: () => Effect.void }
const rangeOf = (query: string): string => /Id [<>].*/.exec(query)?.[0] ?? ""

const rangeText = (ids: Work["ids"]): string =>
  [ids?.from ? `Id >= '${ids.from}'` : "", ids?.to ? `Id < '${ids.to}'` : ""]
    .filter((text) => text !== "")
    .join(" AND ")

layer(Emulator.with("--dataset", "empty", "--switch", "bulkQueueMs=0", "--switch", "bulkRunMs=150"), {
  excludeTestServices: true,
  timeout: "1 minute"
})("an object of more rows than one job should bring", (it) => {
  it.effect("is read by several jobs at one time, each over its own range of Ids", () =>
    Effect.gen(function* () {
      yield* fill
      const { seen, spool, open } = yield* setting({ waits: true })
      const table = newTable()
      yield* sync(yield* open, "Contact", table, spool)
      yield* expectTruth(table)
      assert.isAtLeast(seen.queries.length, 4)
      assert.isAtMost(seen.queries.length, 8)
      assert.strictEqual(new Set(seen.queries.map(rangeOf)).size, seen.queries.length)
      assert.isAbove(seen.atOnce, 1)
      assert.isAtMost(seen.atOnce, sizes.jobsAtOnce)
    }).pipe(Effect.scoped)
  )

  it.effect(
    "goes on after a crash between any two commits with the jobs that it had, and reads no row twice",
    () =>
      Effect.gen(function* () {
        yield* fill
        const whole = yield* setting()
        const steps = (yield* sync(yield* whole.open, "Contact", newTable(), whole.spool)).advances.length
        const jobs = whole.seen.queries.length
        for (let committed = 2; committed < steps; committed += Math.ceil(steps / 6)) {
          const { seen, spool, open } = yield* setting()
          const table = newTable()
          const first = yield* open
          const plan = yield* planOf(first, "Contact", table)
          yield* pour(table, first.read(plan, { spool, ...quiet }), committed)
          const named = table.checkpoint?.work.filter(({ job }) => job !== undefined) ?? []
          const { plan: next } = yield* sync(yield* open, "Contact", table, spool)
          assert.isTrue(next.resumes, `after ${committed}`)
          yield* expectTruth(table)
          for (const { ids } of named) {
            const made = seen.queries.filter((query) => rangeOf(query) === rangeText(ids))
            assert.strictEqual(made.length, 1, `after ${committed}`)
          }
          // Of jobs that were made and not yet named nobody knows any more.
          assert.isAtMost(seen.queries.length, jobs + sizes.jobsAtOnce, `after ${committed}`)
        }
      }).pipe(Effect.scoped),
    60_000
  )

  it.effect("is cut by Ids alone where Salesforce does not say how many rows a range has", () =>
    Effect.gen(function* () {
      yield* fill
      const { seen, spool, open } = yield* setting({ refusesExplain: true })
      const table = newTable()
      yield* sync(yield* open, "Contact", table, spool)
      yield* expectTruth(table)
      assert.isAtLeast(seen.queries.length, 4)
    }).pipe(Effect.scoped)
  )

  it.effect("is read by one job while it has fewer rows", () =>
    Effect.gen(function* () {
      yield* fill
      const { seen, spool, open } = yield* setting({ partedFrom: ROWS + 1 })
      const table = newTable()
      yield* sync(yield* open, "Contact", table, spool)
      yield* expectTruth(table)
      assert.strictEqual(seen.queries.length, 1)
    }).pipe(Effect.scoped)
  )
})
