/** What a commit makes visible, and what it says it did. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, commitAfter, segment } from "../account.ts"
import { openNew, rowsOf, type Subject } from "../subject.ts"
import { counts, names, none } from "./counts.ts"

export const commitsContract = (subject: Subject): void => {
  const opened = openNew(subject)

  describe(`${subject.name}: one commit`, () => {
    it.live("holds no checkpoint before the first commit, and makes nothing to say so", () =>
      Effect.gen(function* () {
        const { destination } = yield* opened
        assert.deepStrictEqual(yield* destination.checkpoints, { orgId: null, streams: {} })
        yield* destination.check
        assert.deepStrictEqual(yield* destination.checkpoints, { orgId: null, streams: {} })
      })
    )

    it.live("makes rows and the checkpoint that covers them visible together", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const commit = commitAfter(0, {
          everything: true,
          segments: [
            segment(at, { rows: [account("001A", 1), account("001B", 1)] }),
            segment(at, { rows: [account("001C", 1)], gzip: false })
          ]
        })
        const result = yield* destination.commit(commit)
        assert.deepStrictEqual(counts(result), { ...none, inserted: 3 })
        assert.deepStrictEqual(
          result.schemaChanges.map((change) => change.kind),
          ["table-created"]
        )
        const stored = yield* destination.checkpoints
        assert.strictEqual(stored.orgId, "00D000000000001AAA")
        assert.deepStrictEqual(stored.streams, { Account: { ...commit.checkpoint, rows: 3 } })
        assert.deepStrictEqual(yield* rowsOf(destination, names), [
          ["001A", "Account 001A"],
          ["001B", "Account 001B"],
          ["001C", "Account 001C"]
        ])
      })
    )

    it.live("changes nothing when the same commit comes twice", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const commit = commitAfter(0, {
          everything: true,
          segments: [segment(at, { rows: [account("001A", 1)] })]
        })
        yield* destination.commit(commit)
        assert.deepStrictEqual(yield* destination.commit(commit), { ...none, rows: 1, schemaChanges: [] })
        assert.deepStrictEqual((yield* destination.checkpoints).streams, {
          Account: { ...commit.checkpoint, rows: 1 }
        })
        assert.strictEqual((yield* rowsOf(destination, names)).length, 1)
      })
    )

    it.live("skips a segment that an earlier commit holds", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const first = segment(at, { rows: [account("001A", 1)] })
        const second = segment(at, { rows: [account("001B", 1)] })
        yield* destination.commit(commitAfter(0, { everything: true, segments: [first] }))
        const result = yield* destination.commit(
          commitAfter(1, { everything: true, segments: [first, second] })
        )
        assert.deepStrictEqual(counts(result), { ...none, inserted: 1 })
      })
    )

    it.live("stores a checkpoint that comes without segments, and makes the empty table", () =>
      Effect.gen(function* () {
        const { destination } = yield* opened
        yield* destination.commit(commitAfter(0, { everything: true }))
        assert.deepStrictEqual(yield* rowsOf(destination, names), [])
        assert.strictEqual((yield* destination.checkpoints).streams.Account?.version, 1)
      })
    )

    it.live("takes an empty segment: a header and no rows", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const result = yield* destination.commit(
          commitAfter(0, { everything: true, segments: [segment(at, { rows: [] })] })
        )
        assert.deepStrictEqual(counts(result), none)
        assert.deepStrictEqual(yield* rowsOf(destination, names), [])
      })
    )
  })
}
