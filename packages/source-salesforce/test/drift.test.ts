import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { salesforce } from "../src/index.ts"
import { Emulator, type Org } from "./emulator.ts"
import { spoolFolder } from "./spool.ts"
import { differences, newTable, planOf, pour, type rowsOf, sync } from "./table.ts"

const opened = (org: Org, streams: string) =>
  Effect.gen(function* () {
    return yield* salesforce.open({ spec: yield* org.spec(streams), folder: "." })
  })

const patches = (advances: ReadonlyArray<{ readonly segments: ReadonlyArray<object> }>) =>
  (advances.flatMap(({ segments }) => segments) as ReadonlyArray<Parameters<typeof rowsOf>[0]>).filter(
    ({ effect }) => effect === "patch"
  )

layer(Emulator.with("--dataset", "demo"), { excludeTestServices: true, timeout: "1 minute" })(
  "a schema that changes",
  (it) => {
    it.effect(
      "has a new field of all rows after one sync, without moving the cursor more than otherwise",
      () =>
        Effect.gen(function* () {
          const org = yield* Emulator
          const spool = yield* spoolFolder
          const source = yield* opened(org, "[{ object: Contact, fields: all }]")
          const table = newTable()
          yield* sync(source, "Contact", table, spool)
          yield* org.control("POST", "schema/Contact", {
            addField: { name: "Score__c", type: "double", default: 7 }
          })
          const { plan, advances } = yield* sync(source, "Contact", table, spool)
          assert.strictEqual(plan.mode, "incremental")
          assert.match(plan.warnings.join(), /Score__c .* read of all rows/)
          assert.deepStrictEqual(differences(table, yield* org.truth("Contact")), [])
          for (const row of table.rows.values()) assert.strictEqual(Number(row.Score__c), 7)
          assert.deepStrictEqual(patches(advances)[0]?.header, ["Id", "SystemModstamp", "Score__c"])
          const again = yield* sync(source, "Contact", table, spool)
          assert.lengthOf(patches(again.advances), 0)
          assert.deepStrictEqual(again.plan.warnings, [])
        }).pipe(Effect.scoped)
    )

    it.effect("is back-filled by the next run when the first was killed before", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        const source = yield* opened(org, "[{ object: Contact, fields: all }]")
        const table = newTable()
        yield* sync(source, "Contact", table, spool)
        yield* org.control("POST", "schema/Contact", {
          addField: { name: "Grade__c", type: "double", default: 3 }
        })
        const [id = ""] = table.rows.keys()
        yield* org.records("Contact", { update: [{ Id: id, Title: "changed" }] })
        const plan = yield* planOf(source, "Contact", table)
        yield* pour(table, source.read(plan, { spool, report: () => Effect.void }), 1)
        assert.strictEqual(Number(table.rows.get(id)?.Grade__c), 3)
        const later = yield* sync(source, "Contact", table, spool)
        assert.isAbove(patches(later.advances).length, 0)
        assert.deepStrictEqual(differences(table, yield* org.truth("Contact")), [])
        for (const row of table.rows.values()) assert.strictEqual(Number(row.Grade__c), 3)
      }).pipe(Effect.scoped)
    )

    it.effect("keeps what was read of a field that is gone or hidden, also when the spec lists it", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        const source = yield* opened(org, "[{ object: Account, fields: [Name, Website] }]")
        const table = newTable()
        yield* sync(source, "Account", table, spool)
        const [id = "", before] = [...table.rows].find(([, row]) => row.Website !== "") ?? []
        yield* org.control("POST", "schema/Account", { hideField: "Website" })
        yield* org.records("Account", { update: [{ Id: id, Name: "renamed" }] })
        for (const run of ["first", "second"]) {
          const { plan } = yield* sync(source, "Account", table, spool)
          assert.match(plan.warnings.join(), /Account.Website is no longer there/, run)
          assert.isFalse(plan.schema.columns.some(({ name }) => name === "Website"))
        }
        assert.strictEqual(table.rows.get(id)?.Name, "renamed")
        yield* org.control("POST", "schema/Account", { showField: "Website" })
        const { advances } = yield* sync(source, "Account", table, spool)
        assert.include(patches(advances)[0]?.header ?? [], "Website")
        assert.strictEqual(table.rows.get(id)?.Website, before?.Website)
        assert.deepStrictEqual(differences(table, yield* org.truth("Account")), [])
      }).pipe(Effect.scoped)
    )

    it.effect("between the describe and the query is described again, once", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        const source = yield* opened(org, "[{ object: User, fields: [Name, Title] }]")
        const table = newTable()
        const plan = yield* planOf(source, "User", table)
        yield* org.control("POST", "schema/User", { hideField: "Title" })
        yield* pour(table, source.read(plan, { spool, report: () => Effect.void }))
        assert.deepStrictEqual(differences(table, yield* org.truth("User")), [])
        assert.isFalse("Title" in ([...table.rows.values()][0] ?? {}))
        yield* org.control("POST", "schema/User", { showField: "Title" })
        yield* sync(source, "User", table, spool)
        assert.deepStrictEqual(differences(table, yield* org.truth("User")), [])
        assert.isTrue("Title" in ([...table.rows.values()][0] ?? {}))
      }).pipe(Effect.scoped)
    )

    it.effect(
      "does not hide that formulas and parents change without a stamp: they are read again on schedule",
      () =>
        Effect.gen(function* () {
          const org = yield* Emulator
          const spool = yield* spoolFolder
          const source = yield* opened(
            org,
            "[{ object: Opportunity, fields: [Name, AccountId, Account_Industry__c, Account.Name] }]"
          )
          const table = newTable()
          yield* sync(source, "Opportunity", table, spool)
          const [, child] = [...table.rows].find(([, row]) => row.AccountId !== "") ?? []
          const account = child?.AccountId ?? ""
          yield* org.records("Account", { update: [{ Id: account, Industry: "Energy", Name: "New name" }] })
          yield* sync(source, "Opportunity", table, spool)
          assert.notStrictEqual(table.rows.get(child?.Id ?? "")?.["Account.Name"], "New name")
          yield* org.control("POST", "clock", { advanceSeconds: 24 * 3600 })
          const { advances } = yield* sync(source, "Opportunity", table, spool)
          assert.deepStrictEqual(patches(advances)[0]?.header, [
            "Id",
            "SystemModstamp",
            "Account_Industry__c",
            "Account.Name"
          ])
          assert.strictEqual(table.rows.get(child?.Id ?? "")?.["Account.Name"], "New name")
          assert.strictEqual(table.rows.get(child?.Id ?? "")?.Account_Industry__c, "Energy")
          assert.deepStrictEqual(differences(table, yield* org.truth("Opportunity")), [])
          assert.lengthOf(patches((yield* sync(source, "Opportunity", table, spool)).advances), 0)
        }).pipe(Effect.scoped)
    )

    it.effect("nor that a campaign member shows its contact's name, and a case its contact's address", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        const objects = ["CampaignMember", "Case"]
        const source = yield* opened(
          org,
          `[${objects.map((object) => `{ object: ${object}, fields: all }`).join(", ")}]`
        )
        const tables = objects.map((object) => [object, newTable()] as const)
        for (const [object, table] of tables) yield* sync(source, object, table, spool)
        const contacts = tables.flatMap(([, { rows }]) =>
          [...rows.values()].filter(({ ContactId }) => ContactId !== "").slice(0, 3)
        )
        yield* org.records("Contact", {
          update: contacts.map(({ ContactId }) => ({
            Id: ContactId,
            FirstName: "Newly",
            Email: "new@x.example"
          }))
        })
        yield* org.control("POST", "clock", { advanceSeconds: 24 * 3600 })
        for (const [object, table] of tables) {
          yield* sync(source, object, table, spool)
          assert.deepStrictEqual(differences(table, yield* org.truth(object)), [])
        }
      }).pipe(Effect.scoped)
    )
  }
)
