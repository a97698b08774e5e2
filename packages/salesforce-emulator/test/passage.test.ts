import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { change, query, queryAll, truth } from "./support/queries.ts"

const day = 86_400

const pass = (seconds: number) =>
  Effect.flatMap(EmulatedOrg, ({ control }) =>
    Effect.map(control("clock", { advanceSeconds: seconds }), ({ json }) => Date.parse(json.now))
  )

const insertOne = (object: string, row: unknown) =>
  Effect.map(change(object, { insert: [row] }), ({ inserted }) => inserted[0] ?? "")

const ids = (soql: string, all = false) =>
  Effect.map((all ? queryAll : query)(soql), ({ json, text }) => {
    if (json?.records === undefined) throw new Error(text)
    return json.records.map(({ Id }: { readonly Id: string }) => Id) as ReadonlyArray<string>
  })

const one = (soql: string) =>
  Effect.map(queryAll(soql), ({ json }) => {
    const { attributes: _, ...record } = json.records[0]
    return record as Readonly<Record<string, unknown>>
  })

const deletedSince = (object: string, from: number, to: number) =>
  Effect.flatMap(EmulatedOrg, ({ call }) => {
    const iso = (millis: number) => `${new Date(millis).toISOString().slice(0, 19)}%2B00:00`
    return call(`/services/data/v67.0/sobjects/${object}/deleted/?start=${iso(from)}&end=${iso(to)}`)
  })

const idsOf = (answer: {
  readonly json: { readonly deletedRecords: ReadonlyArray<{ readonly id: string }> }
}) => answer.json.deletedRecords.map(({ id }) => id)

layer(EmulatedOrg.layer(), { excludeTestServices: true, timeout: 60_000 })("time alone", (it) => {
  it.effect("takes rows out of the recycle bin after 15 days, and children with them", () =>
    Effect.gen(function* () {
      const account = yield* insertOne("Account", { Name: "Binned" })
      const contact = yield* insertOne("Contact", { LastName: "With it", AccountId: account })
      yield* change("Account", { delete: [account] })
      yield* pass(14 * day)
      assert.deepStrictEqual(yield* ids(`SELECT Id FROM Contact WHERE Id = '${contact}'`, true), [contact])
      yield* pass(day + 60)
      assert.deepStrictEqual(yield* ids(`SELECT Id FROM Account WHERE Id = '${account}'`, true), [])
      assert.deepStrictEqual(yield* ids(`SELECT Id FROM Contact WHERE Id = '${contact}'`, true), [])
      const undeleted = yield* (yield* EmulatedOrg).control("records/Account", { undelete: [account] })
      assert.strictEqual(undeleted.status, 400)
    })
  )

  it.effect("archives closed tasks and past events after a year, without a stamp", () =>
    Effect.gen(function* () {
      const now = yield* pass(0)
      const on = (days: number) => new Date(now + days * day * 1000).toISOString().slice(0, 10)
      const [old = "", open = ""] = (yield* change("Task", {
        insert: [
          { Subject: "Old", Status: "Completed", ActivityDate: on(-300) },
          { Subject: "Open", Status: "Not Started", ActivityDate: on(-300) }
        ]
      })).inserted
      const before = yield* one(`SELECT SystemModstamp, IsArchived FROM Task WHERE Id = '${old}'`)
      yield* pass(70 * day)
      const after = yield* one(`SELECT SystemModstamp, IsArchived FROM Task WHERE Id = '${old}'`)
      assert.deepStrictEqual(after, { ...before, IsArchived: true })
      assert.deepStrictEqual(yield* ids("SELECT Id FROM Task"), [open])
      assert.deepStrictEqual(yield* ids("SELECT Id FROM Task ORDER BY Id", true), [old, open])
    })
  )

  it.effect("field history answers queries for 18 months and leaves after 24, unknown to getDeleted", () =>
    Effect.gen(function* () {
      const AccountId = yield* insertOne("Account", { Name: "Watched" })
      const row = yield* insertOne("AccountHistory", { AccountId, Field: "created" })
      const found = (all: boolean) =>
        Effect.map(ids(`SELECT Id FROM AccountHistory WHERE Id = '${row}'`, all), (list) => list.length)
      assert.strictEqual(yield* found(false), 1)
      yield* pass(560 * day)
      assert.deepStrictEqual([yield* found(false), yield* found(true)], [0, 1])
      const now = yield* pass(200 * day)
      assert.strictEqual(yield* found(true), 0)
      const answer = yield* deletedSince("AccountHistory", now - 10 * day * 1000, now)
      assert.isFalse(idsOf(answer).includes(row))
    })
  )
})

layer(EmulatedOrg.layer(), { excludeTestServices: true, timeout: 60_000 })("the delete log", (it) => {
  it.effect("knows emptied and hard-deleted rows, unless they were not logged", () =>
    Effect.gen(function* () {
      const [emptied = "", hard = "", unlogged = ""] = (yield* change("Account", {
        insert: [{ Name: "emptied" }, { Name: "hard" }, { Name: "unlogged" }]
      })).inserted
      yield* change("Account", { delete: [emptied], hardDelete: [hard] })
      yield* change("Account", { emptyBin: true })
      yield* change("Account", { hardDelete: [unlogged], deleteLog: false })
      assert.deepStrictEqual(
        yield* ids(`SELECT Id FROM Account WHERE Id IN ('${emptied}', '${hard}', '${unlogged}')`, true),
        []
      )
      const now = yield* pass(120)
      const found = idsOf(yield* deletedSince("Account", now - 600_000, now))
      assert.includeMembers([...found], [emptied, hard])
      assert.isFalse(found.includes(unlogged))
      assert.strictEqual((yield* truth("Account", "?include=purged")).length, 3)
    })
  )

  it.effect("reaches back only to its last purge", () =>
    Effect.gen(function* () {
      const { control } = yield* EmulatedOrg
      const gone = yield* insertOne("Contact", { LastName: "Gone" })
      yield* change("Contact", { delete: [gone] })
      const purgedAt = yield* pass(600)
      yield* change("Contact", { purgeDeleteLog: true })
      const now = yield* pass(600)
      const early = yield* deletedSince("Contact", now - 3_600_000, now)
      assert.deepStrictEqual([early.status, early.json[0].errorCode], [400, "INVALID_REPLICATION_DATE"])
      const late = yield* deletedSince("Contact", purgedAt + 60_000, now)
      assert.deepStrictEqual(idsOf(late), [])
      assert.isAtLeast(Date.parse(late.json.earliestDateAvailable), purgedAt - 1000)
      yield* control("switches", { deleteLogTooOld: "answer" })
      assert.deepStrictEqual(idsOf(yield* deletedSince("Contact", now - 3_600_000, now)), [])
    })
  )

  it.effect("is covered only up to the oldest transaction that is not visible yet", () =>
    Effect.gen(function* () {
      const begun = yield* pass(0)
      yield* change("Contact", { insert: [{ LastName: "Late" }], lateCommitSeconds: 900 })
      const now = yield* pass(600)
      const answer = yield* deletedSince("Contact", now - 300_000, now)
      assert.isAtMost(Date.parse(answer.json.latestDateCovered), begun)
    })
  )
})

layer(EmulatedOrg.layer(), { excludeTestServices: true, timeout: 60_000 })("values without a stamp", (it) => {
  const opportunity = { Name: "Deal", StageName: "Negotiation/Review", CloseDate: "2026-11-30", Amount: 200 }

  it.effect("an opportunity's contact follows its primary contact role", () =>
    Effect.gen(function* () {
      const [ann, bob] = (yield* change("Contact", { insert: [{ LastName: "Ann" }, { LastName: "Bob" }] }))
        .inserted
      const id = yield* insertOne("Opportunity", { ...opportunity, ContactId: ann })
      const read = one(`SELECT ContactId, SystemModstamp FROM Opportunity WHERE Id = '${id}'`)
      const before = yield* read
      assert.strictEqual(before.ContactId, ann)
      yield* pass(60)
      const role = yield* insertOne("OpportunityContactRole", {
        OpportunityId: id,
        ContactId: bob,
        IsPrimary: true
      })
      assert.deepStrictEqual(yield* read, { ...before, ContactId: bob })
      const primaries = `SELECT Id FROM OpportunityContactRole WHERE OpportunityId = '${id}' AND IsPrimary = true`
      assert.deepStrictEqual(yield* ids(primaries), [role])
      yield* change("OpportunityContactRole", { delete: [role] })
      assert.deepStrictEqual(yield* read, { ...before, ContactId: null })
      yield* change("OpportunityContactRole", { undelete: [role] })
      yield* change("Contact", { delete: [bob] })
      assert.deepStrictEqual(yield* read, { ...before, ContactId: null })
    })
  )

  it.effect("a stage's definition decides whether its opportunities are closed", () =>
    Effect.gen(function* () {
      const id = yield* insertOne("Opportunity", opportunity)
      const fields = "IsClosed, IsWon, ForecastCategory, Probability, SystemModstamp"
      const read = one(`SELECT ${fields} FROM Opportunity WHERE Id = '${id}'`)
      const before = yield* read
      assert.deepInclude(before, { IsClosed: false, IsWon: false, Probability: 90 })
      yield* pass(60)
      const [stage] = yield* ids("SELECT Id FROM OpportunityStage WHERE ApiName = 'Negotiation/Review'")
      yield* change("OpportunityStage", {
        update: [
          { Id: stage, IsClosed: true, IsWon: true, ForecastCategory: "Closed", DefaultProbability: 95 }
        ]
      })
      assert.deepStrictEqual(yield* read, {
        ...before,
        IsClosed: true,
        IsWon: true,
        ForecastCategory: "Closed"
      })
      const later = yield* insertOne("Opportunity", opportunity)
      const { IsClosed, Probability } = yield* one(
        `SELECT IsClosed, Probability FROM Opportunity WHERE Id = '${later}'`
      )
      assert.deepStrictEqual([IsClosed, Probability], [true, 95])
    })
  )

  it.effect("a roll-up stamps its parent's SystemModstamp alone, and not when the switch is off", () =>
    Effect.gen(function* () {
      const { control } = yield* EmulatedOrg
      const parent = yield* insertOne("Reference_Request__c", { Name: "Request" })
      const read = one(
        `SELECT Quotes__c, SystemModstamp, LastModifiedDate FROM Reference_Request__c WHERE Id = '${parent}'`
      )
      const before = yield* read
      yield* pass(60)
      const quote = yield* insertOne("Reference_Quote__c", { Reference_Request__c: parent, Value__c: 5 })
      const after = yield* read
      assert.strictEqual(after.Quotes__c, 1)
      assert.strictEqual(after.LastModifiedDate, before.LastModifiedDate)
      assert.notStrictEqual(after.SystemModstamp, before.SystemModstamp)
      yield* control("switches", { rollUpStamps: false })
      yield* pass(60)
      yield* change("Reference_Quote__c", { delete: [quote] })
      assert.deepStrictEqual(yield* read, { ...after, Quotes__c: 0 })
    })
  )
})
