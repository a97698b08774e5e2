import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { change, query } from "./support/queries.ts"

const Org = EmulatedOrg.layer({}, { dataset: "demo" })

layer(Org, { excludeTestServices: true })("query pages", (it) => {
  it.effect("hands out every row once, in order, by locator", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const first = yield* query("SELECT Id FROM Contact ORDER BY Id", {
        headers: { "Sforce-Query-Options": "batchSize=750" }
      })
      assert.match(first.json.nextRecordsUrl, /^\/services\/data\/v67\.0\/query\/01g\w{15}-750$/)
      const ids: Array<string> = []
      let page = first
      for (;;) {
        assert.strictEqual(page.json.totalSize, 2000)
        ids.push(...page.json.records.map((record: { readonly Id: string }) => record.Id))
        if (page.json.done) break
        page = yield* call(page.json.nextRecordsUrl)
      }
      assert.isFalse("nextRecordsUrl" in page.json)
      assert.strictEqual(new Set(ids).size, 2000)
      assert.deepStrictEqual(ids, [...ids].sort())
    })
  )

  it.effect("a page shows rows as they are now, and not those deleted meanwhile", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const first = yield* query("SELECT Id, Name FROM Opportunity ORDER BY Id", {
        headers: { "Sforce-Query-Options": "batchSize=200" }
      })
      const before = (yield* call(first.json.nextRecordsUrl)).json.records
      yield* change("Opportunity", {
        update: [{ Id: before[0].Id, Name: "renamed" }],
        hardDelete: [before[1].Id]
      })
      const after = (yield* call(first.json.nextRecordsUrl)).json.records
      assert.strictEqual(after[0].Name, "renamed")
      assert.strictEqual(after.length, before.length - 1)
    })
  )

  it.effect("a page shows what was changed after the page before it, however often pages are asked for", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const first = yield* query("SELECT Id, FirstName FROM Contact ORDER BY Id", {
        headers: { "Sforce-Query-Options": "batchSize=200" }
      })
      const next = (page: typeof first) => call(page.json.nextRecordsUrl)
      const third = yield* Effect.flatMap(next(first), next)
      const fourth = yield* next(third)
      const [kept, renamed, removed] = fourth.json.records
      assert.deepStrictEqual((yield* next(third)).json, fourth.json)
      yield* change("Contact", {
        update: [{ Id: renamed.Id, FirstName: "Renamed" }],
        hardDelete: [removed.Id]
      })
      const again = yield* next(third)
      assert.deepStrictEqual(again.json.records.slice(0, 3), [
        kept,
        { ...renamed, FirstName: "Renamed" },
        fourth.json.records[3]
      ])
      assert.strictEqual(again.json.records.length, 199)
      assert.strictEqual(again.json.nextRecordsUrl, fourth.json.nextRecordsUrl)
      assert.strictEqual((yield* next(again)).json.records.length, 200)
    })
  )

  it.effect("a locator dies after two days and unknown ones never lived", () =>
    Effect.gen(function* () {
      const { call, control } = yield* EmulatedOrg
      const { json } = yield* query("SELECT Id FROM Contact", {
        headers: { "Sforce-Query-Options": "batchSize=200" }
      })
      yield* control("clock", { advanceSeconds: 2 * 24 * 3600 })
      for (const path of [json.nextRecordsUrl, "/services/data/v67.0/query/01gxx0000000001AAA-2000"]) {
        const answer = yield* call(path)
        assert.strictEqual(answer.status, 400)
        assert.deepStrictEqual(answer.json, [
          { message: "invalid query locator", errorCode: "INVALID_QUERY_LOCATOR" }
        ])
      }
    })
  )

  it.effect("a cursor is refused to nobody by casing, slashes or the queryAll path", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const answer = yield* call("//SERVICES/data/v67.0//Query/?q=SELECT+Id+FROM+User")
      assert.strictEqual(answer.json.totalSize, 40)
    })
  )
})
