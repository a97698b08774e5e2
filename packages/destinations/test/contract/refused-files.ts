/** Spooled files that are not what they should be stop the commit as a whole. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, commitAfter, header, segment } from "../account.ts"
import { codeOf, openNew, type Subject } from "../subject.ts"

export const refusedFilesContract = (subject: Subject): void => {
  const opened = openNew(subject)

  describe(`${subject.name}: segments that are not what they should be`, () => {
    const cases: ReadonlyArray<readonly [string, string, object]> = [
      ["a row less than Salesforce said", "SEGMENT_SHORT", { said: 2 }],
      ["a row more than Salesforce said", "SEGMENT_SHORT", { said: 0 }],
      ["other columns", "SEGMENT_REFUSED", { text: '"Id","Nom"\n"001A","x"\n' }],
      [
        "the same columns in another order",
        "SEGMENT_REFUSED",
        { text: `${[...header].reverse().join(",")}\n` }
      ],
      ["nothing at all", "SEGMENT_REFUSED", { text: "" }],
      ["a row of too few cells", "SEGMENT_REFUSED", { text: `${header.join(",")}\n"001A","x"\n` }]
    ]
    for (const everything of [true, false]) {
      for (const [what, code, options] of cases) {
        it.live(`refuses a file with ${what} (${everything ? "first load" : "increment"})`, () =>
          Effect.gen(function* () {
            const { at, destination } = yield* opened
            const good = segment(at, { rows: [account("001B", 1)] })
            const bad = segment(at, { rows: [account("001A", 1)], ...options })
            assert.strictEqual(
              yield* codeOf(destination.commit(commitAfter(0, { everything, segments: [good, bad] }))),
              code
            )
            assert.deepStrictEqual((yield* destination.checkpoints).streams, {})
          })
        )
      }
    }
  })
}
