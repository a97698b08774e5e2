/** Commits that meet: of two streams, and of two runs of the same copy. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, commitAfter, segment, withSchema } from "../account.ts"
import { codeOf, open, openNew, rowsOf, type Subject } from "../subject.ts"
import { names } from "./counts.ts"

export const writersContract = (subject: Subject): void => {
  const opened = openNew(subject)

  describe(`${subject.name}: commits that meet`, () => {
    it.live("serialises two streams that commit at once", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const contact = withSchema({ stream: "Contact", table: "Contact", views: [] })
        const results = yield* Effect.all(
          [
            destination.commit(commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)] })] })),
            destination.commit(
              commitAfter(0, {
                schema: contact,
                segments: [segment(at, { stream: "Contact", rows: [account("003A", 1)] })]
              })
            )
          ],
          { concurrency: 2 }
        )
        assert.deepStrictEqual(
          results.map((result) => result.inserted),
          [1, 1]
        )
        assert.deepStrictEqual(Object.keys((yield* destination.checkpoints).streams).sort(), [
          "Account",
          "Contact"
        ])
      })
    )

    it.live("aborts the late one of two writers whole", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const other = yield* open(subject, at)
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)] })] }))
        const late = commitAfter(0, { segments: [segment(at, { rows: [account("001B", 1)] })] })
        assert.strictEqual(yield* codeOf(other.commit(late)), "WRITER_CONFLICT")
        assert.deepStrictEqual(yield* rowsOf(destination, names), [["001A", "Account 001A"]])
      })
    )
  })
}
