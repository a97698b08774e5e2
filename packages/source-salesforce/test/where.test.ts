import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { salesforce } from "../src/index.ts"
import { openSalesforce } from "../src/salesforce-source.ts"
import { tuning } from "../src/tuning.ts"
import { Emulator, type Org } from "./emulator.ts"
import { spoolFolder } from "./spool.ts"
import { differences, newTable, planOf, pour, sync, type Table } from "./table.ts"

const opened = (org: Org, streams: string) =>
  Effect.gen(function* () {
    return yield* salesforce.open({ spec: yield* org.spec(streams), folder: "." })
  })

type Row = Readonly<Record<string, unknown>>

/** Rows of the filter are as the org has them, all others are marked. */
const expectFiltered = (table: Table, truth: ReadonlyMap<string, Row>, passes: (row: Row) => boolean) => {
  const inside = new Map([...truth].filter(([, row]) => passes(row)))
  assert.isAbove(inside.size, 5)
  const wrong = differences(table, inside).filter((line) => {
    const [, id = ""] = /^(\w+) is too many$/.exec(line) ?? []
    return table.rows.get(id)?.IsDeleted !== "true"
  })
  assert.deepStrictEqual(wrong, [])
}

layer(Emulator.with("--dataset", "demo"), { excludeTestServices: true, timeout: "1 minute" })(
  "a stream with a filter",
  (it) => {
    const big = (row: Row) => Number(row.Amount ?? 0) > 50_000
    const streams = '[{ object: Opportunity, where: "Amount > 50000" }]'

    it.effect("reads what changed, and marks rows that leave it", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        const table = newTable()
        const source = yield* opened(org, streams)
        const { plan } = yield* sync(source, "Opportunity", table, spool)
        assert.strictEqual(plan.mode, "backfill")
        expectFiltered(table, yield* org.truth("Opportunity"), big)
        const all = [...(yield* org.truth("Opportunity")).values()].filter((row) => row.IsDeleted === false)
        const [a, b, c] = all.filter(big)
        const [d, e] = all.filter((row) => !big(row))
        yield* org.records("Opportunity", {
          update: [
            { Id: a?.Id, Amount: 1 },
            { Id: b?.Id, Amount: null },
            { Id: d?.Id, Amount: 60_000 },
            { Id: e?.Id, Amount: 2 }
          ],
          hardDelete: [c?.Id]
        })
        const again = yield* sync(source, "Opportunity", table, spool)
        assert.strictEqual(again.plan.mode, "incremental")
        expectFiltered(table, yield* org.truth("Opportunity"), big)
        for (const row of [a, b, c]) assert.strictEqual(table.rows.get(String(row?.Id))?.IsDeleted, "true")
        assert.isTrue(table.rows.has(String(d?.Id)))
        assert.isFalse(table.rows.has(String(e?.Id)))
        yield* org.records("Opportunity", { update: [{ Id: a?.Id, Amount: 70_000 }] })
        yield* sync(source, "Opportunity", table, spool)
        assert.strictEqual(table.rows.get(String(a?.Id))?.IsDeleted, "false")
        expectFiltered(table, yield* org.truth("Opportunity"), big)
      }).pipe(Effect.scoped)
    )

    it.effect("does so by Bulk as well", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        const table = newTable()
        const options = { spec: yield* org.spec(streams), folder: "." }
        const source = yield* openSalesforce(options, { ...tuning, mostRowsByRest: 3 })
        yield* sync(source, "Opportunity", table, spool)
        const truth = [...(yield* org.truth("Opportunity")).values()].filter((row) => row.IsDeleted === false)
        const leaving = truth.filter(big).slice(0, 8)
        yield* org.records("Opportunity", { update: leaving.map(({ Id }) => ({ Id, Amount: 5 })) })
        yield* sync(source, "Opportunity", table, spool)
        for (const row of leaving) assert.strictEqual(table.rows.get(String(row.Id))?.IsDeleted, "true")
        expectFiltered(table, yield* org.truth("Opportunity"), big)
      }).pipe(Effect.scoped)
    )

    it.effect("is read again from the beginning when the filter changes", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        const table = newTable()
        yield* sync(yield* opened(org, streams), "Opportunity", table, spool)
        const other = yield* opened(org, '[{ object: Opportunity, where: "Amount > 80000" }]')
        const { plan } = yield* sync(other, "Opportunity", table, spool)
        assert.strictEqual(plan.mode, "full")
        assert.strictEqual(plan.checkpoint.generation, 2)
        const inside = (row: Row) => Number(row.Amount ?? 0) > 80_000
        expectFiltered(table, yield* org.truth("Opportunity"), inside)
        assert.strictEqual((yield* sync(other, "Opportunity", table, spool)).plan.mode, "incremental")
      }).pipe(Effect.scoped)
    )

    it.effect(
      "over a parent's field is read anew once more when that was due again before a crash was mended",
      () =>
        Effect.gen(function* () {
          const org = yield* Emulator
          const spool = yield* spoolFolder
          const table = newTable()
          const source = yield* opened(org, `[{ object: Opportunity, where: "Account.Industry = 'Energy'" }]`)
          yield* sync(source, "Opportunity", table, spool)
          const aDay = org.control("POST", "clock", { advanceSeconds: 24 * 3600 })
          yield* aDay
          const began = yield* planOf(source, "Opportunity", table)
          assert.strictEqual(began.mode, "full")
          yield* pour(table, source.read(began, { spool, report: () => Effect.void }), 1)
          yield* aDay
          const { plan } = yield* sync(source, "Opportunity", table, spool)
          assert.isTrue(plan.resumes)
          assert.deepStrictEqual(
            [table.checkpoint?.phase, table.checkpoint?.generation],
            ["incremental", began.checkpoint.generation + 1]
          )
        }).pipe(Effect.scoped)
    )

    it.effect("stands beside another stream of the same object", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        const source = yield* opened(
          org,
          '[{ object: Opportunity }, { object: Opportunity, name: Big, where: "Amount > 50000" }]'
        )
        const [all, some] = [newTable(), newTable()]
        const { plan } = yield* sync(source, "Big", some, spool)
        assert.strictEqual(plan.schema.table, "Big")
        yield* sync(source, "Opportunity", all, spool)
        assert.isAbove(all.rows.size, some.rows.size)
        expectFiltered(some, yield* org.truth("Opportunity"), big)
        assert.deepStrictEqual(differences(all, yield* org.truth("Opportunity")), [])
      }).pipe(Effect.scoped)
    )

    it.effect("that Salesforce does not understand fails by itself, and what is wrong with it is said", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        const cases = [
          ["Amount >> 1", /“Amount >> 1”: unexpected token/],
          ["Amont > 1", /No such column 'Amont' on entity 'Opportunity'\.$/],
          ["Description = 'x'", /Description/]
        ] as const
        for (const [where, expected] of cases) {
          const source = yield* opened(
            org,
            `[{ object: Opportunity, where: "${where}" }, { object: User, fields: [Name] }]`
          )
          const error = yield* Effect.flip(Effect.asVoid(sync(source, "Opportunity", newTable(), spool)))
          assert.strictEqual(error.code, "WHERE_REFUSED", error.message)
          assert.match(error.message, expected)
          assert.strictEqual(error.disposition, "spec")
        }
        const source = yield* opened(org, '[{ object: Opportunity, where: "Amount >> 1" }, { object: User }]')
        yield* sync(source, "User", newTable(), spool)
      }).pipe(Effect.scoped)
    )

    it.effect("over a parent's field is evaluated again when the formulas are", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        const table = newTable()
        const source = yield* opened(org, `[{ object: Opportunity, where: "Account.Industry = 'Banking'" }]`)
        yield* sync(source, "Opportunity", table, spool)
        const [id = "", row] = [...table.rows][0] ?? []
        assert.notStrictEqual(id, "")
        yield* org.records("Account", { update: [{ Id: row?.AccountId, Industry: "Shipping" }] })
        yield* sync(source, "Opportunity", table, spool)
        assert.strictEqual(table.rows.get(id)?.IsDeleted, "false")
        yield* org.control("POST", "clock", { advanceSeconds: 24 * 3600 })
        const { plan } = yield* sync(source, "Opportunity", table, spool)
        assert.strictEqual(plan.mode, "full")
        assert.isFalse(table.rows.has(id))
      }).pipe(Effect.scoped)
    )
  }
)
