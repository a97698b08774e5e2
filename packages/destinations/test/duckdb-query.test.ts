import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, commitAfter, segment } from "./account.ts"
import { duckdbSubject } from "./duckdb-subject.ts"
import { codeOf, folder, open } from "./subject.ts"

const limits = { maxRows: 10, seconds: 5 }

const filled = Effect.gen(function* () {
  const at = yield* folder
  const destination = yield* open(duckdbSubject, at)
  yield* destination.commit(
    commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)], gzip: false })] })
  )
  return { at, destination }
})

describe("DuckDB: read-only queries", () => {
  const refused: ReadonlyArray<readonly [string, (at: string) => string]> = [
    ["INSERT", () => `INSERT INTO "Account" ("Id") VALUES ('x')`],
    ["UPDATE", () => `UPDATE "Account" SET "Name" = 'x'`],
    ["DELETE", () => `DELETE FROM "Account"`],
    ["DROP", () => `DROP TABLE "Account"`],
    ["CREATE", () => "CREATE TABLE t (a INTEGER)"],
    ["CREATE TEMP", () => "CREATE TEMP TABLE t (a INTEGER)"],
    ["ATTACH", (at) => `ATTACH '${join(at, "other.duckdb")}'`],
    ["ATTACH of memory", () => "ATTACH ':memory:' AS m"],
    ["COPY to a file", (at) => `COPY (SELECT 1) TO '${join(at, "out.csv")}'`],
    ["read_csv", (at) => `SELECT * FROM read_csv('${join(at, "segment-0.csv")}')`],
    ["read_text", () => "SELECT * FROM read_text('/etc/hostname')"],
    ["glob", () => "SELECT * FROM glob('/*')"],
    ["SET", () => "SET enable_external_access = true"],
    ["PRAGMA of a setting", () => "PRAGMA threads = 8"],
    ["INSTALL", () => "INSTALL httpfs"],
    ["LOAD", () => "LOAD httpfs"],
    ["CALL", () => "CALL pragma_version()"],
    ["two statements", () => `SELECT 1; DELETE FROM "Account"`],
    ["a transaction", () => "BEGIN"],
    ["PREPARE", () => "PREPARE p AS SELECT 1"],
    ["EXPORT", (at) => `EXPORT DATABASE '${join(at, "exported")}'`]
  ]
  for (const [what, sql] of refused) {
    it.live(`refuses ${what}`, () =>
      Effect.gen(function* () {
        const { at, destination } = yield* filled
        assert.strictEqual(yield* codeOf(destination.query(sql(at), limits)), "QUERY_REFUSED")
        const rows = yield* destination.query(`SELECT "Name" FROM "Account"`, limits)
        assert.deepStrictEqual(rows.rows, [["Account 001A"]])
      })
    )
  }

  it.live("answers SELECT, SHOW, DESCRIBE, EXPLAIN and WITH", () =>
    Effect.gen(function* () {
      const { destination } = yield* filled
      for (const sql of [
        "SHOW TABLES",
        `DESCRIBE "Account"`,
        "EXPLAIN SELECT 1",
        "WITH a AS (SELECT 1) FROM a"
      ]) {
        assert.isAbove((yield* destination.query(sql, limits)).rows.length, 0, sql)
      }
    })
  )

  it.live("passes on what DuckDB says about a mistake", () =>
    Effect.gen(function* () {
      const { destination } = yield* filled
      const failure = yield* Effect.flip(destination.query(`SELECT nam FROM "Account"`, limits))
      assert.strictEqual(failure.code, "QUERY_FAILED")
      assert.include(failure.message, "nam")
    })
  )

  it.live("stops a query that takes too long, and answers the next one", () =>
    Effect.gen(function* () {
      const { destination } = yield* filled
      const endless = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = 7"
      const begun = Date.now()
      assert.strictEqual(
        yield* codeOf(destination.query(endless, { maxRows: 1, seconds: 0.5 })),
        "QUERY_TOO_LONG"
      )
      assert.isBelow(Date.now() - begun, 5000)
      assert.strictEqual((yield* destination.query("SELECT 1", limits)).rows.length, 1)
    })
  )

  it.live("stops a query when its caller goes away", () =>
    Effect.gen(function* () {
      const { destination } = yield* filled
      const endless = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = 7"
      const begun = Date.now()
      yield* Effect.timeoutOption(destination.query(endless, { maxRows: 1, seconds: 30 }), "300 millis")
      assert.isBelow(Date.now() - begun, 5000)
      assert.strictEqual((yield* destination.query("SELECT 1", limits)).rows.length, 1)
    })
  )

  it.live("gives every type as JSON without loss", () =>
    Effect.gen(function* () {
      const { destination } = yield* filled
      const result = yield* destination.query(
        `SELECT 9007199254740993::BIGINT AS big, 7::BIGINT AS small, 1.10::DECIMAL(9,2) AS money, 'NaN'::DOUBLE AS nan,
           DATE '2026-11-21' AS day, TIMESTAMPTZ '2026-11-21 10:00:00.123456+00' AS at, TIMESTAMP '1969-12-31 23:59:59.5' AS old,
           TIME '13:45:00' AS clock, ['a', NULL] AS list, {'a': 1, 'b': [2]} AS row, '\\xAA'::BLOB AS bytes, MAP {'k': 1} AS map,
           NULL AS nothing, true AS yes`,
        limits
      )
      assert.deepStrictEqual(result.rows[0], [
        "9007199254740993",
        7,
        "1.10",
        "NaN",
        "2026-11-21",
        "2026-11-21T10:00:00.123456Z",
        "1969-12-31T23:59:59.500",
        "13:45:00",
        ["a", null],
        { a: 1, b: [2] },
        "qg==",
        [{ key: "k", value: 1 }],
        null,
        true
      ])
      assert.deepStrictEqual(result.columns[0], { name: "big", type: "BIGINT" })
    })
  )
})
