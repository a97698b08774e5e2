/** The same commits into Delta tables of several files and into a DuckDB file: counts and rows must be the same. */
import type { Destination, Segment } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, commitAfter, header, second, segment, withSchema } from "./account.ts"
import { currentFiles } from "./delta-log.ts"
import { duckdbSubject } from "./duckdb-subject.ts"
import { parquetSubject } from "./parquet-subject.ts"
import { randomBelow } from "./random-below.ts"
import { folder, open, rowsOf } from "./subject.ts"

const filesOfLoad = 3
const randomCommits = process.env.DECANT_SOAK === "1" ? 30 : 5
const rowsOfFile = 66_000
const schema = withSchema({ history: false })
const narrow = ["Id", "SystemModstamp", "AnnualRevenue"]

const id = (at: number): string => `001${String(at).padStart(12, "0")}AAA`

/** A file of rows as text, because so many objects would take longer than the commits. */
const page = (at: string, from: number): Segment => {
  const lines = Array.from({ length: rowsOfFile }, (_, index) => {
    const number = from + index
    return `"${id(number)}","${second(1)}","false","Account ${number}","${number % 1000}","${number}.5","a;b","","City ${number % 50}"\n`
  })
  const text = `${header.map((name) => `"${name}"`).join(",")}\n${lines.join("")}`
  return segment(at, { asOf: 1, rows: [], said: rowsOfFile, text })
}

const checksum = `SELECT count(*), count(DISTINCT "Id"), bit_xor(hash(r)), sum(hash(r)::HUGEINT) FROM (SELECT * FROM "Account") r`

const randomSegments = (
  at: string,
  asOf: number,
  draw: (below: number) => number
): ReadonlyArray<Segment> => {
  const anyId = () => id(draw(filesOfLoad * rowsOfFile + 2000))
  const ids = (count: number) => [...new Set(Array.from({ length: count }, anyId))]
  const rows = ids(1 + draw(40)).map((key) =>
    account(key, draw(asOf + 2), {
      Name: `name ${draw(5)}`,
      IsDeleted: String(draw(8) === 0),
      ...(draw(2) === 0 ? { BillingCity: "Paris" } : {})
    })
  )
  const keyed = (Id: string) => ({ Id, SystemModstamp: second(draw(asOf + 2)) })
  const upsert = segment(at, { asOf, rows })
  const others = [
    () => segment(at, { asOf, effect: "delete", header: ["Id", "SystemModstamp"], rows: ids(5).map(keyed) }),
    () =>
      segment(at, {
        asOf,
        effect: "patch",
        header: narrow,
        rows: ids(30).map((Id) => ({ Id, SystemModstamp: second(1), AnnualRevenue: String(draw(9)) }))
      }),
    () => {
      const from = draw(filesOfLoad * rowsOfFile)
      const named = Array.from({ length: 20 }, (_, index) => id(from + index)).filter(() => draw(4) > 0)
      const range = { from: id(from), to: id(from + 20) }
      return segment(at, {
        asOf,
        effect: "present",
        header: ["Id"],
        rows: named.map((Id) => ({ Id })),
        ids: range
      })
    },
    () =>
      segment(at, {
        asOf,
        effect: "replace",
        rows: ids(10).map((key) => account(key, asOf, { Name: "mended" }))
      })
  ]
  return draw(3) === 0 ? [upsert] : [upsert, others[draw(others.length)]?.() ?? upsert]
}

describe("Parquet: the same commits as a DuckDB file", () => {
  it.live(
    "lead to the same counts and the same rows, whichever files they meet",
    () =>
      Effect.gen(function* () {
        const at = yield* folder
        const destinations: ReadonlyArray<Destination> = [
          yield* open(parquetSubject, at),
          yield* open(duckdbSubject, at)
        ]
        const seed = Math.floor(Math.random() * 2 ** 31)
        const draw = randomBelow(seed)
        for (let version = 0; version < filesOfLoad + randomCommits; version++) {
          const segments =
            version < filesOfLoad ? [page(at, version * rowsOfFile)] : randomSegments(at, 2 + version, draw)
          const phase = version < filesOfLoad ? "backfill" : "incremental"
          const commit = commitAfter(version, { schema, phase, segments })
          const results = yield* Effect.forEach(destinations, (destination) => destination.commit(commit))
          const said = `seed ${seed}, version ${version + 1}`
          assert.deepStrictEqual(
            { ...results[0], schemaChanges: [] },
            { ...results[1], schemaChanges: [] },
            said
          )
          if (version < filesOfLoad || version % 2 === 0) continue
          const sums = yield* Effect.forEach(destinations, (destination) => rowsOf(destination, checksum))
          assert.deepStrictEqual(sums[0], sums[1], said)
        }
        assert.isAtLeast(currentFiles(`${at}/acme/Account`).length, filesOfLoad)
      }),
    240_000
  )
})
