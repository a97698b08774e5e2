import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { afterAll, beforeAll, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { sqlOf } from "../src/duckdb/workbench.ts"
import type { Sql } from "../src/duckdb-sql/sql.ts"
import { fileStatistics } from "../src/parquet/file-statistics.ts"

const folder = mkdtempSync(join(tmpdir(), "decant-statistics-"))
let instance: DuckDBInstance
let sql: Sql

beforeAll(async () => {
  instance = await DuckDBInstance.create(":memory:")
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  sql = sqlOf(folder, connection)
})

afterAll(() => {
  instance.closeSync()
  rmSync(folder, { recursive: true })
})

const columns = [
  { name: "Id", type: "VARCHAR" },
  { name: "Amount", type: "DOUBLE" },
  { name: "Count", type: "INTEGER" },
  { name: "Day", type: "DATE" },
  { name: "Stamp", type: "TIMESTAMP WITH TIME ZONE" },
  { name: "Secret", type: "VARCHAR" },
  { name: "Address", type: "STRUCT(street VARCHAR, number INTEGER)" },
  { name: "Never", type: "DOUBLE" }
]

/** Ten thousand rows in five row groups, with this text for the key of the row `i`. */
const write = (name: string, key: string) =>
  Effect.gen(function* () {
    const path = join(folder, `${name}.parquet`)
    yield* sql.run(
      `COPY (SELECT ${key} AS "Id", CASE WHEN i % 3 = 0 THEN NULL ELSE i::DOUBLE / 7 END AS "Amount", (i - 5000)::INTEGER AS "Count",
         DATE '2020-01-01' + (i % 700)::INTEGER AS "Day", TIMESTAMPTZ '2024-01-02 03:04:05.678Z' + to_seconds(i) AS "Stamp",
         'text ' || i AS "Secret", {'street': 's' || i, 'number': i::INTEGER} AS "Address", CAST(NULL AS DOUBLE) AS "Never"
         FROM range(10000) r(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`
    )
    return JSON.parse(yield* fileStatistics(sql, path, { columns, leading: ["Id", "Stamp"] }))
  })

it.effect("what the log says of a file is what is in the file", () =>
  Effect.gen(function* () {
    expect(yield* write("plain", "printf('%05d', i)")).toEqual({
      numRecords: 10_000,
      minValues: {
        Id: "00000",
        Amount: 1 / 7,
        Count: -5000,
        Day: "2020-01-01",
        Stamp: "2024-01-02T03:04:05.678Z"
      },
      maxValues: {
        Id: "09999",
        Amount: 9998 / 7,
        Count: 4999,
        Day: "2021-11-30",
        Stamp: "2024-01-02T05:50:44.678Z"
      },
      nullCount: { Id: 0, Amount: 3334, Count: 0, Day: 0, Stamp: 0, Secret: 0, Never: 10_000 }
    })
  })
)

it.effect.each([
  { keys: "longer than a footer keeps", key: "repeat('k', 3000) || printf('%05d', i)" },
  { keys: "of other scripts", key: "'日本 ' || printf('%05d', i)" },
  { keys: "with a backslash", key: "'a\\x00' || printf('%05d', i)" },
  { keys: "with a NUL byte", key: "'a' || chr(0) || printf('%05d', i)" },
  { keys: "with a line end", key: "'a' || chr(10) || printf('%05d', i)" }
])("keys $keys have their true bounds", ({ key }) =>
  Effect.gen(function* () {
    const found = yield* write("odd", key)
    const [true_] = yield* sql.rows(
      `SELECT min("Id") AS low, max("Id") AS high FROM '${join(folder, "odd.parquet")}'`
    )
    expect([found.minValues.Id, found.maxValues.Id]).toEqual([true_?.low, true_?.high])
  })
)
