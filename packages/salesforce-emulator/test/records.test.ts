import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { change, queryAll, truth } from "./support/queries.ts"

const stampOf = (object: string, id: string | undefined) =>
  Effect.map(
    queryAll(`SELECT SystemModstamp, LastModifiedDate, IsDeleted FROM ${object} WHERE Id = '${id}'`),
    ({ json }) => {
      if (json.records.length === 0) return undefined
      const { attributes: _, ...record } = json.records[0]
      return record
    }
  )

const pass = (seconds: number) =>
  Effect.flatMap(EmulatedOrg, ({ control }) =>
    Effect.map(control("clock", { advanceSeconds: seconds }), ({ json }) => json.now)
  )

const insertOne = (object: string, row: unknown) =>
  Effect.map(change(object, { insert: [row] }), ({ inserted }) => inserted[0] ?? "")

layer(EmulatedOrg.layer(), { excludeTestServices: true })("record writes", (it) => {
  it.effect("stamps in whole seconds of the org's clock, which is also the Date header", () =>
    Effect.gen(function* () {
      yield* pass(1000)
      const { call } = yield* EmulatedOrg
      const id = yield* insertOne("Account", { Name: "Stamped" })
      const { SystemModstamp, LastModifiedDate } = yield* stampOf("Account", id)
      const date = Date.parse((yield* call("/services/data")).headers.get("date") ?? "")
      assert.match(SystemModstamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/)
      assert.strictEqual(SystemModstamp, LastModifiedDate)
      assert.isBelow(Math.abs(date - Date.parse(SystemModstamp)), 5000)
      assert.isAbove(date, Date.now() + 990_000)
    })
  )

  it.effect("a parent's update changes the child's formula and not the child's stamp", () =>
    Effect.gen(function* () {
      const account = yield* insertOne("Account", { Name: "Parent", Industry: "Media" })
      const child = { Name: "Child", AccountId: account, StageName: "Closed Won", CloseDate: "2026-02-03" }
      const opportunity = yield* insertOne("Opportunity", child)
      const before = yield* stampOf("Opportunity", opportunity)
      yield* pass(60)
      yield* change("Account", { update: [{ Id: account, Industry: "Energy" }] })
      assert.deepStrictEqual(yield* stampOf("Opportunity", opportunity), before)
      const rows = yield* truth("Opportunity")
      assert.strictEqual(rows.find((row) => row.Id === opportunity)?.Account_Industry__c, "Energy")
      const [parent] = (yield* queryAll(`SELECT SystemModstamp FROM Account WHERE Id = '${account}'`)).json
        .records
      assert.notStrictEqual(parent.SystemModstamp, before.SystemModstamp)
    })
  )

  it.effect("stage, amount and close date decide the derived fields", () =>
    Effect.gen(function* () {
      const id = yield* insertOne("Opportunity", {
        Name: "Derived",
        StageName: "Negotiation/Review",
        CloseDate: "2026-11-30",
        Amount: 200
      })
      const read = Effect.map(
        queryAll(
          `SELECT IsClosed, IsWon, Probability, ExpectedRevenue, ForecastCategoryName, Fiscal FROM Opportunity WHERE Id = '${id}'`
        ),
        ({ json }) => Object.values(json.records[0]).slice(1)
      )
      assert.deepStrictEqual(yield* read, [false, false, 90, 180, "Commit", "2026 4"])
      yield* change("Opportunity", { update: [{ Id: id, StageName: "Closed Lost" }] })
      assert.deepStrictEqual(yield* read, [true, false, 0, 0, "Omitted", "2026 4"])
    })
  )

  it.effect("delete and undelete move the stamp and take the children along", () =>
    Effect.gen(function* () {
      const account = yield* insertOne("Account", { Name: "Tree" })
      const contact = yield* insertOne("Contact", { LastName: "Leaf", AccountId: account })
      const lone = yield* insertOne("Contact", { LastName: "Gone before", AccountId: account })
      yield* change("Contact", { delete: [lone] })
      const stamps: Array<string> = []
      for (const action of ["delete", "undelete"]) {
        yield* pass(10)
        yield* change("Account", { [action]: [account] })
        const [parent, child] = [yield* stampOf("Account", account), yield* stampOf("Contact", contact)]
        assert.strictEqual(parent.IsDeleted, action === "delete")
        assert.deepStrictEqual(child, parent)
        stamps.push(parent.SystemModstamp)
      }
      assert.strictEqual(new Set(stamps).size, 2)
      assert.strictEqual((yield* stampOf("Contact", lone)).IsDeleted, true)
    })
  )

  it.effect("a merge names the master and moves the losers' children", () =>
    Effect.gen(function* () {
      const master = yield* insertOne("Account", { Name: "Master" })
      const loser = yield* insertOne("Account", { Name: "Loser" })
      const contact = yield* insertOne("Contact", { LastName: "Moved", AccountId: loser })
      yield* change("Account", { merge: { master, losers: [loser] } })
      const accounts = yield* truth("Account")
      const merged = accounts.find((row) => row.Id === loser)
      assert.strictEqual(merged?.IsDeleted, true)
      assert.strictEqual(merged?.MasterRecordId, master)
      assert.strictEqual((yield* truth("Contact")).find((row) => row.Id === contact)?.AccountId, master)
    })
  )

  it.effect("a late commit shows up later than its stamp says", () =>
    Effect.gen(function* () {
      const { inserted } = yield* change("Account", { insert: [{ Name: "Late" }], lateCommitSeconds: 300 })
      assert.strictEqual(yield* stampOf("Account", inserted[0]), undefined)
      const later = Date.parse(yield* pass(301))
      const { SystemModstamp } = yield* stampOf("Account", inserted[0])
      assert.isBelow(Date.parse(SystemModstamp), later - 299_000)
    })
  )

  it.effect("a change that had to wait for a late commit is stamped after it", () =>
    Effect.gen(function* () {
      const id = yield* insertOne("Account", { Name: "First" })
      yield* change("Account", { update: [{ Id: id, Name: "Late" }], lateCommitSeconds: 300 })
      yield* pass(60)
      yield* change("Account", { update: [{ Id: id, Site: "Waits" }] })
      const before = yield* stampOf("Account", id)
      yield* pass(301)
      const row = (yield* truth("Account")).find(({ Id }) => Id === id)
      assert.deepInclude(row, { Name: "Late", Site: "Waits" })
      assert.isAbove(Date.parse(String(row?.SystemModstamp)), Date.parse(before.SystemModstamp) + 200_000)
    })
  )

  it.effect("purged rows are in the truth only on request", () =>
    Effect.gen(function* () {
      const id = yield* insertOne("Account", { Name: "Purged" })
      yield* change("Account", { hardDelete: [id] })
      const has = (rows: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
        rows.some((row) => row.Id === id)
      assert.isFalse(has(yield* truth("Account")))
      assert.isTrue(has(yield* truth("Account", "?include=purged")))
    })
  )

  it.effect("getDeleted lists soft and hard deletes, getUpdated the rest", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const [soft, hard, live] = (yield* change("Account", {
        insert: [{ Name: "soft" }, { Name: "hard" }, { Name: "live" }]
      })).inserted
      yield* change("Account", { delete: [soft], hardDelete: [hard] })
      const now = Date.parse(yield* pass(120))
      const iso = (millis: number) =>
        encodeURIComponent(`${new Date(millis).toISOString().slice(0, 19)}+00:00`)
      const window = `?start=${iso(now - 600_000)}&end=${iso(now)}`
      const deleted = yield* call(`/services/data/v67.0/sobjects/Account/deleted/${window}`)
      const ids = deleted.json.deletedRecords.map((record: { readonly id: string }) => record.id)
      assert.isTrue(ids.includes(soft) && ids.includes(hard) && !ids.includes(live))
      const updated = yield* call(`/services/data/v67.0/sobjects/Account/updated/${window}`)
      assert.isTrue(updated.json.ids.includes(live) && !updated.json.ids.includes(soft))
      const old = yield* call(
        `/services/data/v67.0/sobjects/Account/deleted/?start=${iso(now - 20 * 86_400_000)}&end=${iso(now)}`
      )
      assert.strictEqual(old.json[0].errorCode, "INVALID_REPLICATION_DATE")
    })
  )

  it.effect("refuses what does not fit, and changes nothing then", () =>
    Effect.gen(function* () {
      const { control } = yield* EmulatedOrg
      for (const [body, errorCode] of [
        [{ insert: [{ Nope__c: 1 }] }, "INVALID_FIELD"],
        [{ insert: [{ Name: "x".repeat(256) }] }, "STRING_TOO_LONG"],
        [{ insert: [{ Name: "ok" }, { AnnualRevenue: "much" }] }, "JSON_PARSER_ERROR"],
        [{ update: [{ Name: "no id" }] }, "MISSING_ARGUMENT"],
        [{ delete: ["001900K0001pPuOAAU"] }, "MALFORMED_ID"],
        [{ delete: ["001000000000001AAA"] }, "INVALID_CROSS_REFERENCE_KEY"],
        [{ remove: [] }, "INVALID_CONTROL_CALL"]
      ] as const) {
        const answer = yield* control("records/Account", body)
        assert.strictEqual(answer.status, 400, JSON.stringify(body))
        assert.strictEqual(answer.json[0].errorCode, errorCode)
      }
      assert.isFalse((yield* truth("Account")).some((row) => row.Name === "ok"))
    })
  )
})
