/** A table that is read again or repaired writes only what is different. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { accountSchema, type Cells, second, segment } from "../../account.ts"
import type { Subject } from "../../subject.ts"
import { begin, named, versions } from "./begin.ts"

export const reloadsContract = (subject: Subject): void => {
  describe(`${subject.name}: history of a table that is read again`, () => {
    it.live("writes only what is different when a generation is published", () =>
      Effect.gen(function* () {
        const { at, commit, read, see } = yield* begin(subject)
        yield* read(10, [named("001A", 1, "same"), named("001B", 1, "old"), named("001C", 1, "gone")])
        const segmentOf = (asOf: number, rows: ReadonlyArray<Cells>) =>
          segment(at, { generation: 2, asOf, rows })
        const full = { phase: "full", generation: 2 } as const
        yield* commit({
          ...full,
          segments: [segmentOf(50, [named("001A", 1, "same"), named("001D", 40, "new")])]
        })
        assert.strictEqual((yield* see(versions)).length, 3)
        yield* commit({ ...full, publish: true, segments: [segmentOf(50, [named("001B", 30, "changed")])] })
        assert.deepStrictEqual(yield* see(versions), [
          ["001A", "same", second(1), null],
          ["001B", "old", second(1), second(30)],
          ["001B", "changed", second(30), null],
          // By the time of the commit, since nothing says when it went.
          ["001C", "gone", second(1), second(100)],
          ["001D", "new", second(40), null]
        ])
      })
    )

    it.live(
      "begins with the rows that are there when history is switched on, and catches up after a gap",
      () =>
        Effect.gen(function* () {
          const { at, commit, read, see } = yield* begin(subject)
          const plain = (asOf: number, rows: ReadonlyArray<Cells>) =>
            commit({ schema: accountSchema, segments: [segment(at, { asOf, rows })] })
          yield* plain(10, [named("001A", 1, "a"), named("001B", 1, "b")])
          yield* commit({})
          assert.deepStrictEqual(yield* see(versions), [
            ["001A", "a", second(1), null],
            ["001B", "b", second(1), null]
          ])
          yield* plain(20, [named("001A", 12, "missed")])
          yield* read(30, [named("001A", 22, "seen")])
          assert.deepStrictEqual(yield* see(versions), [
            ["001A", "a", second(1), second(12)],
            ["001A", "missed", second(12), second(22)],
            ["001A", "seen", second(22), null],
            ["001B", "b", second(1), null]
          ])
        })
    )
  })

  describe(`${subject.name}: history of rows that are repaired`, () => {
    it.live("writes what is different, and takes versions out that the source never had", () =>
      Effect.gen(function* () {
        const { read, remove, see } = yield* begin(subject)
        const repair = (asOf: number, rows: ReadonlyArray<Cells>) => read(asOf, rows, { effect: "replace" })
        const right = ["001A", "001B", "001C", "001D"].map((id) => named(id, 1, "right"))
        yield* read(10, right)
        yield* read(20, [named("001B", 9, "never so")])
        yield* remove(21, 15, ["001D"])
        yield* repair(30, [
          named("001A", 1, "right"),
          named("001B", 1, "right"),
          named("001C", 1, "as it is"),
          named("001D", 1, "right")
        ])
        assert.deepStrictEqual(yield* see(versions), [
          ["001A", "right", second(1), null],
          ["001B", "right", second(1), null],
          ["001C", "right", second(1), second(30)],
          ["001C", "as it is", second(30), null],
          ["001D", "right", second(1), second(15)],
          ["001D", "right", second(30), null]
        ])
      })
    )
  })
}
