/** `--schema-from`: an org made of describes that a client saved. */
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { emulator } from "../src/emulator.ts"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { query } from "./support/queries.ts"

const savedAs = (content: unknown) => {
  const file = join(mkdtempSync(join(tmpdir(), "emulator-test-")), "org.json")
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content))
  return file
}

const describeOf = (object: string) =>
  Effect.flatMap(EmulatedOrg, ({ call }) =>
    Effect.map(call(`/services/data/v68.0/sobjects/${object}/describe`), ({ json }) => json)
  )

/** Describes of an org that is not ours: other fields, and keys that only a real org sets. */
const foreign = Effect.gen(function* () {
  const account = yield* describeOf("Account")
  const contact = yield* describeOf("Contact")
  const wide = yield* describeOf("Wide__c")
  const user = yield* describeOf("User")
  account.label = "Customer"
  account.fields = account.fields.filter(({ name }: { name: string }) => !/^Shipping/.test(name))
  const name = account.fields.find((field: { name: string }) => field.name === "Name")
  name.inlineHelpText = "As in the contract"
  account.fields.push({
    ...name,
    name: "Tier__c",
    label: "Tier",
    type: "picklist",
    custom: true,
    length: 255,
    nillable: false,
    nameField: false,
    calculated: true,
    calculatedFormula: "TEXT(1)",
    compoundFieldName: null,
    picklistValues: [
      { active: true, defaultValue: false, label: "Gold", validFor: null, value: "G" },
      { active: true, defaultValue: false, label: "Silver", validFor: null, value: "S" }
    ]
  })
  user.fields = user.fields.filter(({ name }: { name: string }) => name !== "ForecastEnabled")
  return [account, contact, wide, user]
}).pipe(Effect.provide(EmulatedOrg.layer()))

it.live(
  "an org from saved describes describes itself as saved and holds rows that fit",
  () =>
    Effect.gen(function* () {
      const saved = yield* foreign
      const schemaFrom = savedAs({ objects: saved })
      yield* Effect.gen(function* () {
        const [account, contact, wide] = saved
        for (const object of [account, contact, wide]) {
          const { urls: _, ...described } = yield* describeOf(object.name)
          for (const key of ["fields", "label", "keyPrefix", "createable", "recordTypeInfos"]) {
            assert.deepStrictEqual(described[key], object[key], `${object.name}.${key}`)
          }
        }
        const children = (yield* describeOf("Account")).childRelationships.map(
          ({ relationshipName }: { relationshipName: string | null }) => relationshipName
        )
        assert.include(children, "Contacts")

        const accounts = (yield* query("SELECT Tier__c, Name, LastModifiedDate FROM Account")).json.records
        assert.isAbove(accounts.length, 40)
        for (const { Tier__c, Name } of accounts) {
          assert.include(["G", "S"], Tier__c)
          assert.isString(Name)
        }
        const orphans = yield* query(
          "SELECT COUNT() FROM Contact WHERE AccountId != null AND Account.Name = null"
        )
        assert.strictEqual(orphans.json.totalSize, 0)
        assert.strictEqual((yield* query("SELECT Id FROM Opportunity")).status, 400)
        assert.strictEqual((yield* query("SELECT Id FROM User WHERE IsActive = true")).json.totalSize, 1)
        const all = yield* query("SELECT FIELDS(ALL) FROM Wide__c LIMIT 3")
        assert.strictEqual(all.status, 200, all.text.slice(0, 300))
      }).pipe(Effect.provide(EmulatedOrg.layer({}, { dataset: "demo", schemaFrom })))
    }),
  30_000
)

const refusal = (schemaFrom: string) =>
  Effect.flip(
    Effect.scoped(
      Effect.asVoid(
        Effect.provide(
          Effect.void,
          emulator({ port: 0, apiVersion: "68.0", dataset: "empty", rows: {}, load: [], seed: 1, schemaFrom })
        )
      )
    )
  )

it.live("a file that holds no describe is an error that says what was expected", () =>
  Effect.gen(function* () {
    for (const [content, told] of [
      ["{", /JSON/],
      [{ hello: 1 }, /no describe/],
      [[{ name: "Account", fields: [{ name: "Id" }] }], /type/]
    ] as const) {
      const error = yield* refusal(savedAs(content))
      assert.strictEqual(error._tag, "BadSchema")
      assert.match(error.message, told)
    }
    assert.match((yield* refusal("/nowhere/org.json")).message, /nowhere/)
  })
)
