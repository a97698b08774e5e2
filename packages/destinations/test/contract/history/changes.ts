/** Changes become versions, in the order in which they happened. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { commitAfter, header, second, segment } from "../../account.ts"
import type { Subject } from "../../subject.ts"
import { begin, columnsOf, named, schema, versions } from "./begin.ts"

export const changesContract = (subject: Subject): void => {
  describe(`${subject.name}: history of changes`, () => {
    it.live("opens a version of each row that is first read, and leaves the table as it is without", () =>
      Effect.gen(function* () {
        const { at, commit, see } = yield* begin(subject)
        const result = yield* commit({
          everything: true,
          segments: [
            segment(at, {
              asOf: 5,
              rows: [named("001A", 1, "a"), named("001B", 2, "b", { IsDeleted: "true" })]
            })
          ]
        })
        assert.strictEqual(result.inserted, 2)
        assert.deepStrictEqual(
          yield* see(columnsOf(`"Id", "Name", "IsDeleted", valid_from, valid_to, is_current`)),
          [
            ["001A", "a", false, second(1), null, true],
            ["001B", "b", true, second(2), null, true]
          ]
        )
        assert.deepStrictEqual(yield* see(`SELECT "Id", "Name" FROM "Account" ORDER BY 1`), [
          ["001A", "a"],
          ["001B", "b"]
        ])
        yield* commit({
          everything: true,
          segments: [segment(at, { asOf: 5, rows: [named("001C", 3, "c")] })]
        })
        assert.strictEqual((yield* see(versions)).length, 3)
      })
    )

    it.live("ends a version where the next one begins, with all columns of both", () =>
      Effect.gen(function* () {
        const { read, see } = yield* begin(subject)
        const cells = { AnnualRevenue: "5", Interests__c: "a;b", BillingCity: "Paris" }
        yield* read(5, [named("001A", 1, "one", cells), named("001B", 1, "other")])
        yield* read(15, [named("001A", 11, "two", { ...cells, BillingCity: "Rome" })])
        assert.deepStrictEqual(
          yield* see(
            columnsOf(
              `"Id", "Name", "SystemModstamp", "AnnualRevenue", "Interests__c", "BillingAddress", valid_from, valid_to, is_current`
            )
          ),
          [
            [
              "001A",
              "one",
              second(1),
              5,
              ["a", "b"],
              { street: null, city: "Paris" },
              second(1),
              second(11),
              false
            ],
            [
              "001A",
              "two",
              second(11),
              5,
              ["a", "b"],
              { street: null, city: "Rome" },
              second(11),
              null,
              true
            ],
            ["001B", "other", second(1), null, null, null, second(1), null, true]
          ]
        )
      })
    )

    it.live("adds nothing for a row that is read again, nor for a commit that comes twice", () =>
      Effect.gen(function* () {
        const { at, destination, read, commit, last, see } = yield* begin(subject)
        yield* read(5, [named("001A", 1, "one", { Interests__c: "a;b", BillingCity: "Paris" })])
        const before = yield* see(versions)
        yield* read(9, [named("001A", 1, "one", { Interests__c: "a;b", BillingCity: "Paris" })])
        assert.deepStrictEqual(yield* see(versions), before)
        const options = { schema, segments: [segment(at, { asOf: 20, rows: [named("001A", 12, "two")] })] }
        yield* commit(options)
        const twice = yield* see(versions)
        yield* destination.commit(commitAfter(last() - 1, options))
        assert.deepStrictEqual(yield* see(versions), twice)
        assert.strictEqual(twice.length, 2)
      })
    )

    it.live("puts an older version that comes late where it belongs", () =>
      Effect.gen(function* () {
        const { read, see } = yield* begin(subject)
        yield* read(10, [named("001A", 3, "first")])
        yield* read(20, [named("001A", 9, "last")])
        yield* read(30, [named("001A", 6, "between")])
        yield* read(31, [named("001A", 1, "before")])
        yield* read(32, [named("001A", 6, "between")])
        assert.deepStrictEqual(yield* see(versions), [
          ["001A", "before", second(1), second(3)],
          ["001A", "first", second(3), second(6)],
          ["001A", "between", second(6), second(9)],
          ["001A", "last", second(9), null]
        ])
        assert.deepStrictEqual(yield* see(`SELECT "Name" FROM "Account"`), [["last"]])
      })
    )

    it.live("keeps both of two versions that come in one commit", () =>
      Effect.gen(function* () {
        const { at, commit, see } = yield* begin(subject)
        yield* commit({
          everything: true,
          segments: [
            segment(at, { asOf: 20, rows: [named("001A", 7, "newer"), named("001B", 2, "only")] }),
            segment(at, { asOf: 10, rows: [named("001A", 4, "older"), named("001B", 2, "only")] })
          ]
        })
        assert.deepStrictEqual(yield* see(versions), [
          ["001A", "older", second(4), second(7)],
          ["001A", "newer", second(7), null],
          ["001B", "only", second(2), null]
        ])
        yield* commit({
          segments: [
            segment(at, { asOf: 30, rows: [named("001A", 22, "third")] }),
            segment(at, { asOf: 40, rows: [named("001A", 33, "fourth")] })
          ]
        })
        assert.deepStrictEqual((yield* see(versions)).slice(0, 4), [
          ["001A", "older", second(4), second(7)],
          ["001A", "newer", second(7), second(22)],
          ["001A", "third", second(22), second(33)],
          ["001A", "fourth", second(33), null]
        ])
      })
    )

    it.live("opens a version at the time of reading when only formulas have changed", () =>
      Effect.gen(function* () {
        const { read, patch, see } = yield* begin(subject)
        yield* read(10, [named("001A", 1, "a", { AnnualRevenue: "1" }), named("001B", 1, "b")])
        const changed = { Id: "001A", SystemModstamp: second(1), AnnualRevenue: "2" }
        yield* patch(20, [changed, { Id: "001X", SystemModstamp: second(1), AnnualRevenue: "2" }])
        yield* patch(25, [changed])
        yield* patch(26, [{ Id: "001A", SystemModstamp: second(0), AnnualRevenue: "9" }])
        yield* read(40, [named("001A", 30, "renamed", { AnnualRevenue: "2" })])
        assert.deepStrictEqual(yield* see(columnsOf(`"Id", "Name", "AnnualRevenue", valid_from, valid_to`)), [
          ["001A", "a", 1, second(1), second(20)],
          ["001A", "a", 2, second(20), second(30)],
          ["001A", "renamed", 2, second(30), null],
          ["001B", "b", null, second(1), null]
        ])
      })
    )

    it.live("never lets intervals overlap when a row had moved on before its formulas were read", () =>
      Effect.gen(function* () {
        const { read, patch, see } = yield* begin(subject)
        yield* read(10, [named("001A", 1, "a", { AnnualRevenue: "1" })])
        yield* patch(20, [{ Id: "001A", SystemModstamp: second(1), AnnualRevenue: "2" }])
        yield* read(30, [named("001A", 15, "b", { AnnualRevenue: "3" })])
        assert.deepStrictEqual(yield* see(columnsOf(`"AnnualRevenue", valid_from, valid_to`)), [
          [1, second(1), second(15)],
          [2, second(15), second(15)],
          [3, second(15), null]
        ])
      })
    )

    it.live("gives two readings of one stamp with different values a version each", () =>
      Effect.gen(function* () {
        const { read, see } = yield* begin(subject)
        yield* read(10, [named("001A", 5, "first")])
        yield* read(12, [named("001A", 5, "second")])
        assert.deepStrictEqual(yield* see(versions), [
          ["001A", "first", second(5), second(12)],
          ["001A", "second", second(12), null]
        ])
      })
    )

    it.live("takes the values of columns that a segment does not have from the row", () =>
      Effect.gen(function* () {
        const { read, see } = yield* begin(subject)
        yield* read(10, [named("001A", 1, "one", { AnnualRevenue: "5" })])
        const narrow = header.filter((name) => name !== "AnnualRevenue")
        yield* read(20, [named("001A", 11, "two")], { header: narrow })
        assert.deepStrictEqual(yield* see(columnsOf(`"Name", "AnnualRevenue"`)), [
          ["one", 5],
          ["two", 5]
        ])
      })
    )
  })
}
