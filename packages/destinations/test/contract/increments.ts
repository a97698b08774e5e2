/** Which of two versions of a row stays, whatever the order in which they come. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, commitAfter, header, second, segment } from "../account.ts"
import { codeOf, openNew, rowsOf, type Subject } from "../subject.ts"
import { counts, names, none } from "./counts.ts"

export const incrementsContract = (subject: Subject): void => {
  const opened = openNew(subject)

  describe(`${subject.name}: which of two versions of a row stays`, () => {
    it.live("never replaces a newer version by an older one", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        yield* destination.commit(
          commitAfter(0, {
            segments: [segment(at, { asOf: 20, rows: [account("001A", 9, { Name: "new" })] })]
          })
        )
        const result = yield* destination.commit(
          commitAfter(1, {
            segments: [segment(at, { asOf: 30, rows: [account("001A", 8, { Name: "old" })] })]
          })
        )
        assert.deepStrictEqual(counts(result), { ...none, unchanged: 1 })
        assert.deepStrictEqual(yield* rowsOf(destination, names), [["001A", "new"]])
      })
    )

    it.live("gives equal stamps to the later read", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const read = (asOf: number, name: string) =>
          segment(at, { asOf, rows: [account("001A", 5, { Name: name })] })
        yield* destination.commit(commitAfter(0, { segments: [read(10, "first")] }))
        const later = yield* destination.commit(commitAfter(1, { segments: [read(11, "second")] }))
        assert.deepStrictEqual(counts(later), { ...none, updated: 1 })
        const earlier = yield* destination.commit(commitAfter(2, { segments: [read(9, "third")] }))
        assert.deepStrictEqual(counts(earlier), { ...none, unchanged: 1 })
        assert.deepStrictEqual(yield* rowsOf(destination, names), [["001A", "second"]])
      })
    )

    it.live("counts rows that are read again and are the same as unchanged", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const cells = { Interests__c: "a;b", BillingCity: "Paris", AnnualRevenue: "1.5" }
        const read = (asOf: number) => segment(at, { asOf, rows: [account("001A", 5, cells)] })
        yield* destination.commit(commitAfter(0, { segments: [read(10)] }))
        const again = yield* destination.commit(commitAfter(1, { segments: [read(20)] }))
        assert.deepStrictEqual(counts(again), { ...none, unchanged: 1 })
      })
    )

    it.live("reduces several versions of a row in one commit to the newest", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const result = yield* destination.commit(
          commitAfter(0, {
            everything: true,
            segments: [
              segment(at, { asOf: 10, rows: [account("001A", 7, { Name: "newest" }), account("001B", 1)] }),
              segment(at, { asOf: 20, rows: [account("001A", 6, { Name: "older" })] })
            ]
          })
        )
        assert.deepStrictEqual(counts(result), { ...none, inserted: 2, unchanged: 1 })
        assert.deepStrictEqual(yield* rowsOf(destination, names), [
          ["001A", "newest"],
          ["001B", "Account 001B"]
        ])
      })
    )

    it.live("fails when one job holds two different rows for one key, and takes the same row twice", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const twice = (second: string) =>
          commitAfter(0, {
            everything: true,
            segments: [
              segment(at, { work: "job", rows: [account("001A", 1, { Name: "one" })] }),
              segment(at, { work: "job", rows: [account("001A", 1, { Name: second })] })
            ]
          })
        assert.strictEqual(yield* codeOf(destination.commit(twice("two"))), "NON_UNIQUE_KEY")
        assert.deepStrictEqual((yield* destination.checkpoints).streams, {})
        assert.strictEqual((yield* destination.commit(twice("one"))).inserted, 1)
      })
    )

    it.live("leaves columns alone that a segment does not have", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const whole = segment(at, { asOf: 1, rows: [account("001A", 1, { AnnualRevenue: "5" })] })
        yield* destination.commit(commitAfter(0, { segments: [whole] }))
        const narrow = header.filter((name) => name !== "AnnualRevenue")
        const rows = [account("001A", 2, { Name: "renamed" }), account("001B", 2)]
        const result = yield* destination.commit(
          commitAfter(1, { segments: [segment(at, { asOf: 2, header: narrow, rows })] })
        )
        assert.deepStrictEqual(counts(result), { ...none, updated: 1, inserted: 1 })
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT "Id", "Name", "AnnualRevenue" FROM "Account" ORDER BY "Id"`),
          [
            ["001A", "renamed", 5],
            ["001B", "Account 001B", null]
          ]
        )
      })
    )

    it.live("patches only its own columns, and only rows of the same version", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        yield* destination.commit(
          commitAfter(0, {
            segments: [segment(at, { asOf: 1, rows: [account("001A", 1), account("001B", 2)] })]
          })
        )
        const patch = (asOf: number) =>
          segment(at, {
            asOf,
            effect: "patch",
            header: ["Id", "SystemModstamp", "AnnualRevenue"],
            rows: ["001A", "001B", "001C"].map((Id) => ({
              Id,
              SystemModstamp: second(1),
              AnnualRevenue: String(asOf)
            }))
          })
        const result = yield* destination.commit(commitAfter(1, { segments: [patch(7)] }))
        assert.deepStrictEqual(counts(result), { ...none, updated: 1, unchanged: 2 })
        yield* destination.commit(commitAfter(2, { segments: [patch(6)] }))
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT "Id", "Name", "AnnualRevenue" FROM "Account" ORDER BY "Id"`),
          [
            ["001A", "Account 001A", 7],
            ["001B", "Account 001B", null]
          ]
        )
      })
    )
  })
}
