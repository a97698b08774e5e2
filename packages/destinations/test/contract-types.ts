/**
 * Every kind of column in every destination: what Salesforce sends as text comes back as the same value. Edges of
 * each kind stand in a list; random values join them, by a seed that a failure names.
 */
import type { Column, ColumnType } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { accountSchema, type Cells, commitAfter, second, segment, withSchema } from "./account.ts"
import { codeOf, folder, open, rowsOf, type Subject } from "./subject.ts"

type Random = (below: number) => number

interface Kind {
  readonly type: ColumnType
  readonly edges: ReadonlyArray<string>
  readonly random: (random: Random) => string
  /** The cell of a query that the text becomes. */
  readonly cell: (text: string) => unknown
  /** Texts that cannot be stored without changing them. */
  readonly refused: ReadonlyArray<string>
}

const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => String(random(10))).join("")

const pad = (value: number, length: number): string => String(value).padStart(length, "0")

const whole = (text: string): string => BigInt(Number(text)).toString()

/** Beyond 2^53 as text. */
const integerCell = (text: string): number | string => {
  const exact = /^-?\d+(\.0*)?$/.test(text) ? (text.split(".")[0] ?? "") : whole(text)
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact
}

const decimalCell = (text: string): string => {
  const plain = /e/i.test(text) ? whole(text) : text
  const [integer = "0", fraction = ""] = plain.split(".")
  return `${integer}.${fraction.slice(0, 2).padEnd(2, "0")}`
}

const dateOf = (random: Random): string =>
  `${pad(1700 + random(2301), 4)}-${pad(1 + random(12), 2)}-${pad(1 + random(28), 2)}`

const timeOf = (random: Random): string =>
  `${pad(random(24), 2)}:${pad(random(60), 2)}:${pad(random(60), 2)}.${pad(random(1000), 3)}Z`

/** Times of day in the shortest form, as databases show them differently. */
const shortTime = (text: string): string =>
  text
    .replace(/(Z|[+-]00(:?00)?)$/, "")
    .replace(/\.(\d*?)0*$/, (_, kept: string) => (kept === "" ? "" : `.${kept}`))

const odd = [
  '"',
  "'",
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  " ",
  "NULL",
  "null",
  "\n",
  "\r\n",
  "\t",
  "é",
  "東",
  "😀",
  "\u2028",
  "x",
  "0",
  "%",
  "$"
]

const textOf = (random: Random): string =>
  Array.from({ length: 1 + random(8) }, () => odd[random(odd.length)] ?? "").join("")

const text = { kind: "text" } as const

const kinds: Readonly<Record<string, Kind>> = {
  text: {
    type: text,
    edges: [
      "0035g00000Abc12AAB",
      "N/A",
      " ",
      "=1+1",
      "-",
      "\\N",
      "\u{1F469}\u200D\u{1F4BB}",
      `${"é".repeat(131_071)}x`
    ],
    random: textOf,
    cell: (value) => value,
    refused: []
  },
  boolean: {
    type: { kind: "boolean" },
    edges: ["true", "false"],
    random: (random) => String(random(2) === 0),
    cell: (value) => value === "true",
    refused: ["maybe", "2"]
  },
  int32: {
    type: { kind: "int32" },
    edges: ["0", "-1", "42.0", "1.0E3", "2147483647", "-2147483648"],
    random: (random) => String(random(2 ** 32) - 2 ** 31),
    cell: integerCell,
    refused: ["5.7", "2147483648", "-2147483649", "1E10", "many"]
  },
  int64: {
    type: { kind: "int64" },
    edges: [
      "0",
      "9007199254740991",
      "9007199254740993",
      "-9007199254740993",
      "9223372036854775807",
      "-9223372036854775808",
      "7.0",
      "1.5E7"
    ],
    random: (random) => `${random(2) === 0 ? "-" : ""}${1 + random(9)}${digits(random, random(18))}`,
    cell: integerCell,
    refused: ["5.5", "9223372036854775808", "1E19", "many"]
  },
  double: {
    type: { kind: "double" },
    edges: [
      "0.0",
      "0.1",
      "1.5E7",
      "1.0E-5",
      "33.333333333333336",
      "-1.7976931348623157E308",
      "5.0E-324",
      "2.2250738585072014E-308",
      "123456789012345678",
      "100.0"
    ],
    random: (random) => String((random(2 ** 31) - 2 ** 30) / 10 ** random(12)),
    cell: Number,
    refused: ["1,5", "many"]
  },
  decimal: {
    type: { kind: "decimal", precision: 18, scale: 2 },
    edges: [
      "0.00",
      "1.1",
      "1.10",
      "1.100",
      "-0.01",
      "9999999999999999.99",
      "-9999999999999999.99",
      "1.5E7",
      "12"
    ],
    random: (random) =>
      `${random(2) === 0 ? "-" : ""}${1 + random(9)}${digits(random, random(15))}.${digits(random, 2)}`,
    cell: decimalCell,
    refused: ["1.239", "10000000000000000.00", "many"]
  },
  date: {
    type: { kind: "date" },
    edges: [
      "0001-01-01",
      "1582-10-15",
      "1700-01-01",
      "1969-12-31",
      "1970-01-01",
      "2000-02-29",
      "4000-12-31",
      "9999-12-31"
    ],
    random: dateOf,
    cell: (value) => value,
    refused: ["2026-02-30", "someday"]
  },
  time: {
    type: { kind: "time" },
    edges: ["00:00:00.000Z", "12:30:00.000Z", "23:59:59.999Z"],
    random: timeOf,
    cell: shortTime,
    refused: ["25:00:00.000Z", "noon"]
  },
  timestamp: {
    type: { kind: "timestamp" },
    edges: [
      "0001-01-01T00:00:00.000Z",
      "1700-01-01T00:00:00.000Z",
      "1969-12-31T23:59:59.999Z",
      "2026-03-29T01:30:00.000+0000",
      "4000-12-31T23:59:59.999Z",
      "2026-11-21T10:00:00.001Z"
    ],
    random: (random) => `${dateOf(random)}T${timeOf(random)}`,
    cell: (value) => value.replace("+0000", "Z"),
    refused: ["2026-02-30T00:00:00.000Z", "now and then"]
  },
  list: {
    type: { kind: "textList" },
    edges: ["a", "a;b", "NULL;null", 'say "so";{x}', "a,b; c ;\\", "😀;東", "x;x"],
    random: (random) => Array.from({ length: 1 + random(4) }, () => textOf(random)).join(";"),
    cell: (value) => value.split(";"),
    refused: []
  }
}

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

const seeded = (seed: number): Random => {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

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
        const random = seeded(seed)
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
        for (const name of kindNames) {
          const stored = yield* rowsOf(destination, `SELECT "a_${name}" FROM "Account" ORDER BY "Id"`)
          const sent = values.get(name) ?? []
          assert.strictEqual(stored.length, rows.length)
          for (const [index, cells] of stored.entries()) {
            const said = sent[index]
            const wanted = said === undefined ? null : kinds[name]?.cell(said)
            const label = `${name}, seed ${seed}: ${String(said).slice(0, 80)}`
            assert.deepStrictEqual(shown(name, cells[0]), wanted, label)
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
