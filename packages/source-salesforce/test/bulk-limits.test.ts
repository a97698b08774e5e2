import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { openSalesforce } from "../src/salesforce-source.ts"
import { tuning } from "../src/tuning.ts"
import { Emulator, type Org } from "./emulator.ts"
import { spoolFolder } from "./spool.ts"
import { differences, newTable, planOf, pour, sync } from "./table.ts"

const sizes = { ...tuning, mostRowsByRest: 5, mostRowsWithoutBulk: 500 }
const limit = (Max: number, Remaining: number) => ({ Max, Remaining })
const plenty = {
  DailyApiRequests: limit(100_000, 99_000),
  DailyBulkV2QueryJobs: limit(10_000, 9000),
  DailyBulkV2QueryFileStorageMB: limit(976_562, 900_000)
}

const setting = (streams: string, source = "") =>
  Effect.gen(function* () {
    const org = yield* Emulator
    yield* org.control("DELETE", "faults")
    const spool = yield* spoolFolder
    const opened = openSalesforce({ spec: yield* org.spec(streams, source), folder: spool }, sizes)
    const [table, source_] = [newTable(), yield* opened]
    yield* org.forget
    return { org, spool, table, source: source_ }
  })

const says = (org: Org, limits: Partial<typeof plenty>) =>
  org.fault("/limits", { status: 200, body: { ...plenty, ...limits } })

const failing = (of: Effect.Success<ReturnType<typeof setting>>, stream: string) =>
  Effect.gen(function* () {
    const plan = yield* planOf(of.source, stream, of.table)
    const advances = of.source.read(plan, { spool: of.spool, report: () => Effect.void })
    return yield* Effect.flip(pour(of.table, advances))
  })

const asked = (org: Org, part: string) =>
  Effect.map(org.requests, (lines) => lines.filter((line) => line.includes(part)).length)

const spentJobs = { DailyBulkV2QueryJobs: limit(10_000, 100) }
const spentRoom = { DailyBulkV2QueryFileStorageMB: limit(976_562, 9000) }
const refusal = (message: string) => ({ status: 400, body: [{ errorCode: "LIMIT_EXCEEDED", message }] })

layer(Emulator.with("--dataset", "demo"), { excludeTestServices: true })("the daily limits of Bulk", (it) => {
  it.effect("are asked for once, when the first job is about to be made", () =>
    Effect.gen(function* () {
      const { org, spool, source, table } = yield* setting("[{ object: User }, { object: Account }]")
      yield* says(org, plenty)
      yield* sync(source, "User", table, spool)
      yield* sync(source, "Account", newTable(), spool)
      assert.strictEqual(yield* asked(org, "/limits"), 1)
      assert.strictEqual(yield* asked(org, "POST /services/data/v67.0/jobs/query"), 2)
      yield* org.forget
      yield* sync(source, "User", table, spool)
      assert.strictEqual(yield* asked(org, "/limits"), 0)
    }).pipe(Effect.scoped)
  )

  for (const [what, limits] of [
    ["jobs", spentJobs],
    ["room for results", spentRoom]
  ] as const) {
    it.effect(`let a small window come by REST when little of the ${what} is left`, () =>
      Effect.gen(function* () {
        const { org, spool, source, table } = yield* setting("[{ object: User }]")
        yield* says(org, limits)
        yield* sync(source, "User", table, spool)
        assert.strictEqual(yield* asked(org, "/jobs/query"), 0)
        assert.strictEqual((yield* source.usage("User")).api, "rest")
        assert.deepStrictEqual(differences(table, yield* org.truth("User")), [])
      }).pipe(Effect.scoped)
    )

    it.effect(`pause a large one when little of the ${what} is left`, () =>
      Effect.gen(function* () {
        const open = yield* setting("[{ object: Contact }]")
        yield* says(open.org, limits)
        const error = yield* failing(open, "Contact")
        assert.strictEqual(error.code, "BULK_LIMIT_SPENT")
        assert.strictEqual(error.disposition, "budget")
        assert.match(error.message, /^Of the (10,000 Bulk query jobs|976,562 MB).* (100|9,000) are left/)
        assert.strictEqual(yield* asked(open.org, "/jobs/query"), 0)
        assert.isNull(open.table.checkpoint)
        const again = yield* setting("[{ object: Contact }]")
        yield* sync(again.source, "Contact", open.table, again.spool)
        assert.deepStrictEqual(differences(open.table, yield* open.org.truth("Contact")), [])
      }).pipe(Effect.scoped)
    )
  }

  for (const message of [
    "Max bulk v2 query jobs (10000) per 24 hrs has been reached",
    "Max bulk v2 query result size stored (1000000000) kb per 24 hrs has been exceeded"
  ]) {
    it.effect(
      `that only a refusal tells (${message.slice(0, 30)}…) do the same, and are not tried again`,
      () =>
        Effect.gen(function* () {
          const open = yield* setting("[{ object: Contact }, { object: User }]")
          yield* open.org.fault("/jobs/query", refusal(message), 5)
          const error = yield* failing(open, "Contact")
          assert.strictEqual(error.code, "BULK_LIMIT_SPENT")
          const users = newTable()
          yield* sync(open.source, "User", users, open.spool)
          assert.deepStrictEqual(differences(users, yield* open.org.truth("User")), [])
          assert.strictEqual(yield* asked(open.org, "/jobs/query"), 1)
        }).pipe(Effect.scoped)
    )
  }

  it.effect("are not missed by a user who may not ask", () =>
    Effect.gen(function* () {
      const { org, spool, source, table } = yield* setting("[{ object: User }]")
      yield* org.fault("/limits", { status: 403, body: [{ errorCode: "FORBIDDEN", message: "No" }] })
      yield* sync(source, "User", table, spool)
      assert.strictEqual(yield* asked(org, "POST /services/data/v67.0/jobs/query"), 1)
    }).pipe(Effect.scoped)
  )

  it.effect("come with the org's count of calls, which the budget then knows", () =>
    Effect.gen(function* () {
      const budget = "  apiBudget: { org: 90%, own: 50% }"
      const open = yield* setting("[{ object: User }]", budget)
      yield* says(open.org, { DailyApiRequests: limit(100_000, 9000) })
      const error = yield* failing(open, "User")
      assert.strictEqual(error.code, "API_BUDGET_SPENT")
      assert.strictEqual(yield* asked(open.org, "/jobs/query"), 0)
    }).pipe(Effect.scoped)
  )

  it.effect("do not matter to objects that Bulk does not serve: it is never asked for them", () =>
    Effect.gen(function* () {
      const { org, spool, source, table } = yield* setting("[{ object: CaseStatus }]")
      yield* sync(source, "CaseStatus", table, spool)
      assert.strictEqual(yield* asked(org, "/jobs/query"), 0)
      assert.strictEqual(yield* asked(org, "/limits"), 0)
      assert.isAbove(table.rows.size, 0)
    }).pipe(Effect.scoped)
  )
})
