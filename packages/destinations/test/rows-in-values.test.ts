/** A text that somebody has pasted a table into looks like rows to a reader that begins in its middle. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, commitAfter, segment } from "./account.ts"
import { duckdbSubject } from "./duckdb-subject.ts"
import { folder, open, rowsOf } from "./subject.ts"

const pasted = "001Z,2026-11-21T10:00:00.000Z,false,pasted,1,1.5,a,b,c\n".repeat(2300)
/** More than is read at one go. */
const rows = Array.from({ length: 300 }, (_, at) =>
  account(`001${at}`, 1, { Name: at % 100 === 0 ? "plain" : pasted })
)

describe("values that hold what could be rows", () => {
  for (const gzip of [true, false]) {
    it.live(`stay values, ${gzip ? "compressed" : "as they are"}`, () =>
      Effect.gen(function* () {
        const at = yield* folder
        const destination = yield* open(duckdbSubject, at)
        yield* destination.commit(
          commitAfter(0, { everything: true, segments: [segment(at, { rows, gzip })] })
        )
        const found = yield* rowsOf(
          destination,
          `SELECT count(*)::INTEGER, count(*) FILTER (length("Name") = ${pasted.length})::INTEGER FROM "Account"`
        )
        assert.deepStrictEqual(found, [[300, 297]])
      }).pipe(Effect.scoped)
    )
  }
})
