/** Values arrive as they were sent, or masked, or are refused; never as something else. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { account, accountSchema, commitAfter, segment, withSchema } from "../account.ts"
import { randomTexts } from "../awkward-texts.ts"
import { codeOf, folder, open, openNew, rowsOf, type Subject } from "../subject.ts"
import { names } from "./counts.ts"

export const valuesContract = (subject: Subject): void => {
  const opened = openNew(subject)

  describe(`${subject.name}: values`, () => {
    it.live("keeps every byte of text, and reads only the empty text as null", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const texts = [
          "N/A",
          "null",
          "NULL",
          "  spaces  ",
          "a\u0000b",
          'quo"te, comma',
          "line\nbreak\r\nand\rcr",
          "😀 東京 é",
          "\\N",
          "\\.",
          "-"
        ]
        const rows = ["", ...texts].map((Name, index) =>
          account(`001${String.fromCharCode(65 + index)}`, 1, { Name })
        )
        yield* destination.commit(commitAfter(0, { everything: true, segments: [segment(at, { rows })] }))
        const expected =
          destination.capabilities.nulBytes === "kept"
            ? texts
            : texts.map((text) => text.replaceAll("\u0000", ""))
        assert.deepStrictEqual(
          (yield* rowsOf(destination, names)).map((row) => row[1]),
          [null, ...expected]
        )
      })
    )

    it.live("keeps a byte order mark at the beginning of a text", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = [account("001A", 1, { Name: "\uFEFFbom" })]
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows })] }))
        assert.deepStrictEqual(yield* rowsOf(destination, `SELECT length("Name") FROM "Account"`), [[4]])
      })
    )

    it.live("keeps a text of 131,072 characters", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const Name = `${"x\n".repeat(65_535)}é"`
        yield* destination.commit(
          commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1, { Name })] })] })
        )
        assert.deepStrictEqual(yield* rowsOf(destination, names), [["001A", Name]])
      })
    )

    it.live("keeps random text", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const seed = Math.floor(Math.random() * 2 ** 31)
        const texts = randomTexts(seed, 3000)
        const rows = texts.map((Name, index) => account(String(index).padStart(6, "0"), 1, { Name }))
        const half = [rows.slice(0, 1500), rows.slice(1500)]
        yield* destination.commit(
          commitAfter(0, { everything: true, segments: half.map((rows) => segment(at, { rows })) })
        )
        const stored = yield* rowsOf(destination, names)
        const wrong = stored.findIndex((row, index) => row[1] !== (texts[index] === "" ? null : texts[index]))
        assert.strictEqual(
          wrong,
          -1,
          `seed ${seed}: ${JSON.stringify(texts[wrong])} became ${JSON.stringify(stored[wrong]?.[1])}`
        )
      })
    )

    it.live("reads both forms of a time, numbers with exponents, lists and addresses", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = [
          account("001A", 1, {
            SystemModstamp: "2026-11-21T10:00:01.000+0000",
            AnnualRevenue: "1.5E7",
            NumberOfEmployees: "42.0",
            Interests__c: "a;b",
            BillingCity: "Paris"
          }),
          account("001B", 1)
        ]
        yield* destination.commit(commitAfter(0, { everything: true, segments: [segment(at, { rows })] }))
        assert.deepStrictEqual(
          yield* rowsOf(
            destination,
            `SELECT "SystemModstamp", "AnnualRevenue", "NumberOfEmployees", "Interests__c", "BillingAddress" FROM "Account" ORDER BY "Id"`
          ),
          [
            ["2026-11-21T10:00:01.000Z", 15_000_000, 42, ["a", "b"], { street: null, city: "Paris" }],
            ["2026-11-21T10:00:01.000Z", null, null, null, null]
          ]
        )
      })
    )

    for (const value of ["5.7", "3000000000", "many"]) {
      it.live(`refuses ${value} for a whole number of 32 bits`, () =>
        Effect.gen(function* () {
          const { at, destination } = yield* opened
          const rows = [account("001A", 1, { NumberOfEmployees: value })]
          const commit = commitAfter(0, { everything: true, segments: [segment(at, { rows })] })
          assert.strictEqual(yield* codeOf(destination.commit(commit)), "SEGMENT_REFUSED")
          assert.deepStrictEqual((yield* destination.checkpoints).streams, {})
        })
      )
    }

    it.live("masks values by HMAC-SHA-256, so that equal values stay equal and none is stored", () =>
      Effect.gen(function* () {
        const at = yield* folder
        const columns = accountSchema.columns.map((column) =>
          column.name === "Name" ? { ...column, mask: { hmac: "pii" } } : column
        )
        const schema = withSchema({ columns })
        const commit = commitAfter(0, {
          schema,
          segments: [segment(at, { rows: [account("001A", 1, { Name: "what do ya want for nothing?" })] })]
        })
        const without = yield* open(subject, at)
        assert.strictEqual(yield* codeOf(without.commit(commit)), "MASK_KEY_MISSING")
        // Test case 2 of RFC 4231.
        const keyed = yield* open(subject, at, { maskKeys: { pii: Redacted.make("Jefe") } })
        yield* keyed.commit(commit)
        assert.deepStrictEqual(yield* rowsOf(keyed, names), [
          ["001A", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"]
        ])
      })
    )
  })
}
