/** How the rows of a copy differ from the source's, said exactly. */
import type { Differences, RowDifference } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { account, accountSchema, commitAfter, header, second, segment, withSchema } from "../../account.ts"
import { codeOf, folder, open, type Subject } from "../../subject.ts"
import { all, comparable, type Damage } from "./begin.ts"

const stamps = ["Id", "SystemModstamp", "IsDeleted"]

const inShort = ({ key, kind, columns }: RowDifference): string => [key, kind, ...columns].join(" ")

const none = { missing: 0, extra: 0, doubled: 0, stamp: 0, values: 0 }

export const comparingContract = (subject: Subject, damage: Damage): void => {
  const stored = comparable(subject)

  describe(`${subject.name}: the copy held against the source`, () => {
    it.live("finds nothing where both hold the same, down to lists, structs, nulls and decimals", () =>
      Effect.gen(function* () {
        const rows = [
          account("001A", 1, {
            AnnualRevenue: "0.1",
            Interests__c: "a;b",
            BillingCity: "Bonn",
            Name: " N/A "
          }),
          account("001B", 2, { AnnualRevenue: "123456789.123", NumberOfEmployees: "7" }),
          account("001C", 3, { IsDeleted: "true", Name: null })
        ]
        const { at, compare } = yield* stored(rows)
        const found = yield* compare([segment(at, { rows, ids: all })])
        assert.deepStrictEqual(found, {
          kind: "differences",
          compared: 3,
          movedOn: 0,
          counts: none,
          rows: []
        })
      })
    )

    it.live("names each kind of difference, with stamps and columns, in the order of the keys", () =>
      Effect.gen(function* () {
        const { at, compare } = yield* stored([
          account("001A", 1),
          account("001B", 2),
          account("001C", 3, { AnnualRevenue: "1.1" }),
          account("001D", 4, { Interests__c: "a;b", BillingCity: "Bonn" }),
          account("001F", 6, { IsDeleted: "true" })
        ])
        const rows = [
          account("001A", 1),
          account("001B", 5, { Name: "moved" }),
          account("001C", 3, { AnnualRevenue: "1.2" }),
          account("001D", 4, { Interests__c: "b;a", BillingCity: "Köln", IsDeleted: "true" }),
          account("001G", 7)
        ]
        const found = yield* compare([segment(at, { asOf: 60, rows, ids: all })])
        assert.deepStrictEqual(found.counts, { ...none, missing: 1, stamp: 1, values: 2 })
        assert.strictEqual(found.compared, 6)
        assert.deepStrictEqual(found.rows.map(inShort), [
          "001B stamp Name",
          "001C values AnnualRevenue",
          "001D values IsDeleted Interests__c BillingCity BillingAddress",
          "001G missing"
        ])
        assert.deepStrictEqual(found.rows[0], {
          key: "001B",
          kind: "stamp",
          stored: second(2),
          actual: second(5),
          readAt: second(50),
          columns: ["Name"]
        })
        assert.deepInclude(found.rows[3], { stored: null, actual: second(7), readAt: null })
      })
    )

    it.live("takes an empty cell for null, and tells a null stamp from one", () =>
      Effect.gen(function* () {
        const { at, compare } = yield* stored([
          account("001A", 1, { Name: null }),
          account("001B", 1, { SystemModstamp: null }),
          account("001C", 1)
        ])
        const rows = [
          account("001A", 1, { Name: "" }),
          account("001B", 1, { SystemModstamp: null }),
          account("001C", 1, { SystemModstamp: null })
        ]
        assert.deepStrictEqual(
          (yield* compare([segment(at, { rows, ids: all })], { before: second(9) })).rows.map(inShort),
          ["001C stamp"]
        )
        const text = `${header.map((name) => `"${name}"`).join(",")}\n"001A","${second(1)}","false","x","","","","",""\n`
        const written = yield* compare([
          segment(at, { rows: [account("001A", 1)], text, ids: { from: null, to: "001B" } })
        ])
        assert.deepStrictEqual(written.rows.map(inShort), ["001A values Name"])
      })
    )

    it.live("compares only the range of a segment, whose ends may be open", () =>
      Effect.gen(function* () {
        const { at, compare } = yield* stored(["001A", "001B", "001C", "001D"].map((id) => account(id, 1)))
        const inRange = (from: string | null, to: string | null) =>
          Effect.map(compare([segment(at, { rows: [], ids: { from, to } })]), ({ rows }) =>
            rows.map(({ key }) => key)
          )
        assert.deepStrictEqual(yield* inRange(null, null), ["001A", "001B", "001C", "001D"])
        assert.deepStrictEqual(yield* inRange("001B", "001D"), ["001B", "001C"])
        assert.deepStrictEqual(yield* inRange(null, "001B"), ["001A"])
        assert.deepStrictEqual(yield* inRange("001D", null), ["001D"])
        const halves = yield* compare([
          segment(at, { rows: [account("001A", 1)], ids: { from: null, to: "001C" } }),
          segment(at, { rows: [account("001C", 1)], header: stamps, ids: { from: "001C", to: null } })
        ])
        assert.deepStrictEqual(halves.rows.map(inShort), ["001B extra", "001D extra"])
        assert.strictEqual(halves.compared, 4)
      })
    )

    it.live("orders keys by their code points, as Salesforce orders Ids", () =>
      Effect.gen(function* () {
        const { at, compare } = yield* stored(["001Z", "001a", "0019"].map((id) => account(id, 1)))
        const found = yield* compare([
          segment(at, { rows: [], ids: { from: "001A", to: "001a" } }),
          segment(at, { rows: [], ids: { from: "001a", to: null } })
        ])
        assert.deepStrictEqual(
          found.rows.map(({ key }) => key),
          ["001Z", "001a"]
        )
      })
    )

    it.live("compares the columns that a segment has, and of those the ones that the table has", () =>
      Effect.gen(function* () {
        const { at, compare } = yield* stored([account("001A", 1, { Name: "other", BillingCity: "Bonn" })])
        const has = (columns: ReadonlyArray<string>, cells = {}) =>
          Effect.map(
            compare([segment(at, { header: columns, rows: [account("001A", 1, cells)], ids: all })]),
            ({ rows }) => rows.map(inShort)
          )
        assert.deepStrictEqual(yield* has(stamps), [])
        assert.deepStrictEqual(yield* has(["Id", "Name"]), ["001A values Name"])
        assert.deepStrictEqual(yield* has([...stamps, "BillingCity"], { BillingCity: "Bonn" }), [])
        const wider = withSchema({
          columns: [
            ...accountSchema.columns,
            { name: "New__c", label: "New", type: { kind: "text" }, from: { header: "New__c" } }
          ]
        })
        const rows = [account("001A", 1, { Name: "other", BillingCity: "Bonn", New__c: "new" })]
        const found = yield* compare([segment(at, { header: [...header, "New__c"], rows, ids: all })], {
          schema: wider
        })
        assert.deepStrictEqual(found.rows, [])
      })
    )

    it.live("leaves out what has moved on since the cut, there and here, but not what never was", () =>
      Effect.gen(function* () {
        const { at, compare } = yield* stored([
          account("001A", 1),
          account("001B", 20),
          account("001C", 21),
          account("001D", 2, { Name: "here" })
        ])
        const rows = [
          account("001A", 22, { Name: "moved there" }),
          account("001B", 2),
          account("001D", 2, { Name: "there" }),
          account("001E", 23)
        ]
        const of = (version?: number) =>
          compare([segment(at, { rows, ids: all })], {
            before: second(20),
            ...(version === undefined ? {} : { version })
          })
        const later = yield* of()
        assert.deepStrictEqual(later.rows.map(inShort), ["001D values Name"])
        assert.deepStrictEqual([later.compared, later.movedOn], [1, 4])
        assert.deepStrictEqual(yield* of(7), later)
        // The stored checkpoint is still the one of the cut: nothing that it covers can be as late as that.
        const still = yield* of(1)
        assert.deepStrictEqual(still.rows.map(inShort), ["001B stamp", "001C extra", "001D values Name"])
        assert.deepStrictEqual([still.compared, still.movedOn], [3, 2])
      })
    )

    it.live(
      "finds a key that is stored more than once, as one difference, whatever else is wrong with it",
      () =>
        Effect.gen(function* () {
          const { at, compare } = yield* stored([account("001A", 1), account("001B", 30), account("001C", 1)])
          yield* Effect.promise(() => damage.doubleRow(at, "001A"))
          yield* Effect.promise(() => damage.doubleRow(at, "001B"))
          const rows = [account("001A", 2), account("001B", 30), account("001C", 1)]
          const found = yield* compare([segment(at, { rows, ids: all })], { before: second(20) })
          assert.deepStrictEqual(found.counts, { ...none, doubled: 2 })
          assert.deepStrictEqual(found.rows.map(inShort), ["001A doubled", "001B doubled"])
        })
    )

    it.live("lists at most so many, and counts all", () =>
      Effect.gen(function* () {
        const ids = Array.from({ length: 20 }, (_, index) => `001${String(index).padStart(3, "0")}`)
        const { at, compare } = yield* stored(ids.map((id) => account(id, 1)))
        const found = yield* compare(
          [
            segment(at, { rows: [], ids: { from: null, to: "001010" } }),
            segment(at, { rows: [], ids: { from: "001010", to: null } })
          ],
          { limit: 12 }
        )
        assert.strictEqual(found.counts.extra, 20)
        assert.deepStrictEqual(
          found.rows.map(({ key }) => key),
          ids.slice(0, 12)
        )
      })
    )

    it.live("looks only at the keys that are asked for", () =>
      Effect.gen(function* () {
        const { at, compare } = yield* stored(["001A", "001B", "001C"].map((id) => account(id, 1)))
        const rows = [account("001A", 1, { Name: "x" }), account("001D", 1)]
        const found = yield* compare([segment(at, { rows, ids: all })], {
          keys: ["001A", "001B", "001D", "001E"]
        })
        assert.deepStrictEqual(found.rows.map(inShort), ["001A values Name", "001B extra", "001D missing"])
        const few = yield* compare([segment(at, { rows, ids: all })], { keys: [] })
        assert.deepStrictEqual([few.compared, few.rows.length], [0, 0])
      })
    )

    it.live("takes a row of an object without a deleted flag for alive", () =>
      Effect.gen(function* () {
        const schema = withSchema({
          columns: accountSchema.columns.filter(({ name }) => name !== "IsDeleted")
        })
        const own = header.filter((name) => name !== "IsDeleted")
        const at = yield* folder
        const destination = yield* open(subject, at)
        const rows = [account("001A", 1), account("001B", 1)]
        yield* destination.commit(commitAfter(0, { schema, segments: [segment(at, { header: own, rows })] }))
        yield* destination.commit(
          commitAfter(1, {
            schema,
            segments: [segment(at, { asOf: 9, effect: "delete", header: ["Id"], rows: rows.slice(0, 1) })]
          })
        )
        const comparison = {
          schema,
          before: null,
          limit: 9,
          segments: [segment(at, { header: own, rows, ids: all })]
        }
        const found = yield* destination.inspect("Account", { kind: "differences", comparison })
        assert.strictEqual(found.kind, "differences")
        assert.deepStrictEqual((found as Differences).rows.map(inShort), ["001A values IsDeleted"])
        const gone = { ...comparison, segments: [segment(at, { header: own, rows: [], ids: all })] }
        const rest = yield* destination.inspect("Account", { kind: "differences", comparison: gone })
        assert.deepStrictEqual((rest as Differences).rows.map(inShort), ["001B extra"])
      })
    )

    it.live("expects no soft-deleted row where those are removed", () =>
      Effect.gen(function* () {
        const schema = withSchema({ deletes: { soft: "remove", hard: "remove", flag: "IsDeleted" } })
        const { at, compare } = yield* stored([account("001A", 1), account("001B", 1)], schema)
        const rows = [
          account("001A", 1),
          account("001B", 1, { IsDeleted: "true" }),
          account("001C", 1, { IsDeleted: "true" })
        ]
        const found = yield* compare([segment(at, { rows, ids: all })])
        assert.deepStrictEqual(found.rows.map(inShort), ["001B extra"])
      })
    )

    it.live("compares masked values by their hash", () =>
      Effect.gen(function* () {
        const columns = accountSchema.columns.map((column) =>
          column.name === "Name" ? { ...column, mask: { hmac: "pii" } } : column
        )
        const schema = withSchema({ columns })
        const at = yield* folder
        const destination = yield* open(subject, at, { maskKeys: { pii: Redacted.make("Jefe") } })
        const rows = [account("001A", 1), account("001B", 1)]
        yield* destination.commit(commitAfter(0, { schema, segments: [segment(at, { rows })] }))
        const now = [account("001A", 1), account("001B", 1, { Name: "another" })]
        const comparison = {
          schema,
          before: null,
          limit: 9,
          segments: [segment(at, { rows: now, ids: all })]
        }
        const found = yield* destination.inspect("Account", { kind: "differences", comparison })
        assert.deepStrictEqual((found as Differences).rows.map(inShort), ["001B values Name"])
        const without = yield* open(subject, at)
        assert.strictEqual(
          yield* codeOf(without.inspect("Account", { kind: "differences", comparison })),
          "MASK_KEY_MISSING"
        )
      })
    )

    it.live("fails on a spooled file that is not whole, and on a stream that it does not hold", () =>
      Effect.gen(function* () {
        const { at, destination, compare } = yield* stored([account("001A", 1)])
        assert.strictEqual(
          yield* codeOf(compare([segment(at, { rows: [account("001A", 1)], said: 2, ids: all })])),
          "SEGMENT_SHORT"
        )
        const comparison = { schema: withSchema({ stream: "Lead" }), segments: [], before: null, limit: 1 }
        assert.notStrictEqual(
          yield* codeOf(destination.inspect("Lead", { kind: "differences", comparison })),
          "no failure"
        )
      })
    )
  })
}
