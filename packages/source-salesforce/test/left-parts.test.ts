/** Parts of a first load that several processes read at one time, and one of them ends. */
import type { Source, Work } from "@decant/connector"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { openSalesforce } from "../src/salesforce-source.ts"
import { tuning } from "../src/tuning.ts"
import { at, standBetween } from "./between.ts"
import { Emulator } from "./emulator.ts"
import { spoolFolder } from "./spool.ts"
import { differences, newTable, planOf, pour, pourPart, sync, type Table } from "./table.ts"
import { tooMuch } from "./too-much.ts"

const ROWS = 200
const sizes = {
  ...tuning,
  pageRows: 20,
  partedFrom: 150,
  rowsPerPart: 60,
  mostParts: 8,
  mostRowsByRest: 2,
  mostRowsWithoutBulk: 100
}

const fill = Effect.gen(function* () {
  const org = yield* Emulator
  yield* org.control("POST", "reset")
  yield* org.control("DELETE", "faults")
  const insert = Array.from({ length: ROWS }, (_, index) => ({
    LastName: `Person ${index}`,
    SystemModstamp: `2024-05-0${1 + (index % 9)}T10:00:00.000+0000`
  }))
  return (yield* org.records("Contact", { insert })).inserted ?? []
})

/** A process of its own: another login, another spool. */
const worker = (url?: string) =>
  Effect.gen(function* () {
    const org = yield* Emulator
    const spool = yield* spoolFolder
    const spec = at(yield* org.spec("[{ object: Contact }]"), url ?? org.url)
    const source = yield* openSalesforce({ spec, folder: spool }, sizes)
    return { source, context: { spool, report: () => Effect.void, leavesParts: true } }
  })
type Worker = Effect.Success<ReturnType<typeof worker>>

const partsOf = ({ parts }: Source, table: Table): ReadonlyArray<Work> =>
  table.checkpoint === null ? [] : (parts?.(table.checkpoint) ?? [])

/** To the end of the part, or as far as told. */
const readPart = ({ source, context }: Worker, table: Table, part: Work, most?: number) =>
  Effect.gen(function* () {
    const plan = yield* planOf(source, "Contact", table)
    assert.isDefined(source.readPart)
    return yield* source.readPart === undefined
      ? Effect.die("no parts")
      : pourPart(table, source.readPart(plan, part, context), most)
  })

/** The parts are in the checkpoint, and no job is made. */
const cutInto = (by: Worker, table: Table) =>
  Effect.gen(function* () {
    const org = yield* Emulator
    const plan = yield* planOf(by.source, "Contact", table)
    yield* org.forget
    const advances = yield* pour(table, by.source.read(plan, by.context))
    assert.deepStrictEqual(
      advances.map(({ segments }) => segments),
      [[]]
    )
    assert.strictEqual(yield* jobsMade, 0)
    return partsOf(by.source, table)
  })

const jobsMade = Effect.gen(function* () {
  const org = yield* Emulator
  return (yield* org.requests).filter((line) => line === "POST /services/data/v67.0/jobs/query").length
})

const expectTruth = (table: Table) =>
  Effect.gen(function* () {
    const org = yield* Emulator
    assert.deepStrictEqual(differences(table, yield* org.truth("Contact")), [])
    assert.strictEqual(table.checkpoint?.phase, "incremental")
    assert.deepStrictEqual(table.checkpoint?.work, [])
  })

const setting = Effect.gen(function* () {
  yield* fill
  const table = newTable()
  const first = yield* worker()
  const parts = yield* cutInto(first, table)
  return { table, first, parts }
})

const switches = ["bulkQueueMs=0", "bulkRunMs=20", "bulkPageRows=15"].flatMap((set) => ["--switch", set])

layer(Emulator.with("--dataset", "empty", ...switches), {
  excludeTestServices: true,
  timeout: "1 minute"
})("parts that a reading leaves", (it) => {
  it.effect("are read by several processes in any order, and the ordinary reading ends the window", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const ids = yield* fill
      const [table, first, second] = [newTable(), yield* worker(), yield* worker()]
      const parts = yield* cutInto(first, table)
      assert.isAtLeast(parts.length, 3)
      assert.deepStrictEqual(
        table.checkpoint?.work.map(({ kind }) => kind),
        [...parts.map(() => "rows"), "deletes"]
      )

      const [one, ...others] = parts.toReversed()
      assert.isDefined(one)
      if (one !== undefined) yield* readPart(second, table, one)
      const left = yield* planOf(second.source, "Contact", table)
      yield* org.forget
      assert.deepStrictEqual(yield* pour(table, second.source.read(left, second.context)), [])
      assert.deepStrictEqual(yield* org.requests, [])

      yield* Effect.forEach(
        others,
        (part, index) => readPart(index % 2 === 0 ? first : second, table, part),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(partsOf(first.source, table), [])
      assert.strictEqual(table.read, ROWS)
      assert.isNull(table.checkpoint?.cursor)

      const [gone = ""] = ids
      yield* org.records("Contact", { hardDelete: [gone] })
      yield* org.forget
      const plan = yield* planOf(first.source, "Contact", table)
      assert.isTrue(plan.resumes)
      yield* pour(table, first.source.read(plan, first.context))
      assert.strictEqual(yield* jobsMade, 0)
      assert.strictEqual(table.rows.get(gone)?.IsDeleted, "true")
      table.rows.delete(gone)
      yield* expectTruth(table)
    }).pipe(Effect.scoped)
  )

  it.effect("go on with their jobs in another process, wherever the first was killed", () =>
    Effect.gen(function* () {
      const { table, first, parts } = yield* setting
      const second = yield* worker()
      for (const [index, part] of parts.entries()) {
        yield* readPart(first, table, part, 1 + index)
        const stored = partsOf(second.source, table).find(({ id }) => id === part.id)
        assert.isDefined(stored?.job)
        assert.strictEqual(stored?.segments.committed.length, index)
        if (stored !== undefined) yield* readPart(second, table, stored)
      }
      assert.strictEqual(yield* jobsMade, parts.length)
      assert.strictEqual(table.read, ROWS)
      yield* sync(second.source, "Contact", table, second.context.spool)
      yield* expectTruth(table)
    }).pipe(Effect.scoped)
  )

  it.effect("are the same segments for two processes that read one at a time", () =>
    Effect.gen(function* () {
      const { table, first, parts } = yield* setting
      const second = yield* worker()
      const [part] = parts
      if (part === undefined) return assert.fail("no part")
      yield* readPart(first, table, part, 1)
      const [stored = part] = partsOf(first.source, table)
      const copy = { ...newTable(), checkpoint: table.checkpoint }
      const read = yield* Effect.all([readPart(first, table, stored), readPart(second, copy, stored)], {
        concurrency: 2
      })
      const [ids, others] = read.map(({ taken }) =>
        taken.flatMap(({ segments }) => segments.map(({ id }) => id))
      )
      assert.isAbove(ids?.length ?? 0, 1)
      assert.deepStrictEqual(ids, others)
      assert.strictEqual(yield* jobsMade, 1)
    }).pipe(Effect.scoped)
  )

  it.effect("stay the first one's where two processes begin the same one", () =>
    Effect.gen(function* () {
      const { table, first, parts } = yield* setting
      const second = yield* worker()
      const [part] = parts
      if (part === undefined) return assert.fail("no part")
      yield* readPart(first, table, part, 2)
      const late = yield* readPart(second, table, part)
      assert.isFalse(late.wasFirst)
      assert.deepStrictEqual(late.taken, [])
      yield* sync(second.source, "Contact", table, second.context.spool)
      assert.strictEqual(table.read, ROWS)
      yield* expectTruth(table)
    }).pipe(Effect.scoped)
  )

  it.effect("are cut in two where Salesforce gives up on one, and both halves stay the reader's", () =>
    Effect.gen(function* () {
      const { table, first, parts } = yield* setting
      const org = yield* Emulator
      const limited = tooMuch(org.url, 30)
      const second = yield* worker(yield* standBetween(org.url, limited.between))
      const [part] = parts
      if (part === undefined) return assert.fail("no part")
      const { taken } = yield* readPart(second, table, part)
      const held = taken.map(({ part: { from, to } }) => [from.length, to.length])
      assert.deepInclude(held, [1, 2])
      assert.deepStrictEqual(held.at(-1), [1, 0])
      assert.isAbove(limited.jobs().filter(({ failed }) => failed).length, 0)
      assert.strictEqual(partsOf(first.source, table).length, parts.length - 1)
      yield* sync(first.source, "Contact", table, first.context.spool)
      assert.strictEqual(table.read, ROWS)
      yield* expectTruth(table)
    }).pipe(Effect.scoped)
  )

  it.effect("begin anew where their job is gone, under another id", () =>
    Effect.gen(function* () {
      const { table, first, parts } = yield* setting
      const org = yield* Emulator
      const [part, other] = parts
      if (part === undefined || other === undefined) return assert.fail("no part")
      yield* readPart(first, table, part, 2)
      yield* readPart(first, table, other, 2)
      const [lost, old] = partsOf(first.source, table)
      if (lost?.job === undefined || old?.job === undefined) return assert.fail("no job")
      const answer = { status: 404, body: [{ errorCode: "NOT_FOUND", message: "gone" }] }
      yield* org.fault(`jobs/query/${lost.job.id}`, answer, 1)
      yield* readPart(first, table, lost)
      assert.strictEqual(yield* jobsMade, 3)

      yield* org.control("POST", "clock", { advanceSeconds: 7 * 86_400 })
      const { taken } = yield* readPart(yield* worker(), table, old)
      assert.deepStrictEqual(taken[0]?.part.from, [old])
      assert.notStrictEqual(taken[0]?.part.to[0]?.id, old.id)
      assert.strictEqual(yield* jobsMade, 4)
      assert.isFalse(partsOf(first.source, table).some(({ id }) => id === lost.id || id === old.id))
      yield* sync(first.source, "Contact", table, first.context.spool)
      yield* expectTruth(table)
    }).pipe(Effect.scoped)
  )

  it.effect("fail where a field went since they were planned, and are read when they are planned again", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      yield* fill
      const [table, first] = [newTable(), yield* worker()]
      const plan = yield* planOf(first.source, "Contact", table)
      yield* pour(table, first.source.read(plan, first.context))
      const [part] = partsOf(first.source, table)
      if (part === undefined || first.source.readPart === undefined) return assert.fail("no part")
      yield* org.control("POST", "schema/Contact", { hideField: "Title" })
      const error = yield* Effect.flip(pourPart(table, first.source.readPart(plan, part, first.context)))
      assert.strictEqual(error.code, "API_UNKNOWN_FIELD")
      yield* readPart(first, table, part)
      assert.isFalse(partsOf(first.source, table).some(({ id }) => id === part.id))
      yield* sync(first.source, "Contact", table, first.context.spool)
      assert.strictEqual(table.read, ROWS)
      assert.isFalse([...table.rows.values()].some((row) => "Title" in row))
      yield* org.control("POST", "schema/Contact", { showField: "Title" })
    }).pipe(Effect.scoped)
  )

  it.effect("come by REST where the org has no job left, if they are small", () =>
    Effect.gen(function* () {
      const { table, first, parts } = yield* setting
      const org = yield* Emulator
      const spent = { DailyBulkV2QueryJobs: { Max: 10_000, Remaining: 10 } }
      yield* org.fault("/limits", { status: 200, body: spent })
      const second = yield* worker()
      for (const part of parts) yield* readPart(second, table, part)
      assert.strictEqual(yield* jobsMade, 0)
      assert.strictEqual(table.read, ROWS)
      yield* sync(first.source, "Contact", table, first.context.spool)
      yield* expectTruth(table)
    }).pipe(Effect.scoped)
  )

  it.effect(
    "are of the new generation where a stream is read anew, and it is shown when they are all in",
    () =>
      Effect.gen(function* () {
        const { table, first } = yield* setting
        yield* sync(first.source, "Contact", table, first.context.spool)
        const anew = yield* planOf(first.source, "Contact", table, true)
        const [cut] = yield* pour(table, first.source.read(anew, first.context))
        assert.deepInclude(cut?.checkpoint, { generation: 2, phase: "full" })
        const second = yield* worker()
        for (const part of partsOf(second.source, table)) yield* readPart(second, table, part)
        assert.strictEqual(table.generation, 2)
        const { advances } = yield* sync(second.source, "Contact", table, second.context.spool)
        assert.deepStrictEqual(
          advances.filter(({ publish }) => publish).map(({ checkpoint }) => checkpoint.generation),
          [2]
        )
        assert.strictEqual(table.read, 2 * ROWS)
        yield* expectTruth(table)
      }).pipe(Effect.scoped)
  )

  it.effect("are what a forecast of the rest is about", () =>
    Effect.gen(function* () {
      yield* fill
      const [table, first] = [newTable(), yield* worker()]
      const forecast = Effect.gen(function* () {
        const { streams } = yield* first.source.forecast([yield* planOf(first.source, "Contact", table)])
        return streams.map(({ api, rows, apiCalls }) => ({ api, rows: rows ?? -1, apiCalls }))[0]
      })
      const whole = yield* forecast
      const parts = yield* cutInto(first, table)
      for (const part of parts.slice(1)) yield* readPart(first, table, part)
      const last = yield* forecast
      for (const part of parts.slice(0, 1)) yield* readPart(first, table, part)
      const none = yield* forecast
      assert.deepStrictEqual([whole?.rows, last?.rows, none?.rows], [ROWS, 50, 0])
      assert.deepStrictEqual([whole?.api, last?.api, none?.api], ["bulk", "bulk", "rest"])
      assert.isAbove(whole?.apiCalls ?? 0, 3 * (last?.apiCalls ?? 0))
      assert.strictEqual(none?.apiCalls, 1)
    }).pipe(Effect.scoped)
  )

  it.effect("are refused under a plan that reads the stream anew", () =>
    Effect.gen(function* () {
      const { table, first, parts } = yield* setting
      const [part] = parts
      if (part === undefined || first.source.readPart === undefined) return assert.fail("no part")
      yield* (yield* Emulator).control("POST", "clock", { advanceSeconds: 60 })
      const plan = yield* planOf(first.source, "Contact", table, true)
      const error = yield* Effect.flip(pourPart(table, first.source.readPart(plan, part, first.context)))
      assert.strictEqual(error.code, "PART_OUTDATED")
    }).pipe(Effect.scoped)
  )
})
