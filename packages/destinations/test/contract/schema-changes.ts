/** What the fields of the org become: columns that are added, widened and kept, their names, views and descriptions. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, accountSchema, commitAfter, header, second, segment, withSchema } from "../account.ts"
import { codeOf, folder, open, openNew, rowsOf, type Subject } from "../subject.ts"

export const schemaChangesContract = (subject: Subject): void => {
  const opened = openNew(subject)

  describe(`${subject.name}: what the org's fields become`, () => {
    const columnsWith = (name: string, kind: "int64" | "double" | "text" | "boolean") =>
      withSchema({
        columns: accountSchema.columns.map((column) =>
          column.name === name ? { ...column, type: { kind } } : column
        )
      })

    it.live("widens a whole number to a longer one, to a double, to text, and never back", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const read = (version: number, schema: typeof accountSchema, value: string) =>
          destination.commit(
            commitAfter(version, {
              schema,
              segments: [
                segment(at, {
                  asOf: version,
                  rows: [account(`001${version}`, 1, { NumberOfEmployees: value })]
                })
              ]
            })
          )
        yield* read(0, accountSchema, "1")
        const kinds = (result: { schemaChanges: ReadonlyArray<{ kind: string; column: string | null }> }) =>
          result.schemaChanges.map((change) => `${change.kind} ${change.column}`)
        assert.deepStrictEqual(
          kinds(yield* read(1, columnsWith("NumberOfEmployees", "int64"), "9007199254740993")),
          ["column-widened NumberOfEmployees"]
        )
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT "NumberOfEmployees" FROM account_live ORDER BY "Id"`),
          [[1], ["9007199254740993"]]
        )
        yield* read(2, columnsWith("NumberOfEmployees", "double"), "2.5")
        yield* read(3, columnsWith("NumberOfEmployees", "text"), "many")
        assert.deepStrictEqual(kinds(yield* read(4, accountSchema, "7")), [])
        assert.deepStrictEqual(
          (yield* rowsOf(destination, `SELECT "NumberOfEmployees" FROM "Account" ORDER BY "Id"`)).slice(2),
          [["2.5"], ["many"], ["7"]]
        )
      })
    )

    it.live("stops at a change of type that the stored values cannot take", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)] })] }))
        const commit = commitAfter(1, { schema: columnsWith("AnnualRevenue", "boolean") })
        assert.strictEqual(yield* codeOf(destination.commit(commit)), "SCHEMA_INCOMPATIBLE")
        assert.strictEqual((yield* destination.checkpoints).streams.Account?.version, 1)
      })
    )

    it.live("adds new columns and fields of addresses, and keeps those that the org lost", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = [account("001A", 1, { AnnualRevenue: "5", BillingCity: "Paris" })]
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { asOf: 0, rows })] }))
        const text = { kind: "text" } as const
        const schema = withSchema({
          columns: [
            ...accountSchema.columns.filter(
              (column) => column.name !== "AnnualRevenue" && column.name !== "BillingAddress"
            ),
            { name: "Region__c", label: "Region", type: text, from: { header: "Region__c" } },
            {
              name: "BillingAddress",
              label: "Billing Address",
              type: {
                kind: "struct",
                fields: ["street", "city", "country"].map((name) => ({ name, type: text }))
              },
              from: { struct: { street: "BillingStreet", city: "BillingCity", country: "BillingCountry" } }
            }
          ]
        })
        const wide = [...header.filter((name) => name !== "AnnualRevenue"), "Region__c", "BillingCountry"]
        const more = [account("001B", 1, { Region__c: "EMEA", BillingCountry: "FR" })]
        const result = yield* destination.commit(
          commitAfter(1, { schema, segments: [segment(at, { asOf: 1, header: wide, rows: more })] })
        )
        assert.deepStrictEqual(
          result.schemaChanges.map((change) => `${change.kind} ${change.column}`.toLowerCase()).sort(),
          ["column-added region__c", "column-kept annualrevenue", "column-widened billingaddress"]
        )
        assert.deepStrictEqual(
          yield* rowsOf(
            destination,
            `SELECT "Id", "AnnualRevenue", "Region__c", "BillingAddress" FROM account_live ORDER BY "Id"`
          ),
          [
            ["001A", 5, null, { street: null, city: "Paris", country: null }],
            ["001B", null, "EMEA", { street: null, city: null, country: "FR" }]
          ]
        )
        assert.deepStrictEqual((yield* destination.commit(commitAfter(2, { schema }))).schemaChanges, [])
      })
    )

    it.live("names tables and columns in snake_case where the spec says so", () =>
      Effect.gen(function* () {
        const at = yield* folder
        const destination = yield* open(subject, at, { destination: { naming: "snake_case" } })
        yield* destination.commit(
          commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1, { Interests__c: "a" })] })] })
        )
        assert.deepStrictEqual(
          yield* rowsOf(destination, "SELECT id, system_modstamp, interests_c FROM account_live"),
          [["001A", second(1), ["a"]]]
        )
      })
    )

    it.live("offers views of live rows, of roles and of survivors of merges", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const schema = withSchema({
          columns: [
            ...accountSchema.columns,
            {
              name: "MasterRecordId",
              label: "Master",
              type: { kind: "text" },
              from: { header: "MasterRecordId" }
            }
          ],
          views: [
            { kind: "live", name: "account_live" },
            { kind: "roles", name: "account_roles", roles: { logo: "Name", reference: null } },
            { kind: "survivors", name: "account_survivors", mergedInto: "MasterRecordId" }
          ]
        })
        const rows = [
          account("001A", 1),
          account("001B", 1, { IsDeleted: "true", MasterRecordId: "001A" }),
          account("001C", 1, { IsDeleted: "true", MasterRecordId: "001B" })
        ]
        yield* destination.commit(
          commitAfter(0, { schema, segments: [segment(at, { header: [...header, "MasterRecordId"], rows })] })
        )
        assert.deepStrictEqual(yield* rowsOf(destination, `SELECT "Id" FROM account_live`), [["001A"]])
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT "Id", logo, reference FROM account_roles`),
          [["001A", "Account 001A", null]]
        )
        assert.deepStrictEqual(yield* rowsOf(destination, "SELECT * FROM account_survivors ORDER BY 1"), [
          ["001B", "001A"],
          ["001C", "001A"]
        ])
      })
    )

    it.live("tells what the org says about its fields", () =>
      Effect.gen(function* () {
        const { destination } = yield* opened
        yield* destination.commit(commitAfter(0, {}))
        assert.deepStrictEqual(
          yield* rowsOf(
            destination,
            "SELECT label, help, source_type FROM _decant.fields WHERE column_name = 'Name'"
          ),
          [["Account Name", "The company's name", "string"]]
        )
        assert.deepStrictEqual(
          yield* rowsOf(
            destination,
            "SELECT value, label, active FROM _decant.picklist_values ORDER BY value"
          ),
          [
            ["a", "Alpha", true],
            ["b", "Beta", false]
          ]
        )
      })
    )
  })
}
