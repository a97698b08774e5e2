/** How rows leave: deleted softly, deleted for good, or missing from a complete list of Ids. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, accountSchema, commitAfter, header, second, segment, withSchema } from "../account.ts"
import { openNew, rowsOf, type Subject } from "../subject.ts"
import { counts, names, none } from "./counts.ts"

export const deletesContract = (subject: Subject): void => {
  const opened = openNew(subject)

  describe(`${subject.name}: deleted rows`, () => {
    const state = `SELECT "Id", "IsDeleted" FROM "Account" ORDER BY "Id"`
    const deletion = (at: string, asOf: number, ids: ReadonlyArray<string>, when: number) =>
      segment(at, {
        asOf,
        effect: "delete",
        header: ["Id", "SystemModstamp"],
        rows: ids.map((Id) => ({ Id, SystemModstamp: second(when) }))
      })

    it.live("counts a soft delete as deleted and an undelete as updated", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const read = (version: number, deleted: string) =>
          destination.commit(
            commitAfter(version, {
              segments: [
                segment(at, { asOf: version, rows: [account("001A", version, { IsDeleted: deleted })] })
              ]
            })
          )
        assert.deepStrictEqual(counts(yield* read(0, "false")), { ...none, inserted: 1 })
        assert.deepStrictEqual(counts(yield* read(1, "true")), { ...none, deleted: 1 })
        assert.deepStrictEqual(counts(yield* read(2, "true")), { ...none, updated: 1 })
        assert.deepStrictEqual(counts(yield* read(3, "false")), { ...none, updated: 1 })
        assert.deepStrictEqual(yield* rowsOf(destination, state), [["001A", false]])
      })
    )

    it.live("counts a row that is first seen deleted as inserted", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = [account("001A", 1, { IsDeleted: "true" })]
        const result = yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows })] }))
        assert.deepStrictEqual(counts(result), { ...none, inserted: 1 })
      })
    )

    it.live("marks hard-deleted rows where the stored stamp is not later than the deletion", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = [account("001A", 1), account("001B", 9)]
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { asOf: 1, rows })] }))
        const commit = commitAfter(1, { segments: [deletion(at, 10, ["001A", "001B", "001X"], 5)] })
        assert.deepStrictEqual(counts(yield* destination.commit(commit)), {
          ...none,
          deleted: 1,
          unchanged: 2
        })
        assert.deepStrictEqual(yield* rowsOf(destination, state), [
          ["001A", true],
          ["001B", false]
        ])
      })
    )

    for (const hard of ["mark", "remove"] as const) {
      it.live(`keeps a removed row out when an old page comes late (${hard})`, () =>
        Effect.gen(function* () {
          const { at, destination } = yield* opened
          const schema = withSchema({ deletes: { soft: "mark", hard, flag: "IsDeleted" } })
          const apply = (version: number, of: ReturnType<typeof segment>) =>
            destination.commit(commitAfter(version, { schema, segments: [of] }))
          yield* apply(0, segment(at, { asOf: 1, rows: [account("001A", 1)] }))
          yield* apply(1, deletion(at, 10, ["001A", "001B"], 8))
          const gone = hard === "mark" ? [["001A", true]] : []
          assert.deepStrictEqual(yield* rowsOf(destination, state), gone)
          const late = [account("001A", 7), account("001B", 8)]
          assert.strictEqual((yield* apply(2, segment(at, { asOf: 5, rows: late }))).unchanged, 2)
          assert.deepStrictEqual(yield* rowsOf(destination, state), gone)
          const undeleted = yield* apply(3, segment(at, { asOf: 5, rows: [account("001A", 9)] }))
          assert.strictEqual(undeleted.inserted + undeleted.updated, 1)
          assert.deepStrictEqual(yield* rowsOf(destination, state), [["001A", false]])
        })
      )
    }

    it.live("takes soft-deleted rows out where the spec says remove, and brings undeleted ones back", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const schema = withSchema({ deletes: { soft: "remove", hard: "remove", flag: "IsDeleted" } })
        const read = (version: number, rows: ReadonlyArray<ReturnType<typeof account>>) =>
          destination.commit(
            commitAfter(version, {
              schema,
              everything: true,
              segments: [segment(at, { asOf: version, rows })]
            })
          )
        yield* read(0, [account("001A", 1), account("001B", 1, { IsDeleted: "true" })])
        assert.deepStrictEqual(yield* rowsOf(destination, state), [["001A", false]])
        const removed = yield* read(1, [account("001A", 2, { IsDeleted: "true" })])
        assert.deepStrictEqual(counts(removed), { ...none, deleted: 1 })
        assert.strictEqual(removed.rows, (yield* rowsOf(destination, names)).length)
        assert.deepStrictEqual(yield* rowsOf(destination, state), [])
        assert.strictEqual((yield* read(2, [account("001A", 3)])).inserted, 1)
      })
    )

    it.live(
      "gives objects without a deleted flag one, and takes a mark back from rows that are read again",
      () =>
        Effect.gen(function* () {
          const { at, destination } = yield* opened
          const schema = withSchema({
            columns: accountSchema.columns.filter((column) => column.name !== "IsDeleted")
          })
          const plain = header.filter((name) => name !== "IsDeleted")
          const read = (version: number) =>
            destination.commit(
              commitAfter(version, {
                schema,
                everything: version === 0,
                segments: [segment(at, { asOf: version, header: plain, rows: [account("001A", 1)] })]
              })
            )
          yield* read(0)
          assert.deepStrictEqual(yield* rowsOf(destination, state), [["001A", false]])
          yield* destination.commit(commitAfter(1, { schema, segments: [deletion(at, 1, ["001A"], 1)] }))
          assert.deepStrictEqual(yield* rowsOf(destination, state), [["001A", true]])
          assert.deepStrictEqual(counts(yield* read(2)), { ...none, updated: 1 })
          assert.deepStrictEqual(yield* rowsOf(destination, state), [["001A", false]])
        })
    )

    it.live("marks rows that a complete list of Ids does not name, inside its range only", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = ["001A", "001B", "001C", "001D"].map((id) => account(id, 1))
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { asOf: 1, rows })] }))
        const list = (asOf: number, ids: ReadonlyArray<string>) =>
          segment(at, {
            asOf,
            effect: "present",
            header: ["Id"],
            rows: ids.map((Id) => ({ Id })),
            ids: { from: "001B", to: "001D" }
          })
        const result = yield* destination.commit(commitAfter(1, { segments: [list(5, ["001C"])] }))
        assert.deepStrictEqual(counts(result), { ...none, deleted: 1 })
        assert.deepStrictEqual(yield* rowsOf(destination, state), [
          ["001A", false],
          ["001B", true],
          ["001C", false],
          ["001D", false]
        ])
        assert.strictEqual(
          (yield* destination.commit(commitAfter(2, { segments: [list(6, [])] }))).deleted,
          1
        )
      })
    )
  })
}
