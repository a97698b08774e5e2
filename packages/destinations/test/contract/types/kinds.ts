/** Of each kind of column: values at its edges, values at random, what they become, and what is refused. */
import type { ColumnType } from "@decant/connector"

type Random = (below: number) => number

export interface Kind {
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

export const pad = (value: number, length: number): string => String(value).padStart(length, "0")

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
export const shortTime = (text: string): string =>
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

export const text = { kind: "text" } as const

export const kinds: Readonly<Record<string, Kind>> = {
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
