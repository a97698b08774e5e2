import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { openSalesforce } from "../src/salesforce-source.ts"
import { halveWindow } from "../src/streams/halve-window.ts"
import { middleId } from "../src/streams/middle-id.ts"
import { tuning } from "../src/tuning.ts"
import { at, standBetween } from "./between.ts"
import { Emulator } from "./emulator.ts"
import { spoolFolder } from "./spool.ts"
import { differences, newTable, planOf, pour, sync, type Table } from "./table.ts"
import { tooMuch } from "./too-much.ts"

const MASS = "2024-05-01T10:00:00.000+0000"
const mostRows = 12
const small = { ...tuning, mostRowsByRest: 2 }

const people = (count: number, stamp: string) =>
  Array.from({ length: count }, (_, index) => ({ LastName: `${stamp} ${index}`, SystemModstamp: stamp }))

/** Thirty contacts that one mass update has stamped, and a few of other years. */
const fill = Effect.gen(function* () {
  const org = yield* Emulator
  yield* org.control("POST", "reset")
  yield* org.records("Contact", {
    insert: [
      ...people(2, "2005-01-01T00:00:00.000+0000"),
      ...people(30, MASS),
      ...people(3, "2025-02-02T02:02:02.000+0000")
    ]
  })
})

const setting = (refusesBulk = false, sizes = small) =>
  Effect.gen(function* () {
    const org = yield* Emulator
    const spool = yield* spoolFolder
    const limits = tooMuch(org.url, mostRows, refusesBulk)
    const url = yield* standBetween(org.url, limits.between)
    const spec = at(yield* org.spec("[{ object: Contact }]"), url)
    const open = openSalesforce({ spec, folder: "." }, sizes)
    return { org, spool, limits, open }
  })

const expectTruth = (table: Table) =>
  Effect.gen(function* () {
    const org = yield* Emulator
    const truth = yield* org.truth("Contact")
    assert.deepStrictEqual(differences(table, truth), [])
    assert.strictEqual(table.checkpoint?.phase, "incremental")
    assert.deepStrictEqual(table.checkpoint?.work, [])
  })

type Advances = Effect.Success<ReturnType<typeof sync>>["advances"]

/** What the next process finds to do: a job that runs, rows by time or by Id, some of them read, deletes. */
const nextToDo = ({ checkpoint: { phase, work } }: Advances[number]): string => {
  const [next] = work
  const rows = [next?.job != null, next?.ids != null, (next?.segments?.committed.length ?? 0) > 0]
  return JSON.stringify([phase, next?.kind, ...rows])
}

/** How many commits came before each place from which the next process goes on in another way; not the end. */
const placesThatDiffer = (advances: Advances): ReadonlyArray<number> => {
  const found = advances.slice(0, -1).map(nextToDo)
  return found.flatMap((todo, at) => (found.indexOf(todo) === at ? [at + 1] : []))
}

const quiet = { report: () => Effect.void }

layer(Emulator.with("--dataset", "empty", "--switch", "bulkQueueMs=0", "--switch", "bulkRunMs=0"), {
  excludeTestServices: true,
  timeout: "1 minute"
})("a window that is too much for one query", (it) => {
  it.effect("is read in parts by time and, where all rows bear one stamp, by Id: each row once", () =>
    Effect.gen(function* () {
      yield* fill
      const { spool, limits, open } = yield* setting()
      const table = newTable()
      yield* sync(yield* open, "Contact", table, spool)
      yield* expectTruth(table)
      assert.strictEqual(table.read, 35)
      const jobs = limits.jobs()
      const failed = jobs.filter((job) => job.failed)
      assert.isAtMost(failed.length, 9, JSON.stringify(jobs, null, 1))
      const good = jobs.filter((job) => !job.failed)
      assert.isAbove(good.length, 3)
      assert.isAbove(good.filter(({ query }) => /Id (>=|<) '003/.test(query)).length, 2)
    }).pipe(Effect.scoped)
  )

  it.effect(
    "goes on after a crash between two commits, without what is committed",
    () =>
      Effect.gen(function* () {
        yield* fill
        const whole = yield* setting()
        const { advances } = yield* sync(yield* whole.open, "Contact", newTable(), whole.spool)
        assert.isAbove(advances.length, 20)
        const points = placesThatDiffer(advances)
        assert.isAtLeast(points.length, 4)
        for (const committed of points) {
          const { spool, limits, open } = yield* setting()
          const table = newTable()
          const first = yield* open
          const plan = yield* planOf(first, "Contact", table)
          yield* pour(table, first.read(plan, { spool, ...quiet }), committed)
          const before = limits.jobs().length
          const { plan: next } = yield* sync(yield* open, "Contact", table, spool)
          assert.isTrue(next.resumes, `after ${committed}`)
          yield* expectTruth(table)
          // The catching up after a window that goes on reads no row again: all are older than it.
          assert.strictEqual(table.read, 35, `after ${committed}`)
          assert.isAtMost(limits.jobs().length, before + jobsOf(whole.limits.jobs().length, before))
        }
      }).pipe(Effect.scoped),
    240_000
  )

  it.effect("goes on part by part only as long as the columns and the filter are the same", () =>
    Effect.gen(function* () {
      yield* fill
      const { spool, open, org } = yield* setting()
      const table = newTable()
      const first = yield* open
      const plan = yield* planOf(first, "Contact", table)
      yield* pour(table, first.read(plan, { spool, ...quiet }), 12)
      assert.isTrue(table.checkpoint?.work.some(({ kind }) => kind === "deletes"))
      const spec = yield* org.spec("[{ object: Contact, fields: [LastName, Phone] }]")
      const other = yield* openSalesforce({ spec, folder: "." }, small)
      assert.isFalse((yield* planOf(other, "Contact", table)).resumes)
      yield* sync(other, "Contact", table, spool)
      yield* expectTruth(table)
    }).pipe(Effect.scoped)
  )

  it.effect("comes by REST in parts, too, when Bulk does not serve the object: it is asked once", () =>
    Effect.gen(function* () {
      yield* fill
      const { spool, limits, open } = yield* setting(true)
      const table = newTable()
      yield* sync(yield* open, "Contact", table, spool)
      yield* expectTruth(table)
      assert.strictEqual(table.read, 35)
      assert.strictEqual(limits.jobs().length, 1)
      assert.isTrue(limits.queries().some((query) => query.includes("Id >= '003")))
    }).pipe(Effect.scoped)
  )

  it.effect("fails in the end when no part of it can be read, and keeps what could", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      yield* fill
      const { spool, open } = yield* setting(false, { ...small, mostRowsByRest: 0 })
      const table = newTable()
      const source = yield* open
      const failed = {
        status: 200,
        body: { id: "750", state: "Failed", errorMessage: "Unexpected exception" }
      }
      yield* org.fault("/jobs/query/750", failed, 100)
      const plan = yield* planOf(source, "Contact", table)
      const error = yield* Effect.flip(pour(table, source.read(plan, { spool, ...quiet })))
      assert.strictEqual(error.code, "JOB_FAILED")
      assert.isNull(table.checkpoint?.cursor ?? null)
      yield* org.control("DELETE", "faults")
      yield* sync(yield* open, "Contact", table, spool)
      yield* expectTruth(table)
    }).pipe(Effect.scoped)
  )

  it.effect("is not asked for in parts when somebody stopped its job", () =>
    Effect.gen(function* () {
      const { org, spool, open } = yield* setting()
      const table = newTable()
      const source = yield* open
      yield* org.fault("/jobs/query/750", { status: 200, body: { id: "750", state: "Aborted" } }, 1)
      const plan = yield* planOf(source, "Contact", table)
      const error = yield* Effect.flip(pour(table, source.read(plan, { spool, ...quiet })))
      assert.strictEqual(error.code, "JOB_FAILED")
      assert.isNull(table.checkpoint?.cursor ?? null)
    }).pipe(Effect.scoped)
  )

  it.effect("has halves that meet at a whole second between its first and its last row", () =>
    Effect.sync(() => {
      const [from, to] = ["2026-11-21T10:00:00.000Z", "2026-11-21T10:00:03.000Z"]
      const middle = "2026-11-21T10:00:01.000Z"
      assert.deepStrictEqual(halveWindow({ from, to }), [
        { from, to: middle },
        { from: middle, to }
      ])
      assert.isNull(halveWindow({ from, to: middle }))
      assert.isNull(halveWindow({ from: null, to }, { first: middle, last: middle }))
      assert.deepStrictEqual(halveWindow({ from: null, to }, { first: from, last: middle }), [
        { from: null, to: middle },
        { from: middle, to }
      ])
    })
  )

  it.effect("is cut at a valid Id between the first and the last", () =>
    Effect.sync(() => {
      assert.strictEqual(middleId("003000000000001AAA", "003000000000003AAA"), "003000000000002AAA")
      assert.strictEqual(middleId("003000000000001AAA", "003000000000002AAA"), "003000000000002AAA")
      assert.isNull(middleId("003000000000001AAA", "003000000000001AAA"))
      assert.strictEqual(middleId("00300000000000ZAAA", "00300000000000bAAA"), "00300000000000aAAA")
      assert.strictEqual(middleId("0030000000000Zz", "0030000000000a1"), "0030000000000a0AAA")
      assert.strictEqual(middleId("001D000000IqhSKIAY", "001D000000IqhSMIAZ"), "001D000000IqhSLIAZ")
      assert.isNull(middleId("not an Id", "003000000000001AAA"))
    })
  )
})

/** Jobs that are still to be made, with one more for the part that was broken off. */
function jobsOf(all: number, made: number): number {
  return Math.max(0, all - made) + 2
}
