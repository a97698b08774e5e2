/** A copy belongs to one org: another is refused, until the tables of the first are set aside. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, commitAfter, segment } from "../account.ts"
import { codeOf, open, openNew, rowsOf, type Subject } from "../subject.ts"
import { names } from "./counts.ts"

export const orgsContract = (subject: Subject): void => {
  const opened = openNew(subject)

  describe(`${subject.name}: one org`, () => {
    it.live("refuses another org", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)] })] }))
        const other = yield* open(subject, at, { orgId: "00D000000000002AAA" })
        assert.strictEqual(yield* codeOf(other.check), "DESTINATION_OTHER_ORG")
        assert.strictEqual(yield* codeOf(other.checkpoints), "DESTINATION_OTHER_ORG")
        const commit = commitAfter(1, { segments: [segment(at, { rows: [account("001B", 1)] })] })
        assert.strictEqual(yield* codeOf(other.commit(commit)), "DESTINATION_OTHER_ORG")
        const reader = yield* open(subject, at, { orgId: null })
        assert.strictEqual((yield* reader.checkpoints).orgId, "00D000000000001AAA")
      })
    )

    it.live("keeps the tables of an org that is read no more out of the way of the next", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const first = commitAfter(0, {
          everything: true,
          segments: [segment(at, { rows: [account("001A", 1)] })]
        })
        yield* destination.commit(first)
        const reader = yield* open(subject, at, { orgId: null })
        if (subject.keepsNothingAside !== undefined) {
          assert.strictEqual(yield* codeOf(reader.setAside), subject.keepsNothingAside)
          assert.deepStrictEqual(yield* rowsOf(reader, names), [["001A", "Account 001A"]])
          return
        }
        const kept = yield* reader.setAside
        assert.lengthOf(kept, 1)
        assert.match(kept[0] ?? "", /00D000000000001AAA/i)
        assert.deepStrictEqual(yield* reader.setAside, [])
        const next = yield* open(subject, at, { orgId: "00D000000000002AAA" })
        assert.deepStrictEqual(yield* next.checkpoints, { orgId: null, streams: {} })
        yield* next.commit(
          commitAfter(0, { everything: true, segments: [segment(at, { rows: [account("001B", 1)] })] })
        )
        assert.deepStrictEqual(yield* rowsOf(next, names), [["001B", "Account 001B"]])
        assert.deepStrictEqual(yield* rowsOf(next, `SELECT "Id" FROM account_live`), [["001B"]])
        assert.strictEqual((yield* next.checkpoints).orgId, "00D000000000002AAA")
        // And back again.
        yield* reader.setAside
        const back = yield* open(subject, at)
        yield* back.commit(first)
        assert.deepStrictEqual(yield* rowsOf(back, names), [["001A", "Account 001A"]])
      })
    )
  })
}
