/** What an administrator may have switched on, and the objects that behave as no other: all of it arrives. */
import type { StreamSchema } from "@decant/connector"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { salesforce } from "../src/index.ts"
import { Emulator, type Org } from "./emulator.ts"
import { spoolFolder } from "./spool.ts"
import { type Cells, differences, newTable, planOf, sync, type Table } from "./table.ts"

const opened = (org: Org, streams: string) =>
  Effect.gen(function* () {
    return yield* salesforce.open({ spec: yield* org.spec(streams), folder: "." })
  })

const named = (schema: StreamSchema): ReadonlyArray<string> => schema.columns.map(({ name }) => name)

/** Every compound column of a row, put together from its parts, beside what the org shows. */
const compoundPairs = (schema: StreamSchema, cells: Cells, row: Readonly<Record<string, unknown>>) =>
  schema.columns.flatMap(({ name, from }) => {
    if (!("struct" in from)) return []
    const shown = row[name] as Readonly<Record<string, unknown>> | null
    return Object.entries(from.struct).map(([key, header]) => {
      const expected = String(shown?.[key] ?? "")
      const cell = cells[header] ?? "missing"
      const isSame = cell === expected || (cell !== "" && Number(cell) === Number(expected))
      return { name, key, isSame, isFull: shown !== null }
    })
  })

const live = (table: Table): ReadonlyArray<string> =>
  [...table.rows].filter(([, row]) => row.IsDeleted !== "true").map(([id]) => id)

const features =
  "record-types,person-accounts,custom-address,geolocation,state-country-picklists,multi-currency"

layer(Emulator.with("--dataset", "demo", "--features", features), {
  excludeTestServices: true,
  timeout: "1 minute"
})("an org of many features", (it) => {
  it.effect("has person accounts, record types, currencies and every compound field as it shows them", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const source = yield* opened(org, "[{ object: Account, fields: all }]")
      const table = newTable()
      const { plan } = yield* sync(source, "Account", table, spool)
      const truth = yield* org.truth("Account")
      const names = named(plan.schema)
      assert.includeMembers(
        [...names],
        ["IsPersonAccount", "RecordTypeId", "CurrencyIsoCode", "BillingStateCode"]
      )
      assert.deepStrictEqual(differences(table, truth), [])
      const people = [...truth.values()].filter((row) => row.IsPersonAccount === true)
      assert.isAbove(people.length, 0)
      for (const person of people) {
        const row = table.rows.get(String(person.Id))
        assert.deepStrictEqual([row?.IsPersonAccount, row?.LastName], ["true", person.LastName])
      }
      const pairs = [...truth].flatMap(([id, row]) =>
        compoundPairs(plan.schema, table.rows.get(id) ?? {}, row)
      )
      assert.deepStrictEqual(
        pairs.filter(({ isSame }) => !isSame),
        []
      )
      const compounds = new Set(pairs.filter(({ isFull }) => isFull).map(({ name }) => name))
      assert.isAbove(compounds.size, 1, [...compounds].join())
      const wide = yield* planOf(
        yield* opened(org, "[{ object: Wide__c, fields: all }]"),
        "Wide__c",
        newTable()
      )
      const structs = wide.schema.columns.filter(({ type }) => type.kind === "struct")
      assert.deepStrictEqual(
        structs.map(({ name, from }) => [name, "struct" in from ? Object.keys(from.struct).length : 0]),
        [
          ["Spot__c", 2],
          ["Site__c", 8]
        ]
      )
      const lists = yield* planOf(yield* opened(org, "[{ object: Opportunity }]"), "Opportunity", newTable())
      assert.include(named(lists.schema), "CurrencyIsoCode")
    }).pipe(Effect.scoped)
  )

  it.effect("keeps archived activities, and learns of those that are archived later", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const source = yield* opened(org, "[{ object: Task }]")
      const table = newTable()
      yield* sync(source, "Task", table, spool)
      const archived = (rows: Iterable<Readonly<Record<string, unknown>>>) =>
        [...rows].filter(({ IsArchived }) => String(IsArchived) === "true").length
      const before = archived(table.rows.values())
      assert.isAbove(before, 0)
      assert.deepStrictEqual(differences(table, yield* org.truth("Task")), [])
      yield* org.control("POST", "clock", { advanceSeconds: 400 * 24 * 3600 })
      yield* sync(source, "Task", table, spool)
      const now = archived((yield* org.truth("Task")).values())
      assert.isAbove(now, before)
      assert.strictEqual(archived(table.rows.values()), now)
      yield* org.control("POST", "reset", {})
    }).pipe(Effect.scoped)
  )

  it.effect("has users that are deactivated, not deleted", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const source = yield* opened(org, "[{ object: User }]")
      const table = newTable()
      const { plan } = yield* sync(source, "User", table, spool)
      const [leaver = ""] =
        [...table.rows].filter(([, row]) => row.Name?.includes("Admin") === false)[0] ?? []
      yield* org.records("User", { update: [{ Id: leaver, IsActive: false }] })
      yield* sync(source, "User", table, spool)
      assert.strictEqual(table.rows.get(leaver)?.IsActive, "false")
      assert.isNull(plan.schema.deletes.flag)
      assert.deepStrictEqual(differences(table, yield* org.truth("User")), [])
    }).pipe(Effect.scoped)
  )

  it.effect("has members of campaigns that leave without a recycle bin, and marks them", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const source = yield* opened(org, "[{ object: CampaignMember }]")
      const table = newTable()
      yield* sync(source, "CampaignMember", table, spool)
      const [a = "", b = ""] = live(table)
      yield* org.records("CampaignMember", { delete: [a, b] })
      yield* sync(source, "CampaignMember", table, spool)
      assert.deepStrictEqual(
        [a, b].map((id) => table.rows.get(id)?.IsDeleted),
        ["true", "true"]
      )
      const { objects } = yield* source.discover(["CampaignMember", "Contact"])
      assert.deepStrictEqual(
        objects.map(({ note }) => note),
        ["rows leave it without a recycle bin", null]
      )
    }).pipe(Effect.scoped)
  )

  it.effect("has files, whose contents are left out and said to be", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const source = yield* opened(org, "[{ object: ContentVersion, fields: all }]")
      const plan = yield* planOf(source, "ContentVersion", newTable())
      assert.notInclude(named(plan.schema), "VersionData")
      assert.include(plan.warnings.join(), "ContentVersion.VersionData holds files and is not copied.")
      const { objects } = yield* source.discover(["ContentVersion"])
      const body = objects[0]?.fields.find(({ name }) => name === "VersionData")
      assert.deepStrictEqual([body?.type, body?.note], [null, "holds files and is not copied"])
    }).pipe(Effect.scoped)
  )
})
