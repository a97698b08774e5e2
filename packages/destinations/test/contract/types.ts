/**
 * Every kind of column in every destination: what Salesforce sends as text comes back as the same value. Edges of
 * each kind stand in a list; random values join them, by a seed that a failure names.
 */
import type { Column } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { accountSchema, type Cells, commitAfter, second, segment, withSchema } from "../account.ts"
import { randomBelow } from "../random-below.ts"
import { codeOf, folder, open, rowsOf, type Subject } from "../subject.ts"
import { kinds, pad, shortTime, text } from "./types/kinds.ts"

const kindNames = Object.keys(kinds)

const place: Column = {
  name: "place",
  label: "Place",
  type: {
    kind: "struct",
    fields: [
      { name: "street", type: text },
      { name: "latitude", type: { kind: "double" } }
    ]
  },
  from: { struct: { street: "street", latitude: "latitude" } }
}

const columns: ReadonlyArray<Column> = [
  ...accountSchema.columns.slice(0, 3),
  ...kindNames.map(
    (name): Column => ({
      name: `a_${name}`,
      label: name,
      type: kinds[name]?.type ?? text,
      from: name === "list" ? { header: `a_${name}`, splitOn: ";" } : { header: `a_${name}` }
    })
  ),
  place
]

const schema = withSchema({ columns, views: [] })
const typedHeader = [
  "Id",
  "SystemModstamp",
  "IsDeleted",
  ...kindNames.map((name) => `a_${name}`),
  "street",
  "latitude"
]

const id = (index: number): string => `001${pad(index, 6)}`

const row = (index: number, cells: Cells): Cells => ({
  Id: id(index),
  SystemModstamp: second(1),
  IsDeleted: "false",
  ...cells
})

const shown = (name: string, cell: unknown): unknown =>
  name === "time" && typeof cell === "string" ? shortTime(cell) : cell

const randomRows = 200

export const typesContract = (subject: Subject): void => {
  describe(`${subject.name}: values of every type`, () => {
    it.live("come back as they were sent", () =>
      Effect.gen(function* () {
        const at = yield* folder
        const destination = yield* open(subject, at)
        const seed = Math.floor(Math.random() * 2 ** 31)
        const random = randomBelow(seed)
        const values = new Map(
          kindNames.map((name) => {
            const kind = kinds[name]
            const more = Array.from({ length: randomRows }, () => kind?.random(random) ?? "")
            return [name, [...(kind?.edges ?? []), ...more]] as const
          })
        )
        const length = Math.max(...[...values.values()].map((list) => list.length))
        // The last row is null in every column.
        const rows = Array.from({ length: length + 1 }, (_, index) =>
          row(
            index,
            Object.fromEntries(kindNames.map((name) => [`a_${name}`, values.get(name)?.[index] ?? null]))
          )
        )
        const half = Math.ceil(rows.length / 2)
        const pages = [rows.slice(0, half), rows.slice(half)].map((page, index) =>
          segment(at, { rows: page, header: typedHeader, gzip: index === 0 })
        )
        yield* destination.commit(commitAfter(0, { everything: true, schema, segments: pages }))
        const cells = kindNames.map((name) => `"a_${name}"`).join(", ")
        const stored = yield* rowsOf(destination, `SELECT ${cells} FROM "Account" ORDER BY "Id"`)
        assert.strictEqual(stored.length, rows.length)
        for (const [column, name] of kindNames.entries()) {
          const sent = values.get(name) ?? []
          for (const [index, found] of stored.entries()) {
            const said = sent[index]
            const wanted = said === undefined ? null : kinds[name]?.cell(said)
            const label = `${name}, seed ${seed}: ${String(said).slice(0, 80)}`
            assert.deepStrictEqual(shown(name, found[column]), wanted, label)
          }
        }
        // Read again and merged instead of appended, every value is the same.
        const again = pages.map((page) => ({ ...page, id: `${page.id}again`, asOf: second(50) }))
        const merged = yield* destination.commit(commitAfter(1, { schema, segments: again }))
        assert.deepStrictEqual([merged.inserted, merged.updated, merged.unchanged], [0, 0, rows.length])
      })
    )

    it.live("come back from inside an address, which is null when all of it is", () =>
      Effect.gen(function* () {
        const at = yield* folder
        const destination = yield* open(subject, at)
        const places: ReadonlyArray<readonly [string | null, string | null]> = [
          ['1 "Main" St\nBack, yard', "48.8566"],
          ["東京 😀 \\ ' {}", null],
          [null, "-0.000001"],
          [null, null]
        ]
        const rows = places.map(([street, latitude], index) => row(index, { street, latitude }))
        const page = segment(at, { rows, header: typedHeader })
        yield* destination.commit(commitAfter(0, { schema, segments: [page] }))
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT "place" FROM "Account" ORDER BY "Id"`),
          places.map(([street, latitude]) => [
            street === null && latitude === null
              ? null
              : { street, latitude: latitude === null ? null : Number(latitude) }
          ])
        )
      })
    )

    for (const name of kindNames) {
      for (const value of kinds[name]?.refused ?? []) {
        it.live(`refuses ${value} for ${name}, rather than store another value`, () =>
          Effect.gen(function* () {
            const at = yield* folder
            const destination = yield* open(subject, at)
            const page = segment(at, { rows: [row(1, { [`a_${name}`]: value })], header: typedHeader })
            const commit = commitAfter(0, { schema, everything: true, segments: [page] })
            assert.strictEqual(yield* codeOf(destination.commit(commit)), "SEGMENT_REFUSED")
            assert.deepStrictEqual((yield* destination.checkpoints).streams, {})
          })
        )
      }
    }
  })
}
