/** A first load of several commits: nothing is seen that is not committed, and a page that comes again counts once. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { account, commitAfter, second, segment } from "../account.ts"
import { codeOf, openNew, rowsOf, type Subject } from "../subject.ts"
import { names } from "./counts.ts"

export const firstLoadContract = (subject: Subject): void => {
  const opened = openNew(subject)

  describe(`${subject.name}: a first load of several commits`, () => {
    const page = (at: string, id: string) => segment(at, { work: "job", rows: [account(id, 1)] })

    it.live("shows only what is committed, and everything once it is whole", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const seen = Effect.map(
          Effect.option(rowsOf(destination, names)),
          Option.match({ onNone: () => [], onSome: (rows) => rows.map(([id]) => id) })
        )
        const ids = ["001A", "001B", "001C"]
        let inserted = 0
        yield* destination.commit(commitAfter(0, { phase: "backfill" }))
        for (const [version, id] of ids.entries()) {
          const last = version === ids.length - 1
          const result = yield* destination.commit(
            commitAfter(version + 1, {
              segments: [page(at, id)],
              everything: true,
              phase: last ? "incremental" : "backfill"
            })
          )
          inserted += result.inserted
          const rows = yield* seen
          assert.deepStrictEqual(rows, ids.slice(0, rows.length))
          assert.isAtMost(rows.length, version + 1)
          assert.strictEqual(result.rows, rows.length)
        }
        assert.deepStrictEqual(yield* seen, ids)
        assert.strictEqual(inserted, 3)
      })
    )

    it.live(
      "takes a page once that comes again after a crash, and forgets pages that no commit covered",
      () =>
        Effect.gen(function* () {
          const { at, destination } = yield* opened
          const [first, again] = [page(at, "001A"), page(at, "001B")]
          yield* destination.commit(
            commitAfter(0, { phase: "backfill", segments: [first], everything: true })
          )
          const bad = segment(at, { work: "job", rows: [account("001X", 1)], said: 5 })
          const failing = commitAfter(1, { phase: "backfill", segments: [again, bad], everything: true })
          assert.strictEqual(yield* codeOf(destination.commit(failing)), "SEGMENT_SHORT")
          const lost = commitAfter(1, {
            phase: "backfill",
            segments: [page(at, "001Y"), { ...bad, id: "other" }],
            everything: true
          })
          assert.strictEqual(yield* codeOf(destination.commit(lost)), "SEGMENT_SHORT")
          const result = yield* destination.commit(
            commitAfter(1, { segments: [first, again], everything: true })
          )
          assert.strictEqual(result.rows, 2)
          assert.deepStrictEqual(
            (yield* rowsOf(destination, names)).map(([id]) => id),
            ["001A", "001B"]
          )
        })
    )

    it.live("applies deletions and later versions that come before it is whole", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = ["001A", "001B", "001C"].map((id) => account(id, 1))
        yield* destination.commit(
          commitAfter(0, {
            phase: "backfill",
            everything: true,
            segments: [segment(at, { asOf: 1, rows })]
          })
        )
        const gone = segment(at, {
          asOf: 3,
          effect: "delete",
          header: ["Id", "SystemModstamp"],
          rows: [{ Id: "001B", SystemModstamp: second(2) }]
        })
        const renamed = segment(at, { asOf: 4, rows: [account("001C", 4, { Name: "renamed" })] })
        yield* destination.commit(commitAfter(1, { phase: "backfill", segments: [gone, renamed] }))
        yield* destination.commit(commitAfter(2, { segments: [segment(at, { asOf: 5, rows: [] })] }))
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT "Id", "Name", "IsDeleted" FROM "Account" ORDER BY "Id"`),
          [
            ["001A", "Account 001A", false],
            ["001B", "Account 001B", true],
            ["001C", "renamed", false]
          ]
        )
      })
    )
  })
}
