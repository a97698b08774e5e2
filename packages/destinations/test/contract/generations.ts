/** A table that is read again as a whole is hidden until it is published. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, commitAfter, segment, withSchema } from "../account.ts"
import { codeOf, openNew, rowsOf, type Subject } from "../subject.ts"
import { counts, names, none } from "./counts.ts"

export const generationsContract = (subject: Subject): void => {
  const opened = openNew(subject)

  describe(`${subject.name}: generations`, () => {
    const full = (expected: number, generation: number, options: object) =>
      commitAfter(expected, { phase: "full", generation, ...options })

    it.live("hides a generation until it is published, then shows it whole", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const read = (generation: number, ids: ReadonlyArray<string>, asOf: number) =>
          segment(at, { generation, asOf, rows: ids.map((id) => account(id, 1)) })
        yield* destination.commit(full(0, 1, { segments: [read(1, ["001A", "001B"], 1)], publish: true }))
        yield* destination.commit(full(1, 2, { segments: [read(2, ["001B"], 2)] }))
        assert.strictEqual((yield* rowsOf(destination, names)).length, 2)
        const published = yield* destination.commit(
          full(2, 2, { segments: [read(2, ["001C"], 2)], publish: true })
        )
        assert.deepStrictEqual(counts(published), { inserted: 1, updated: 0, deleted: 1, unchanged: 1 })
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT "Id", "IsDeleted" FROM "Account" ORDER BY "Id"`),
          [
            ["001A", true],
            ["001B", false],
            ["001C", false]
          ]
        )
        assert.deepStrictEqual(yield* rowsOf(destination, `SELECT "Id" FROM account_live ORDER BY 1`), [
          ["001B"],
          ["001C"]
        ])
      })
    )

    it.live(
      "keeps rows that it does not have where these may only be hidden, whatever deletes do otherwise",
      () =>
        Effect.gen(function* () {
          for (const hard of ["mark", "remove"] as const) {
            const { at, destination } = yield* opened
            const schema = withSchema({ deletes: { soft: "mark", hard, flag: "IsDeleted", absent: "keep" } })
            const read = (generation: number, ids: ReadonlyArray<string>) =>
              destination.commit(
                full(generation - 1, generation, {
                  schema,
                  publish: true,
                  segments: [
                    segment(at, { generation, asOf: generation, rows: ids.map((id) => account(id, 1)) })
                  ]
                })
              )
            yield* read(1, ["001A", "001B"])
            const again = yield* read(2, ["001B", "001C"])
            assert.deepStrictEqual(counts(again), { inserted: 1, updated: 0, deleted: 0, unchanged: 1 })
            assert.strictEqual(again.rows, 3)
            const shown = `SELECT "Id", "Name", "IsDeleted" FROM "Account" WHERE "Id" = '001A'`
            const [kept] = yield* rowsOf(destination, shown)
            assert.deepStrictEqual([kept?.[0], kept?.[2]], ["001A", false])
            assert.isNotNull(kept?.[1])
          }
        })
    )

    it.live("replaces rows without a key, and counts what is different", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const schema = withSchema({
          key: null,
          guard: null,
          views: [],
          deletes: { soft: "mark", hard: "mark", flag: null }
        })
        const read = (generation: number, ids: ReadonlyArray<string>) =>
          destination.commit(
            full(generation - 1, generation, {
              schema,
              publish: true,
              segments: [segment(at, { generation, rows: ids.map((id) => account(id, 1)) })]
            })
          )
        assert.strictEqual((yield* read(1, ["001A", "001A", "001B"])).inserted, 3)
        assert.deepStrictEqual(counts(yield* read(2, ["001A", "001B", "001C"])), {
          inserted: 1,
          updated: 0,
          deleted: 1,
          unchanged: 2
        })
        assert.deepStrictEqual(counts(yield* read(3, ["001A", "001B", "001C"])), { ...none, unchanged: 3 })
        assert.strictEqual((yield* rowsOf(destination, names)).length, 3)
      })
    )

    it.live(
      "fails when one key has two different rows in a generation, even in two commits, before it is seen",
      () =>
        Effect.gen(function* () {
          const { at, destination } = yield* opened
          const read = (name: string) =>
            segment(at, { asOf: 1, work: "job", rows: [account("001A", 1, { Name: name })] })
          yield* destination.commit(full(0, 1, { segments: [read("one")] }))
          assert.strictEqual(
            yield* codeOf(destination.commit(full(1, 1, { segments: [read("two")], publish: true }))),
            "NON_UNIQUE_KEY"
          )
        })
    )

    it.live("discards an unpublished generation and never the published one", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const read = (generation: number) =>
          segment(at, { generation, rows: [account(`001${generation}`, 1)] })
        yield* destination.commit(full(0, 1, { segments: [read(1)], publish: true }))
        yield* destination.commit(full(1, 2, { segments: [read(2)] }))
        yield* destination.discard("Account", 2)
        yield* destination.discard("Account", 1)
        assert.deepStrictEqual(yield* rowsOf(destination, names), [["0011", "Account 0011"]])
        yield* destination.commit(full(2, 3, { segments: [read(3)], publish: true }))
        assert.deepStrictEqual(yield* rowsOf(destination, `SELECT "Id" FROM account_live`), [["0013"]])
      })
    )
  })
}
