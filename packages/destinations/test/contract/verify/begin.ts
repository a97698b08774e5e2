/** A copy that holds some rows, and how it differs from what the source is said to hold. */
import type { Comparison, Differences, Segment, StreamSchema } from "@decant/connector"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { type account, accountSchema, commitAfter, segment } from "../../account.ts"
import { openNew, type Subject } from "../../subject.ts"

/** What no commit can do to a table. */
export interface Damage {
  /** The row of this Id once more, exactly as it is. */
  readonly doubleRow: (folder: string, id: string) => Promise<void>
}

/** Of every key. */
export const all = { from: null, to: null }

/** Stores the rows; `compare` says how they differ from those of the segments. */
export const comparable =
  (subject: Subject) => (rows: ReadonlyArray<ReturnType<typeof account>>, schema?: StreamSchema) =>
    Effect.gen(function* () {
      const { at, destination } = yield* openNew(subject)
      yield* destination.commit(
        commitAfter(0, {
          ...(schema === undefined ? {} : { schema }),
          segments: [segment(at, { asOf: 50, rows })]
        })
      )
      const compare = (segments: ReadonlyArray<Segment>, more: Partial<Comparison> = {}) =>
        Effect.map(
          destination.inspect("Account", {
            kind: "differences",
            comparison: { schema: schema ?? accountSchema, segments, before: null, limit: 100, ...more }
          }),
          (result) => {
            assert.strictEqual(result.kind, "differences")
            return result as Differences
          }
        )
      return { at, destination, compare }
    })
