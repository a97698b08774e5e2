import { assert, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { salesforce } from "../src/index.ts"
import { deletesFrom } from "../src/read/window-deletes.ts"
import { Emulator, type Org } from "./emulator.ts"
import { addContacts, smallOrg } from "./small-org.ts"
import { spoolFolder } from "./spool.ts"
import { differences, newTable, planOf, pour, rowsOf, sync, type Table } from "./table.ts"

const opened = (org: Org, streams: string, source = "") =>
  Effect.gen(function* () {
    return yield* salesforce.open({ spec: yield* org.spec(streams, source), folder: "." })
  })

const liveIds = (org: Org, object: string) =>
  Effect.map(org.truth(object), (rows) =>
    [...rows].filter(([, row]) => row.IsDeleted !== true).map(([id]) => id)
  )

/** Rows that the org still has are as it has them; the others are marked and nothing else of them changed. */
const expectMarked = (
  table: Table,
  truth: Parameters<typeof differences>[1],
  gone: ReadonlyArray<string>
) => {
  assert.deepStrictEqual(
    differences(table, truth),
    gone.toSorted().map((id) => `${id} is too many`)
  )
  for (const id of gone) assert.strictEqual(table.rows.get(id)?.IsDeleted, "true")
}

const segmentsOf = (advances: ReadonlyArray<{ readonly segments: ReadonlyArray<object> }>) =>
  advances.flatMap(({ segments }) => segments) as ReadonlyArray<Parameters<typeof rowsOf>[0]>

const rows = 12

const fill = Effect.fnUntraced(function* (org: Org) {
  const named = (more: object) => Array.from({ length: rows }, (_, at) => ({ Name: `Row ${at}`, ...more }))
  yield* addContacts(org, rows)
  yield* org.records("Account", { insert: named({}) })
  yield* org.records("Opportunity", {
    insert: named({ StageName: "Prospecting", CloseDate: "2026-12-31" })
  })
  yield* org.records("Group", { insert: [{ Name: "People", Type: "Regular" }] })
})

layer(smallOrg(fill), { excludeTestServices: true, timeout: "1 minute" })("rows that went away", (it) => {
  it.effect("for good are marked, merged and undeleted ones equal the org's", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const source = yield* opened(org, "[{ object: Account }]")
      const table = newTable()
      yield* sync(source, "Account", table, spool)
      const [a = "", b = "", c = "", d = "", e = "", f = ""] = yield* liveIds(org, "Account")
      yield* org.records("Account", {
        hardDelete: [a, b],
        delete: [c, f],
        merge: { master: d, losers: [e] }
      })
      yield* org.records("Account", { undelete: [f] })
      const { advances } = yield* sync(source, "Account", table, spool)
      const truth = yield* org.truth("Account")
      expectMarked(table, truth, [a, b])
      assert.strictEqual(table.rows.get(e)?.MasterRecordId, d)
      assert.strictEqual(table.rows.get(f)?.IsDeleted, "false")
      const gone = segmentsOf(advances).filter(({ effect }) => effect === "delete")
      assert.deepStrictEqual(
        gone
          .flatMap(rowsOf)
          .map(({ Id }) => Id)
          .toSorted(),
        [a, b].toSorted()
      )
      yield* sync(source, "Account", table, spool)
      expectMarked(table, truth, [a, b])
    }).pipe(Effect.scoped)
  )

  it.effect("while the first job was read are found when it is resumed", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const table = newTable()
      const first = yield* opened(org, "[{ object: Contact }]")
      const plan = yield* planOf(first, "Contact", table)
      yield* pour(table, first.read(plan, { spool, report: () => Effect.void }), 2)
      assert.strictEqual(table.checkpoint?.phase, "backfill")
      const [a = ""] = yield* liveIds(org, "Contact")
      assert.isTrue(table.rows.has(a))
      yield* org.records("Contact", { hardDelete: [a] })
      yield* org.control("POST", "clock", { advanceSeconds: 3600 })
      const later = yield* opened(org, "[{ object: Contact }]")
      yield* sync(later, "Contact", table, spool)
      expectMarked(table, yield* org.truth("Contact"), [a])
      assert.isAbove(
        Date.parse(table.checkpoint?.deletesCoveredTo ?? ""),
        Date.parse(plan.checkpoint.updatedAt)
      )
    }).pipe(Effect.scoped)
  )

  it.effect("in a transaction that was open for minutes are found although their time is past", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const source = yield* opened(org, "[{ object: Contact }]", "  lookback: 1s")
      const table = newTable()
      yield* sync(source, "Contact", table, spool)
      const [a = ""] = yield* liveIds(org, "Contact")
      yield* org.records("Contact", { hardDelete: [a], lateCommitSeconds: 480 })
      for (const seconds of [200, 200]) {
        yield* org.control("POST", "clock", { advanceSeconds: seconds })
        yield* sync(source, "Contact", table, spool)
        assert.strictEqual(table.rows.get(a)?.IsDeleted, "false")
      }
      yield* org.control("POST", "clock", { advanceSeconds: 200 })
      yield* sync(source, "Contact", table, spool)
      assert.strictEqual(table.rows.get(a)?.IsDeleted, "true")
    }).pipe(Effect.scoped)
  )

  it.effect("are marked also where the object has no flag of its own", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const source = yield* opened(org, "[{ object: Group }, { object: User }, { object: AccountShare }]")
      const table = newTable()
      const { plan } = yield* sync(source, "Group", table, spool)
      assert.strictEqual(plan.schema.deletes.flag, "IsDeleted")
      assert.isFalse(plan.schema.columns.some(({ name }) => name === "IsDeleted"))
      const [a = ""] = table.rows.keys()
      yield* org.records("Group", { delete: [a] })
      yield* sync(source, "Group", table, spool)
      assert.strictEqual(table.rows.get(a)?.IsDeleted, "true")
      assert.isNull((yield* planOf(source, "User", newTable())).schema.deletes.flag)
      const share = yield* planOf(source, "AccountShare", newTable())
      assert.match(share.warnings.join(), /no log of deletes of AccountShare/)
    }).pipe(Effect.scoped)
  )

  it.effect("without a trace in the log are found by comparing all Ids, which is said", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const source = yield* opened(org, "[{ object: Opportunity }]")
      const table = newTable()
      yield* sync(source, "Opportunity", table, spool)
      const [a = "", b = ""] = yield* liveIds(org, "Opportunity")
      yield* org.records("Opportunity", { hardDelete: [a], deleteLog: false })
      yield* sync(source, "Opportunity", table, spool)
      assert.strictEqual(table.rows.get(a)?.IsDeleted, "false")
      yield* org.control("POST", "clock", { advanceSeconds: 16 * 24 * 3600 })
      yield* org.records("Opportunity", { update: [{ Id: b, Name: "after the gap" }] })
      const { advances } = yield* sync(source, "Opportunity", table, spool)
      const truth = yield* org.truth("Opportunity")
      const left = [...table.rows.keys()].filter((id) => !truth.has(id))
      assert.include(left, a)
      expectMarked(table, truth, left)
      const again = yield* sync(source, "Opportunity", table, spool)
      assert.isFalse(segmentsOf(again.advances).some(({ effect }) => effect === "present"))
      assert.isTrue(segmentsOf(advances).some(({ effect }) => effect === "present"))
    }).pipe(Effect.scoped)
  )

  it.effect("before the log was purged are found by comparing all Ids, and the report says so", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const spec = yield* org.spec("[{ object: Opportunity }]")
      const refresh = { ...spec.refresh, reconcile: "off" as const }
      const source = yield* salesforce.open({ spec: { ...spec, refresh }, folder: "." })
      const table = newTable()
      yield* sync(source, "Opportunity", table, spool)
      const [a = ""] = yield* liveIds(org, "Opportunity")
      yield* org.records("Opportunity", { hardDelete: [a] })
      yield* org.control("POST", "clock", { advanceSeconds: 3600 })
      yield* org.records("Opportunity", { purgeDeleteLog: true })
      const { plan, advances } = yield* sync(source, "Opportunity", table, spool)
      assert.match(plan.warnings.join(), /`refresh.reconcile` is off/)
      assert.strictEqual(table.rows.get(a)?.IsDeleted, "true")
      assert.match(
        advances.flatMap(({ warnings }) => warnings ?? []).join(),
        /no longer tells .* All Ids were compared/
      )
      yield* sync(source, "Opportunity", table, spool)
    }).pipe(Effect.scoped)
  )

  it.effect("cost one call for all streams, also where one object's log was purged", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const names = ["Account", "Contact", "Opportunity", "User"]
      const source = yield* opened(org, `[${names.map((object) => `{ object: ${object} }`).join(", ")}]`)
      const tables = new Map(names.map((name) => [name, newTable()]))
      const run = Effect.gen(function* () {
        const plans = yield* source.plan({
          checkpoints: Object.fromEntries(
            [...tables].flatMap(([name, { checkpoint }]) => (checkpoint === null ? [] : [[name, checkpoint]]))
          ),
          only: [],
          fullRefresh: []
        })
        return yield* Effect.forEach(
          plans,
          (plan) =>
            plan.status === "ready"
              ? Effect.result(
                  pour(
                    tables.get(plan.stream) ?? newTable(),
                    source.read(plan, { spool, report: () => Effect.void })
                  )
                )
              : Effect.die(plan),
          { concurrency: 4 }
        )
      })
      yield* org.control("POST", "clock", { advanceSeconds: 3600 })
      yield* run
      yield* org.forget
      const results = yield* run
      assert.isTrue(results.every(({ _tag }) => _tag === "Success"))
      const asked = (yield* org.requests).filter((line) => line.includes("/composite"))
      assert.strictEqual(asked.length, 2, asked.join("\n"))
      yield* org.control("POST", "clock", { advanceSeconds: 3600 })
      yield* org.records("Contact", { purgeDeleteLog: true })
      const [account, contact, opportunity] = yield* run
      assert.strictEqual(account?._tag, "Success")
      assert.strictEqual(contact?._tag, "Success")
      assert.strictEqual(opportunity?._tag, "Success")
    }).pipe(Effect.scoped)
  )

  it.effect("are looked for from where the log was read to, or where the first job began", () =>
    Effect.sync(() => {
      const lookback = Duration.minutes(10)
      const to = "2026-11-21T10:00:00.000Z"
      const at = (coveredTo: string | null, from: string | null) =>
        deletesFrom({ coveredTo, window: { from, to }, lookback })
      assert.strictEqual(at(null, null), "2026-11-21T09:50:00.000Z")
      assert.strictEqual(at("2026-11-21T09:00:00.000Z", null), "2026-11-21T09:00:00.000Z")
      assert.strictEqual(at("2026-11-21T11:00:00.000Z", null), "2026-11-21T09:50:00.000Z")
      assert.strictEqual(at(null, "2026-11-20T00:00:00.000Z"), "2026-11-20T00:00:00.000Z")
    })
  )
})
