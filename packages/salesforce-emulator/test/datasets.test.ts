import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { hazards } from "../src/dataset/hazards.ts"
import { makeId, normaliseId } from "../src/org/id.ts"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { change, query, truth, values } from "./support/queries.ts"

const demo = (seed: number) => EmulatedOrg.layer({}, { dataset: "demo", seed })
const people = ["Account", "Contact", "Opportunity", "User"]
const allTruth = Effect.forEach(people, (object) => truth(object))

const families = ["Task", "Event", "LoginHistory", "Wide__c", "Lead", "Case"]

/** All that the org holds of the objects, a line a row. */
const linesOf = (objects: ReadonlyArray<string>) =>
  Effect.flatMap(EmulatedOrg, ({ bare }) =>
    Effect.map(
      Effect.forEach(objects, (object) => bare(`/emulator/truth/${object}`)),
      (answers) => answers.flatMap(({ text }) => text.trimEnd().split("\n"))
    )
  )

/** Nothing where both hold the same; a comparison of thousands of objects would take seconds. */
const unlike = (some: ReadonlyArray<string>, others: ReadonlyArray<string>): ReadonlyArray<string> =>
  Array.from({ length: Math.max(some.length, others.length) }, (_, at) => [some[at], others[at]]).flatMap(
    ([one, other]) => (one === other ? [] : [`${one} instead of ${other}`])
  )

layer(demo(7), { excludeTestServices: true })("the demo dataset", (it) => {
  it.effect("has the promised sizes, deleted rows, a merged account and every hazard", () =>
    Effect.gen(function* () {
      const [accounts = [], contacts = [], opportunities = [], users = []] = yield* allTruth
      const live = (rows: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
        rows.filter((row) => row.IsDeleted !== true)
      assert.deepStrictEqual(
        [accounts, contacts, opportunities, users].map((rows) => live(rows).length),
        [501, 2000, 1500, 40]
      )
      assert.isAbove(contacts.length, 2000)
      assert.strictEqual(accounts.filter((row) => row.MasterRecordId !== null).length, 1)
      const texts = new Set([...accounts, ...contacts, ...opportunities].flatMap((row) => Object.values(row)))
      assert.deepStrictEqual(
        hazards.filter((text) => !texts.has(text)),
        []
      )
      assert.isTrue(accounts.some((row) => String(row.Reference_Story__c).length === 131_072))
    })
  )

  it.effect("is the same for the same seed and another for another", () =>
    Effect.gen(function* () {
      const all = linesOf([...people, ...families])
      const mine = yield* all
      assert.deepStrictEqual(unlike(yield* Effect.provide(all, demo(7)), mine), [])
      const theirs = yield* Effect.provide(linesOf(["Contact"]), demo(8))
      assert.isAbove(unlike(theirs, yield* linesOf(["Contact"])).length, 1000)
    })
  )

  it.effect("is there in full for all who ask first at once", () =>
    Effect.gen(function* () {
      const { call, control } = yield* EmulatedOrg
      yield* control("reset", {})
      const count = (object: string) =>
        Effect.map(query(`SELECT COUNT() FROM ${object}`), ({ json }) => json.totalSize)
      const asked = Array.from({ length: 6 }, () => ["Contact", "Opportunity", "CampaignMember"]).flat()
      const created = call("/services/data/v68.0/sobjects/Account", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ Name: "meanwhile" })
      })
      const [counts, { status }] = yield* Effect.all(
        [Effect.forEach(asked, count, { concurrency: "unbounded" }), created],
        { concurrency: 2 }
      )
      assert.strictEqual(status, 201)
      assert.deepStrictEqual([...new Set(counts.filter((_, at) => at % 3 === 0))], [2000])
      assert.deepStrictEqual([...new Set(counts.filter((_, at) => at % 3 === 1))], [1500])
      assert.strictEqual(new Set(counts.filter((_, at) => at % 3 === 2)).size, 1)
      assert.strictEqual(yield* count("Account"), 502)
      yield* control("reset", {})
    })
  )

  it.effect("comes back after a reset", () =>
    Effect.gen(function* () {
      const { control } = yield* EmulatedOrg
      const before = yield* linesOf(people)
      yield* change("Account", {
        insert: [{ Name: "Extra" }],
        update: [{ Id: makeId("001", 1), Name: "Other" }]
      })
      yield* control("clock", { advanceSeconds: 3600 })
      assert.strictEqual((yield* control("reset", {})).status, 200)
      assert.deepStrictEqual(unlike(yield* linesOf(people), before), [])
    })
  )
})

layer(EmulatedOrg.layer({}, { dataset: "scale", rows: { Account: 4_000, Contact: 1_000 } }))(
  "the scale dataset",
  (it) => {
    it.effect("has as many rows as asked for, with valid ids and existing parents", () =>
      Effect.gen(function* () {
        const accounts = yield* truth("Account")
        assert.strictEqual(accounts.length, 4_000)
        assert.deepStrictEqual(accounts.filter(({ Id }) => normaliseId(String(Id)) !== Id).length, 0)
        assert.strictEqual(accounts[3_999]?.Id, makeId("001", 4_000))
        const orphans = "SELECT COUNT() FROM Contact WHERE AccountId != null AND Account.Name = null"
        assert.strictEqual((yield* query(orphans)).json.totalSize, 0)
        const texts = new Set(accounts.flatMap((row) => Object.values(row)))
        assert.deepStrictEqual(
          hazards.filter((text) => !texts.has(text)),
          []
        )
      })
    )
  }
)

layer(EmulatedOrg.layer({}, { dataset: "scale", rows: { Contact: 210_000 } }))("a large object", (it) => {
  it.effect("has its queries estimated, alike until one of its records changes", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const ids = "SELECT Id FROM Contact ORDER BY Id LIMIT 1 OFFSET 2000"
      const [id] = (yield* values(ids, "Id")) as ReadonlyArray<string>
      const planOf = (soql: string) =>
        Effect.map(
          call(`/services/data/v67.0/query?explain=${encodeURIComponent(soql)}`),
          ({ json }) => json.plans[0]
        )
      const all = yield* planOf("SELECT Id FROM Contact WHERE LastName != null")
      assert.deepInclude(all, { sobjectCardinality: 210_000, cardinality: 210_000 })
      const above = `SELECT Id FROM Contact WHERE Id > '${id}'`
      const first = yield* planOf(above)
      assert.isAbove(first.cardinality, 100_000)
      assert.deepStrictEqual(yield* planOf(above), first)
      assert.strictEqual(
        (yield* planOf("SELECT Id FROM Contact WHERE LastName = 'nobody at all'")).cardinality,
        0
      )
      yield* change("Contact", { delete: [id] })
      assert.strictEqual((yield* planOf(above)).sobjectCardinality, 209_999)
    })
  )
})

const wide = { dataset: "scale", rows: { Contact: 300 }, columns: { contact: 150 } } as const

layer(EmulatedOrg.layer({}, { ...wide, onDisk: true }), { excludeTestServices: true })(
  "a wide object of the scale dataset, kept on disk",
  (it) => {
    it.effect("has as many fields as asked for, all of the added ones with values", () =>
      Effect.gen(function* () {
        const { call } = yield* EmulatedOrg
        const { json } = yield* call("/services/data/v68.0/sobjects/Contact/describe")
        assert.strictEqual(json.fields.length, 150)
        const rows = yield* truth("Contact")
        const added = Object.keys(rows[0] ?? {}).filter((name) => name.startsWith("Extra_"))
        assert.isAbove(added.length, 50)
        assert.deepStrictEqual(
          added.filter((name) => new Set(rows.map((row) => row[name])).size < 2),
          []
        )
      })
    )

    it.effect("is as it is in memory, also after changes and a reset", () =>
      Effect.gen(function* () {
        const { control } = yield* EmulatedOrg
        const inMemory = yield* Effect.provide(truth("Contact"), EmulatedOrg.layer({}, wide))
        assert.deepStrictEqual(yield* truth("Contact"), inMemory)
        yield* change("Contact", { insert: [{ LastName: "Extra" }], delete: [inMemory[0]?.Id] })
        assert.strictEqual((yield* truth("Contact")).length, 301)
        yield* control("reset", {})
        assert.deepStrictEqual(yield* truth("Contact"), inMemory)
      })
    )
  }
)

const csv = (text: string) => {
  const file = join(mkdtempSync(join(tmpdir(), "emulator-test-")), "rows.csv")
  writeFileSync(file, text)
  return file
}

const loading = (text: string) =>
  EmulatedOrg.layer({}, { dataset: "empty", load: [{ object: "account", file: csv(text) }] })

it.live("a loaded CSV is served cell for cell, by field name in any case", () =>
  values("SELECT Name, TickerSymbol FROM Account ORDER BY Id", "Name").pipe(
    Effect.map((names) => assert.deepStrictEqual(names, ['3M, "the" one', "two\nlines", "N/A", " null "])),
    Effect.provide(
      loading('"name","TICKERSYMBOL"\n"3M, ""the"" one","MMM"\n"two\nlines",""\nN/A,NULL\n" null ",x\n')
    )
  )
)

it.live("a column that is no field is an error that names it", () =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(Effect.provide(Effect.void, loading("Name,Colour\nx,red\n")))
    assert.strictEqual(error._tag, "BadDataset")
    assert.match(String(error), /Colour/)
  })
)
