/** Deletions end versions; rows that come back open new ones. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, type Cells, second, segment, withSchema } from "../../account.ts"
import type { Subject } from "../../subject.ts"
import { begin, columnsOf, named, versions } from "./begin.ts"

export const deletionsContract = (subject: Subject): void => {
  describe(`${subject.name}: history of deletions`, () => {
    it.live("takes a soft deletion and its undoing for versions", () =>
      Effect.gen(function* () {
        const { read, see } = yield* begin(subject)
        yield* read(10, [account("001A", 1)])
        yield* read(20, [account("001A", 11, { IsDeleted: "true" })])
        yield* read(30, [account("001A", 21)])
        assert.deepStrictEqual(yield* see(columnsOf(`"IsDeleted", valid_from, valid_to, is_current`)), [
          [false, second(1), second(11), false],
          [true, second(11), second(21), false],
          [false, second(21), null, true]
        ])
      })
    )

    for (const hard of ["mark", "remove"] as const) {
      it.live(`ends the current version by a hard deletion and opens none (${hard})`, () =>
        Effect.gen(function* () {
          const { commit, remove, see, at } = yield* begin(subject)
          const removing = withSchema({ history: true, deletes: { soft: "mark", hard, flag: "IsDeleted" } })
          const read = (asOf: number, rows: ReadonlyArray<Cells>) =>
            commit({ schema: removing, segments: [segment(at, { asOf, rows })] })
          yield* read(10, [named("001A", 1, "a"), named("001B", 18, "b")])
          yield* remove(20, 15, ["001A", "001B", "001X"], removing)
          const ended = [
            ["001A", "a", second(1), second(15)],
            ["001B", "b", second(18), null]
          ]
          assert.deepStrictEqual(yield* see(versions), ended)
          assert.deepStrictEqual(
            yield* see(`SELECT count(*) FROM "Account_history" WHERE is_current AND "Id" = '001A'`),
            [[0]]
          )
          yield* remove(21, 15, ["001A"], removing)
          assert.deepStrictEqual(yield* see(versions), ended)
          yield* read(40, [named("001A", 31, "back")])
          assert.deepStrictEqual((yield* see(versions)).slice(0, 2), [
            ["001A", "a", second(1), second(15)],
            ["001A", "back", second(31), null]
          ])
        })
      )
    }

    it.live("opens a version when a row comes back unchanged", () =>
      Effect.gen(function* () {
        const { read, remove, see } = yield* begin(subject)
        yield* read(10, [named("001A", 1, "a")])
        yield* remove(20, 15, ["001A"])
        yield* read(30, [named("001A", 1, "a")])
        assert.deepStrictEqual(yield* see(columnsOf(`"Name", "IsDeleted", valid_from, valid_to`)), [
          ["a", false, second(1), second(15)],
          ["a", false, second(30), null]
        ])
      })
    )

    it.live("ends the version of a row in the bin when it leaves it for good", () =>
      Effect.gen(function* () {
        const { read, remove, see } = yield* begin(subject)
        yield* read(10, [named("001A", 1, "a")])
        yield* read(20, [named("001A", 15, "a", { IsDeleted: "true" })])
        yield* remove(30, 15, ["001A"])
        assert.deepStrictEqual(yield* see(columnsOf(`"IsDeleted", valid_from, valid_to`)), [
          [false, second(1), second(15)],
          [true, second(15), second(30)]
        ])
      })
    )

    it.live("ends versions of rows that a complete list of Ids does not name", () =>
      Effect.gen(function* () {
        const { read, see } = yield* begin(subject)
        yield* read(
          1,
          ["001A", "001B", "001C"].map((id) => account(id, 1))
        )
        yield* read(50, [{ Id: "001A" }], {
          effect: "present",
          header: ["Id"],
          ids: { from: null, to: "001C" }
        })
        assert.deepStrictEqual(yield* see(columnsOf(`"Id", valid_to`)), [
          ["001A", null],
          ["001B", second(50)],
          ["001C", null]
        ])
      })
    )
  })
}
