/** The history has the columns, types and masks of its table. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { accountSchema, commitAfter, header, segment, withSchema } from "../../account.ts"
import { codeOf, type Subject } from "../../subject.ts"
import { begin, columnsOf, named } from "./begin.ts"

export const shapeContract = (subject: Subject): void => {
  describe(`${subject.name}: the shape of history`, () => {
    it.live("takes new columns and wider types as the table does", () =>
      Effect.gen(function* () {
        const { at, commit, read, see } = yield* begin(subject)
        yield* read(10, [named("001A", 1, "a", { NumberOfEmployees: "7" })])
        const wider = withSchema({
          history: true,
          columns: [
            ...accountSchema.columns.map((column) =>
              column.name === "NumberOfEmployees" ? { ...column, type: { kind: "double" } as const } : column
            ),
            { name: "Region__c", label: "Region", type: { kind: "text" }, from: { header: "Region__c" } }
          ]
        })
        const rows = [named("001A", 11, "b", { NumberOfEmployees: "7.5", Region__c: "EMEA" })]
        yield* commit({
          schema: wider,
          segments: [segment(at, { asOf: 20, header: [...header, "Region__c"], rows })]
        })
        assert.deepStrictEqual(yield* see(columnsOf(`"Name", "NumberOfEmployees", "Region__c"`)), [
          ["a", 7, null],
          ["b", 7.5, "EMEA"]
        ])
      })
    )

    it.live("masks older versions as well when a mask is added", () =>
      Effect.gen(function* () {
        const { commit, read, see } = yield* begin(subject, { maskKeys: { pii: Redacted.make("Jefe") } })
        yield* read(10, [named("001A", 1, "what do ya want for nothing?")])
        yield* read(20, [named("001A", 11, "later")])
        const columns = accountSchema.columns.map((column) =>
          column.name === "Name" ? { ...column, mask: { hmac: "pii" } } : column
        )
        yield* commit({ schema: withSchema({ history: true, columns }) })
        const names = (yield* see(columnsOf(`"Name"`))).map(([name]) => String(name))
        assert.strictEqual(names.length, 2)
        assert.strictEqual(names[0], "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        assert.match(names[1] ?? "", /^[0-9a-f]{64}$/)
      })
    )

    it.live("refuses history of rows without a key", () =>
      Effect.gen(function* () {
        const { destination } = yield* begin(subject)
        const keyless = withSchema({ history: true, key: null, guard: null, views: [] })
        assert.strictEqual(
          yield* codeOf(destination.commit(commitAfter(0, { schema: keyless }))),
          "SCHEMA_INCOMPATIBLE"
        )
      })
    )
  })
}
