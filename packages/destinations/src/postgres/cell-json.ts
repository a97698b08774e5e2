/** A Postgres value as JSON without loss, from its text: integers beyond 2^53 and decimals as text, times as ISO 8601. */
import pg from "pg"

/** https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat */
const oids = {
  boolean: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  json: 114,
  jsonb: 3802,
  float4: 700,
  float8: 701,
  timestamp: 1114,
  timestamptz: 1184
} as const

const whole = (text: string): number | string => {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}

const real = (text: string): number | string => {
  const value = Number(text)
  return Number.isFinite(value) ? value : text
}

/** `2026-11-21 10:00:00.5+00` → `2026-11-21T10:00:00.500Z`; six digits only where there are so many. */
const time = (text: string): string => {
  const match = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?(\+00)?$/.exec(text)
  if (match === null) return text
  const [, day, clock, digits = "", zone] = match
  const fraction = digits.length > 3 ? digits.padEnd(6, "0") : digits.padEnd(3, "0")
  return `${day}T${clock}.${fraction}${zone === undefined ? "" : "Z"}`
}

const bytes = (text: string): string => Buffer.from(text.replace(/^\\x/, ""), "hex").toString("base64")

const readers: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [oids.boolean, (text) => text === "t"],
  [oids.bytea, bytes],
  [oids.int8, whole],
  [oids.int2, whole],
  [oids.int4, whole],
  [oids.oid, whole],
  [oids.json, (text) => JSON.parse(text)],
  [oids.jsonb, (text) => JSON.parse(text)],
  [oids.float4, real],
  [oids.float8, real],
  [oids.timestamp, time],
  [oids.timestamptz, time]
])

/** Arrays of these come as their lists; of other types as Postgres writes them. */
const lists: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [1000, (text) => text === "t"],
  [1005, whole],
  [1007, whole],
  [1016, whole],
  [1022, real],
  [1009, (text) => text],
  [1015, (text) => text],
  [1185, time],
  [1115, time],
  [1182, (text) => text],
  [1231, (text) => text]
])

const textList = 1009

/** `{a,"b,c",NULL}` → its texts, as `pg` reads an array of texts. */
const readTexts = pg.types.getTypeParser(textList as Parameters<typeof pg.types.getTypeParser>[0]) as (
  text: string
) => ReadonlyArray<string | null>

const listReader =
  (item: (text: string) => unknown) =>
  (text: string): unknown => {
    const values = readTexts(text)
    return values.map((value) => (value === null ? null : item(value)))
  }

/** For `pg`, which asks for the reader of each column's type. */
export const cellTypes = {
  getTypeParser: (oid: number) => {
    const list = lists.get(oid)
    return list === undefined ? (readers.get(oid) ?? ((text: string) => text)) : listReader(list)
  }
}
