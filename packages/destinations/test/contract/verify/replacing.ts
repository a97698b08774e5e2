/** Whole rows take the place of whatever the copy holds. */
import type { Differences } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, accountSchema, commitAfter, segment, withSchema } from "../../account.ts"
import { codeOf, rowsOf, type Subject } from "../../subject.ts"
import { names } from "../counts.ts"
import { all, comparable, type Damage } from "./begin.ts"

export const replacingContract = (subject: Subject, damage: Damage): void => {
  const stored = comparable(subject)

  describe(`${subject.name}: rows that are replaced`, () => {
    it.live("come in place of newer and of doubled ones, are added where there is none, and count", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* stored([
          account("001A", 9, { Name: "newer", BillingCity: "Bonn" }),
          account("001B", 1),
          account("001C", 1)
        ])
        yield* Effect.promise(() => damage.doubleRow(at, "001B"))
        const rows = [
          account("001A", 5, { Name: "right" }),
          account("001B", 1),
          account("001C", 1),
          account("001D", 1)
        ]
        const result = yield* destination.commit(
          commitAfter(1, { segments: [segment(at, { asOf: 10, effect: "replace", rows })] })
        )
        const { inserted, updated, deleted, unchanged } = result
        assert.deepStrictEqual(
          { inserted, updated, deleted, unchanged },
          { inserted: 1, updated: 2, deleted: 0, unchanged: 1 }
        )
        assert.strictEqual(result.rows, 4)
        assert.deepStrictEqual(yield* rowsOf(destination, names), [
          ["001A", "right"],
          ["001B", "Account 001B"],
          ["001C", "Account 001C"],
          ["001D", "Account 001D"]
        ])
        const comparison = {
          schema: accountSchema,
          before: null,
          limit: 9,
          segments: [segment(at, { rows, ids: all })]
        }
        const found = yield* destination.inspect("Account", { kind: "differences", comparison })
        assert.deepStrictEqual((found as Differences).rows, [])
      })
    )

    it.live("come back although they were removed, and stay against older reads", () =>
      Effect.gen(function* () {
        const schema = withSchema({ deletes: { soft: "remove", hard: "remove", flag: "IsDeleted" } })
        const { at, destination } = yield* stored([account("001A", 1), account("001B", 1)], schema)
        const commit = (version: number, options: Parameters<typeof segment>[1]) =>
          destination.commit(commitAfter(version, { schema, segments: [segment(at, options)] }))
        yield* commit(1, {
          asOf: 60,
          effect: "delete",
          header: ["Id", "SystemModstamp"],
          rows: [account("001A", 55)]
        })
        assert.deepStrictEqual(yield* rowsOf(destination, names), [["001B", "Account 001B"]])
        const back = yield* commit(2, {
          asOf: 58,
          effect: "replace",
          rows: [account("001A", 1, { Name: "alive" })]
        })
        assert.strictEqual(back.inserted, 1)
        yield* commit(3, { asOf: 40, rows: [account("001A", 1, { Name: "older" })] })
        assert.deepStrictEqual(yield* rowsOf(destination, names), [
          ["001A", "alive"],
          ["001B", "Account 001B"]
        ])
        const gone = yield* commit(4, {
          asOf: 70,
          effect: "replace",
          rows: [account("001B", 1, { IsDeleted: "true" })]
        })
        assert.strictEqual(gone.deleted, 1)
        assert.deepStrictEqual(yield* rowsOf(destination, names), [["001A", "alive"]])
      })
    )

    it.live("take back a mark that says deleted, and set one", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* stored([
          account("001A", 9, { IsDeleted: "true" }),
          account("001B", 1)
        ])
        const rows = [account("001A", 1), account("001B", 1, { IsDeleted: "true" })]
        const result = yield* destination.commit(
          commitAfter(1, { segments: [segment(at, { asOf: 10, effect: "replace", rows })] })
        )
        assert.deepStrictEqual([result.updated, result.deleted], [1, 1])
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT "Id", "IsDeleted" FROM "Account" ORDER BY "Id"`),
          [
            ["001A", false],
            ["001B", true]
          ]
        )
      })
    )

    it.live("need the version that they were compared with", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* stored([account("001A", 9)])
        const late = commitAfter(0, {
          segments: [segment(at, { effect: "replace", rows: [account("001A", 1)] })]
        })
        assert.strictEqual(yield* codeOf(destination.commit(late)), "WRITER_CONFLICT")
      })
    )
  })
}
