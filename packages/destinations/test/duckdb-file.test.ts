import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { RunReport } from "@decant/connector"
import { DuckDBInstance } from "@duckdb/node-api"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { account, accountSchema, commitAfter, second, segment, withSchema } from "./account.ts"
import { start } from "./child.ts"
import { duckdbSubject } from "./duckdb-subject.ts"
import { codeOf, folder, open, rowsOf } from "./subject.ts"

const opened = Effect.gen(function* () {
  const at = yield* folder
  return { at, file: join(at, "acme.duckdb"), destination: yield* open(duckdbSubject, at) }
})

const report = (runId: string): RunReport => ({
  runId,
  name: "acme",
  status: "ok",
  startedAt: second(1),
  finishedAt: second(2),
  apiCalls: 1,
  bytes: 1,
  streams: []
})

/** What somebody else does to the file. */
const meddle = (file: string, sql: string) =>
  Effect.promise(async () => {
    const instance = await DuckDBInstance.create(file)
    const connection = await instance.connect()
    const result = await connection.runAndReadAll(sql)
    const rows = result.getRowsJS()
    connection.closeSync()
    instance.closeSync()
    return rows
  })

const first = (at: string) => commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)] })] })

describe("DuckDB: what somebody else did to the file", () => {
  const cases: ReadonlyArray<readonly [string, string]> = [
    ["a dropped table", 'DROP VIEW salesforce.account_live; DROP TABLE salesforce."Account"'],
    ["a dropped column", 'ALTER TABLE salesforce."Account" DROP COLUMN "Name"'],
    ["a renamed column", 'ALTER TABLE salesforce."Account" RENAME COLUMN "Name" TO title'],
    ["a dropped time of reading", 'ALTER TABLE salesforce."Account" DROP COLUMN _decant_as_of']
  ]
  for (const [what, sql] of cases) {
    it.live(`stops at ${what}, and a full refresh makes it right again`, () =>
      Effect.gen(function* () {
        const { at, file, destination } = yield* opened
        yield* destination.commit(first(at))
        yield* meddle(file, sql)
        const next = (generation: number) => ({
          generation,
          segments: [segment(at, { generation, asOf: 2, rows: [account("001B", 2)] })]
        })
        assert.strictEqual(yield* codeOf(destination.commit(commitAfter(1, next(1)))), "TARGET_CHANGED")
        yield* destination.commit(commitAfter(1, { ...next(2), phase: "backfill", publish: true }))
        assert.deepStrictEqual(yield* rowsOf(destination, `SELECT "Id", "Name" FROM account_live`), [
          ["001B", "Account 001B"]
        ])
      })
    )
  }

  it.live("stops at a table of the same name that it did not make", () =>
    Effect.gen(function* () {
      const { at, file, destination } = yield* opened
      yield* meddle(file, 'CREATE SCHEMA salesforce; CREATE TABLE salesforce."Account" (x INTEGER)')
      assert.strictEqual(yield* codeOf(destination.commit(first(at))), "TARGET_CHANGED")
      assert.deepStrictEqual(yield* meddle(file, 'SELECT count(*)::INTEGER FROM salesforce."Account"'), [[0]])
    })
  )

  it.live("leaves columns and views alone that somebody added", () =>
    Effect.gen(function* () {
      const { at, file, destination } = yield* opened
      yield* destination.commit(first(at))
      yield* meddle(
        file,
        'ALTER TABLE salesforce."Account" ADD COLUMN score INTEGER; UPDATE salesforce."Account" SET score = 7; CREATE VIEW mine AS SELECT score FROM salesforce."Account"'
      )
      yield* destination.commit(
        commitAfter(1, {
          segments: [
            segment(at, { asOf: 1, rows: [account("001A", 2, { Name: "new" }), account("001B", 1)] })
          ]
        })
      )
      assert.deepStrictEqual(yield* rowsOf(destination, "SELECT score FROM main.mine ORDER BY 1"), [
        [7],
        [null]
      ])
      assert.deepStrictEqual(yield* rowsOf(destination, `SELECT "Name" FROM account_live ORDER BY "Id"`), [
        ["new"],
        ["Account 001B"]
      ])
    })
  )
})

describe("DuckDB: a file that cannot be written", () => {
  it.live("says what it is instead of a database", () =>
    Effect.gen(function* () {
      const { at, file, destination } = yield* opened
      writeFileSync(file, "not a database ".repeat(1000))
      assert.strictEqual(yield* codeOf(destination.commit(first(at))), "NOT_A_DUCKDB_FILE")
      assert.strictEqual(yield* codeOf(destination.check), "NOT_A_DUCKDB_FILE")
      assert.include(readFileSync(file, "utf8"), "not a database")
    })
  )

  it.live("says that the path is a folder, or lies inside a file", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* opened
      mkdirSync(join(at, "acme.duckdb"))
      assert.strictEqual(yield* codeOf(destination.commit(first(at))), "DESTINATION_UNREACHABLE")
      writeFileSync(join(at, "file"), "")
      const inside = yield* open(duckdbSubject, at, { destination: { path: "file/acme.duckdb" } })
      assert.strictEqual(yield* codeOf(inside.check), "DESTINATION_UNREACHABLE")
      assert.strictEqual(yield* codeOf(inside.commit(first(at))), "DESTINATION_UNREACHABLE")
    })
  )

  it.live.skipIf(process.getuid?.() !== 0)("says that it is read-only for this user", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* opened
      yield* destination.commit(first(at))
      chmodSync(at, 0o755)
      const child = yield* start(new URL("./writer.ts", import.meta.url), [at, "0", "1", "65534"])
      assert.match(yield* child.line("failed"), /^failed DESTINATION_READ_ONLY/)
    })
  )

  it.live("makes nothing when it is only looked at", () =>
    Effect.gen(function* () {
      const { at, file, destination } = yield* opened
      yield* destination.check
      yield* destination.checkpoints
      yield* destination.discard("Account", 1)
      assert.strictEqual(
        yield* codeOf(destination.query("SELECT 1", { maxRows: 1, seconds: 1 })),
        "DESTINATION_UNREACHABLE"
      )
      assert.isFalse(existsSync(file))
      const deep = yield* open(duckdbSubject, at, { destination: { path: "new/folders/acme.duckdb" } })
      yield* deep.check
      assert.isFalse(existsSync(join(at, "new")))
      yield* deep.commit(first(at))
      assert.isTrue(existsSync(join(at, "new/folders/acme.duckdb")))
    })
  )
})

describe("DuckDB: for readers", () => {
  it.live("describes tables and columns by comments", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* opened
      yield* destination.commit(first(at))
      assert.deepStrictEqual(
        yield* rowsOf(
          destination,
          "SELECT comment FROM duckdb_columns() WHERE table_name = 'Account' AND column_name IN ('Name', 'BillingCity') ORDER BY column_name"
        ),
        [["Billing City"], ["Account Name: The company's name"]]
      )
    })
  )

  it.live("holds all that the run brought, without the log beside it, once the run has ended", () =>
    Effect.gen(function* () {
      const { at, file, destination } = yield* opened
      yield* destination.commit(first(at))
      yield* destination.commit(
        commitAfter(1, { segments: [segment(at, { asOf: 1, rows: [account("001B", 1)] })] })
      )
      yield* destination.recordRun(report("run-1"))
      const copy = join(at, "copy.duckdb")
      copyFileSync(file, copy)
      assert.deepStrictEqual(yield* meddle(copy, 'SELECT "Id" FROM salesforce."Account" ORDER BY 1'), [
        ["001A"],
        ["001B"]
      ])
    })
  )

  it.live("takes a row of the stored version for changed when another of its values is", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* opened
      const before = ["001A", "001B", "001C"].map((id) => account(id, 1))
      yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows: before })] }))
      const [same = {}, other = {}, newer = {}] = before
      const rows = [same, { ...other, Name: "Renamed" }, { ...newer, SystemModstamp: second(2) }]
      const result = yield* destination.commit(
        commitAfter(1, { segments: [segment(at, { asOf: 3, rows })], phase: "incremental" })
      )
      assert.deepStrictEqual([result.updated, result.unchanged], [2, 1])
      assert.deepStrictEqual(yield* rowsOf(destination, `SELECT "Id", "Name" FROM "Account" ORDER BY 1`), [
        ["001A", "Account 001A"],
        ["001B", "Renamed"],
        ["001C", "Account 001C"]
      ])
    })
  )

  it.live("writes a snapshot after each run that can stay open", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const destination = yield* open(duckdbSubject, at, { destination: { publish: "out/snapshot.duckdb" } })
      yield* destination.commit(first(at))
      const run = (runId: string) => destination.recordRun(report(runId))
      yield* run("run-1")
      const snapshot = join(at, "out/snapshot.duckdb")
      const reader = yield* start(new URL("./reader.ts", import.meta.url), ["hold", snapshot])
      yield* reader.line("saw 1 1")
      yield* destination.commit(
        commitAfter(1, { segments: [segment(at, { asOf: 1, rows: [account("001B", 1)] })] })
      )
      yield* run("run-2")
      const later = yield* start(new URL("./reader.ts", import.meta.url), ["hold", snapshot])
      yield* later.line("saw 2 2")
    })
  )

  it.live("holds the copies of two orgs in two schemas of one file", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* opened
      yield* destination.commit(first(at))
      const sandbox = yield* open(duckdbSubject, at, {
        orgId: "00D000000000002AAA",
        destination: { schema: "sandbox" }
      })
      assert.deepStrictEqual((yield* sandbox.checkpoints).streams, {})
      yield* sandbox.commit(commitAfter(0, { segments: [segment(at, { rows: [account("001S", 1)] })] }))
      assert.deepStrictEqual(yield* rowsOf(sandbox, `SELECT "Id" FROM "Account"`), [["001S"]])
      assert.deepStrictEqual(yield* rowsOf(destination, `SELECT "Id" FROM "Account"`), [["001A"]])
    })
  )

  it.live("masks what is already stored when a mask is added, and stops when one is taken away", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const destination = yield* open(duckdbSubject, at, { maskKeys: { pii: Redacted.make("Jefe") } })
      yield* destination.commit(
        commitAfter(0, {
          segments: [segment(at, { rows: [account("001A", 1, { Name: "what do ya want for nothing?" })] })]
        })
      )
      const schema = withSchema({
        columns: accountSchema.columns.map((column) =>
          column.name === "Name" ? { ...column, mask: { hmac: "pii" } } : column
        )
      })
      yield* destination.commit(commitAfter(1, { schema }))
      assert.deepStrictEqual(yield* rowsOf(destination, `SELECT left("Name", 8) FROM account_live`), [
        ["5bdcc146"]
      ])
      assert.strictEqual(yield* codeOf(destination.commit(commitAfter(2, {}))), "SCHEMA_INCOMPATIBLE")
    })
  )

  it.live("is not written again for a few changes all over it", () =>
    Effect.gen(function* () {
      const { at, file, destination } = yield* opened
      const rows = Array.from({ length: 130_000 }, (_, index) =>
        account(String(index).padStart(6, "0"), 1, { BillingStreet: `${(index * 7919) % 130_000} Street` })
      )
      yield* destination.commit(commitAfter(0, { phase: "backfill", segments: [segment(at, { rows })] }))
      yield* destination.recordRun(report("run-1"))
      const before = readFileSync(file).length
      const changed = rows.filter((_, index) => index % 1000 === 7).map((row) => ({ ...row, Name: "new" }))
      const result = yield* destination.commit(
        commitAfter(1, { segments: [segment(at, { asOf: 5, rows: changed })] })
      )
      assert.strictEqual(result.updated, 130)
      yield* destination.recordRun(report("run-2"))
      // A table that is written again stands twice in the file.
      assert.isBelow(readFileSync(file).length, before * 1.5)
      const many = rows
        .filter((_, index) => index % 10 === 3)
        .map((row, index) => ({
          ...row,
          SystemModstamp: second(9),
          IsDeleted: String(index === 0),
          Name: "many"
        }))
      const third = yield* destination.commit(
        commitAfter(2, {
          segments: [segment(at, { asOf: 10, rows: [...many, account("zzzzzz", 9, { Name: "inserted" })] })]
        })
      )
      assert.deepStrictEqual([third.updated, third.deleted, third.inserted], [12_999, 1, 1])
      assert.deepStrictEqual(
        yield* rowsOf(
          destination,
          `SELECT count(*), count(DISTINCT "Id"), count(*) FILTER ("Name" = 'new'), count(*) FILTER ("Name" = 'many'),
            count(*) FILTER ("IsDeleted"), count(DISTINCT "BillingStreet"), count(*) FILTER (_decant_as_of = '${second(10)}') FROM "Account"`
        ),
        [[130_001, 130_001, 130, 13_000, 1, 130_000, 13_001]]
      )
    })
  )

  it.live("takes many changes, removals and new rows at once", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* opened
      const schema = withSchema({ deletes: { soft: "remove", hard: "remove", flag: "IsDeleted" } })
      const ids = Array.from({ length: 30_000 }, (_, index) => String(index).padStart(6, "0"))
      const rows = ids.map((id) => account(id, 1, { BillingStreet: `${id} Street` }))
      yield* destination.commit(commitAfter(0, { schema, segments: [segment(at, { rows })] }))
      const next = [...ids.slice(0, 5000), "new-1", "new-2"].map((id, index) =>
        account(id, 2, { Name: "many", BillingStreet: `${id} Street`, IsDeleted: String(index % 10 === 0) })
      )
      const result = yield* destination.commit(
        commitAfter(1, { schema, segments: [segment(at, { asOf: 3, rows: next })] })
      )
      assert.deepStrictEqual([result.updated, result.deleted, result.rows], [4500, 500, 29_501])
      assert.deepStrictEqual(
        yield* rowsOf(
          destination,
          `SELECT count(*), count(DISTINCT "Id"), count(*) FILTER ("Name" = 'many'), count(*) FILTER ("Id" LIKE 'new-%'),
            count(*) FILTER ("Id" < '005000' AND "Id" LIKE '%0'), count(*) FILTER ("BillingStreet" = "Id" || ' Street'),
            count(*) FILTER (_decant_as_of = '${second(3)}') FROM "Account"`
        ),
        [[29_501, 29_501, 4501, 1, 0, 29_501, 4501]]
      )
    })
  )

  it.live("takes changes where somebody has made an index", () =>
    Effect.gen(function* () {
      const { at, file, destination } = yield* opened
      yield* destination.commit(first(at))
      const change = (version: number) =>
        destination.commit(
          commitAfter(version, {
            segments: [
              segment(at, {
                asOf: version + 1,
                rows: [account("001A", version + 1, { Name: String(version) }), account("001B", version + 1)]
              })
            ]
          })
        )
      yield* meddle(file, 'CREATE INDEX ids ON salesforce."Account" ("Id")')
      yield* change(1)
      yield* change(2)
      assert.deepStrictEqual(yield* rowsOf(destination, `SELECT "Name" FROM account_live ORDER BY "Id"`), [
        ["2"],
        ["Account 001B"]
      ])
    })
  )

  it.live("of many rows loses its gaps once they are many, and not before", () =>
    Effect.gen(function* () {
      const { at, file, destination } = yield* opened
      const ids = Array.from({ length: 250_000 }, (_, index) => String(index).padStart(6, "0"))
      const rows = ids.map((id) => account(id, 1, { BillingStreet: `${id} Street` }))
      yield* destination.commit(commitAfter(0, { phase: "backfill", segments: [segment(at, { rows })] }))
      yield* destination.recordRun(report("run-0"))
      const places: Array<number> = []
      for (let version = 1; version <= 9; version++) {
        // Each time others, one row in 26: few enough to be taken out and put in again.
        const changed = ids
          .filter((_, index) => index % 26 === version)
          .map((id) =>
            account(id, version + 1, {
              Name: `new ${version}`,
              BillingStreet: `${id} Road`,
              IsDeleted: "false"
            })
          )
        yield* destination.commit(
          commitAfter(version, { segments: [segment(at, { asOf: version + 1, rows: changed })] })
        )
        yield* destination.recordRun(report(`run-${version}`))
        const [found] = yield* meddle(
          file,
          'SELECT count(*)::INTEGER, max(rowid)::INTEGER + 1 FROM salesforce."Account"'
        )
        assert.strictEqual(found?.[0], 250_000)
        places.push(Number(found?.[1]))
      }
      assert.isAbove(places[0] ?? 0, 259_000)
      assert.isAbove(Math.max(...places), 300_000)
      assert.isBelow(Math.max(...places), 325_000)
      assert.isBelow(places.at(-1) ?? 0, 290_000)
    })
  )

  it.live("of many rows is written again for small changes on the first commit of a day only", () =>
    Effect.gen(function* () {
      const { at, file, destination } = yield* opened
      const ids = Array.from({ length: 250_000 }, (_, index) => String(index).padStart(6, "0"))
      const rows = ids.map((id) => account(id, 1))
      yield* destination.commit(commitAfter(0, { phase: "backfill", segments: [segment(at, { rows })] }))
      yield* destination.recordRun(report("run-0"))
      const change = Effect.fnUntraced(function* (version: number, updatedAt: string) {
        const changed = [100, 125_000, 249_000].map((index) =>
          account(ids[index + version] ?? "", version + 1, { Name: `new ${version}` })
        )
        const segments = [segment(at, { asOf: version + 1, rows: changed })]
        yield* destination.commit(commitAfter(version, { segments, checkpoint: { updatedAt } }))
        yield* destination.recordRun(report(`run-${version}`))
        const [found] = yield* meddle(
          file,
          "SELECT count(DISTINCT row_group_id)::INTEGER FROM pragma_storage_info('salesforce.\"Account\"')"
        )
        return Number(found?.[0])
      })
      const first = yield* change(1, second(101))
      const later = yield* Effect.forEach([2, 3, 4], (version) => change(version, second(100 + version)))
      assert.deepStrictEqual(later, [first + 1, first + 2, first + 3])
      assert.isBelow(yield* change(5, "2026-11-22T00:00:00.000Z"), first + 1)
      assert.deepStrictEqual(
        yield* rowsOf(destination, `SELECT count(*), count(*) FILTER ("Name" LIKE 'new%') FROM "Account"`),
        [[250_000, 15]]
      )
    })
  )

  it.live("keeps its size over many small syncs", () =>
    Effect.gen(function* () {
      const { at, file, destination } = yield* opened
      const rows = Array.from({ length: 5000 }, (_, index) => account(String(index).padStart(6, "0"), 1))
      yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows })] }))
      const size = () => readFileSync(file).length
      let early = 0
      for (let version = 1; version <= 16; version++) {
        const changed = Array.from({ length: 50 }, (_, index) =>
          account(String((index * 97 + version) % 5000).padStart(6, "0"), version + 1)
        )
        yield* destination.commit(
          commitAfter(version, { segments: [segment(at, { asOf: version, rows: changed })] })
        )
        yield* destination.recordRun(report("again"))
        if (version === 8) early = size()
      }
      assert.isBelow(size(), early * 1.5)
    })
  )
})
