/** Whatever comes in whatever order, each version is there once. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { second, segment } from "../../account.ts"
import { randomBelow } from "../../random-below.ts"
import type { Subject } from "../../subject.ts"
import { begin, named, versions } from "./begin.ts"

export const anyOrderContract = (subject: Subject): void => {
  describe(`${subject.name}: history whatever comes in whatever order`, () => {
    it.live("has each version once, in order, without overlaps, and ends in the table's row", () =>
      Effect.gen(function* () {
        const seed = Math.floor(Math.random() * 2 ** 31)
        const random = randomBelow(seed)
        const { at, commit, see } = yield* begin(subject)
        const ids = ["001A", "001B", "001C", "001D"]
        // Each record changes every few seconds; a page shows a record as it was at some second.
        const changes = new Map(ids.map((id) => [id, [1, 4, 9, 16, 25].map((at) => at + random(3))]))
        const seen = new Map<string, Set<number>>(ids.map((id) => [id, new Set()]))
        const rounds = process.env.DECANT_SOAK === "1" ? 12 : 7
        for (let round = 0; round < rounds; round++) {
          const segments = Array.from({ length: 1 + random(2) }, (_, page) => {
            const rows = ids
              .filter(() => random(3) > 0)
              .map((id) => {
                const stamps = changes.get(id) ?? []
                const at = stamps[random(stamps.length)] ?? 0
                seen.get(id)?.add(at)
                return named(id, at, `${id} at ${at}`)
              })
            return segment(at, { asOf: 40 + round * 2 + page, rows })
          })
          yield* commit({ segments })
        }
        const expected = ids.flatMap((id) => {
          const stamps = [...(seen.get(id) ?? [])].sort((a, b) => a - b)
          return stamps.map((at, index) => [
            id,
            `${id} at ${at}`,
            second(at),
            stamps[index + 1] === undefined ? null : second(stamps[index + 1] ?? 0)
          ])
        })
        assert.deepStrictEqual(yield* see(versions), expected, `seed ${seed}`)
        assert.deepStrictEqual(
          yield* see(`SELECT "Id", "Name" FROM "Account_history" WHERE is_current ORDER BY 1`),
          yield* see(`SELECT "Id", "Name" FROM "Account" ORDER BY 1`),
          `seed ${seed}`
        )
      })
    )
  })
}
