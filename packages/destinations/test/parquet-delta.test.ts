/** The tables as an independent implementation of Delta Lake reads them: delta-rs, from PyPI. */
import { execFileSync } from "node:child_process"
import { readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import type { Destination, StreamSchema } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  account,
  accountSchema,
  type Cells,
  commitAfter,
  header,
  second,
  segment,
  withSchema
} from "./account.ts"
import { parquetSubject } from "./parquet-subject.ts"
import { commitOfPart, cutIntoParts, partIds } from "./part-commits.ts"
import { pythonScript, pythonWith } from "./python-packages.ts"
import { folder, open, rowsOf } from "./subject.ts"

const python = pythonWith("delta")
if ("missing" in python) process.stderr.write(`delta-rs is skipped: ${python.missing}\n`)

interface Read {
  readonly version: number
  readonly labels: Readonly<Record<string, string | null>>
  readonly rows: ReadonlyArray<ReadonlyArray<unknown>>
}

const readByDeltaRs = (table: string, columns: ReadonlyArray<string>, version?: number): Read => {
  if ("missing" in python) throw new Error(python.missing)
  const args = [pythonScript("read-delta.py"), table, columns.join(",")]
  const output = execFileSync(python.command, version === undefined ? args : [...args, String(version)], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, PYTHONPATH: python.packages }
  })
  return JSON.parse(output) as Read
}

/** The same rows by both ways. */
const agree = Effect.fnUntraced(function* (
  destination: Destination,
  table: string,
  columns: ReadonlyArray<string>
) {
  const own = yield* rowsOf(
    destination,
    `SELECT ${columns.map((name) => `"${name}"`).join(", ")} FROM "Account" ORDER BY 1`
  )
  const read = readByDeltaRs(table, columns)
  assert.deepStrictEqual(read.rows, own)
  return read
})

const hazards: ReadonlyArray<Cells> = [
  account("001A", 1, {
    Name: `${"x\n".repeat(65_535)}é"`,
    AnnualRevenue: "1.5E7",
    NumberOfEmployees: "42.0"
  }),
  account("001B", 2, { Name: 'a\u0000b "quo"", te', AnnualRevenue: "1E-7", Interests__c: "a;b" }),
  account("001C", 3, { Name: "😀 東京 é \uFEFF", BillingStreet: "line\r\nbreak", BillingCity: "Paris" }),
  account("001D", 4, { Name: "N/A", AnnualRevenue: "-123456789.123", IsDeleted: "true" }),
  account("001E", 5, { Name: null })
]

describe.skipIf("missing" in python)("Parquet: tables as delta-rs reads them", () => {
  it.live(
    "are the same after a first load, an update, deletes, another schema, a refresh and a log checkpoint",
    () =>
      Effect.gen(function* () {
        const at = yield* folder
        const destination = yield* open(parquetSubject, at)
        const table = join(at, "acme", "Account")
        const columns = [...header, "BillingAddress"]
        let version = 0
        const commit = (options: Parameters<typeof commitAfter>[1]) =>
          destination.commit(commitAfter(version++, options))
        yield* commit({ phase: "backfill", segments: [segment(at, { asOf: 10, rows: hazards })] })
        const first = yield* agree(destination, table, columns)
        assert.strictEqual(first.labels.Name, "Account Name: The company's name")

        yield* commit({
          segments: [
            segment(at, { asOf: 20, rows: [account("001B", 15, { Name: "renamed" }), account("001F", 15)] }),
            segment(at, {
              asOf: 21,
              effect: "delete",
              header: ["Id", "SystemModstamp"],
              rows: [{ Id: "001C", SystemModstamp: second(16) }]
            })
          ]
        })
        yield* agree(destination, table, columns)

        const schema: StreamSchema = withSchema({
          columns: [
            ...accountSchema.columns.map((column) =>
              column.name === "NumberOfEmployees" ? { ...column, type: { kind: "int64" } as const } : column
            ),
            { name: "Opens__c", label: "Opens", type: { kind: "time" }, from: { header: "Opens__c" } },
            { name: "Founded__c", label: "Founded", type: { kind: "date" }, from: { header: "Founded__c" } },
            {
              name: "Fee__c",
              label: "Fee",
              type: { kind: "decimal", precision: 18, scale: 2 },
              from: { header: "Fee__c" }
            }
          ]
        })
        const wide = [...header, "Opens__c", "Founded__c", "Fee__c"]
        const row = account("001G", 25, {
          NumberOfEmployees: "9007199254740993",
          Opens__c: "13:45:00.000Z",
          Founded__c: "1999-12-31",
          Fee__c: "1.10"
        })
        yield* commit({ schema, segments: [segment(at, { asOf: 30, header: wide, rows: [row] })] })
        const widened = yield* agree(destination, table, [...columns, "Opens__c", "Founded__c", "Fee__c"])
        assert.deepStrictEqual(widened.rows.at(-1)?.slice(-3), ["13:45:00", "1999-12-31", "1.10"])

        yield* commit({
          schema,
          phase: "full",
          generation: 2,
          segments: [segment(at, { generation: 2, asOf: 40, header: wide, rows: [row] })]
        })
        // Not published yet.
        assert.strictEqual((yield* agree(destination, table, columns)).rows.length, 7)
        yield* commit({ schema, phase: "full", generation: 2, publish: true })
        yield* agree(destination, table, columns)

        for (let more = 0; more < 8; more++) {
          const rows = [
            account(`002${more}`, 50 + more),
            account("001G", 50 + more, { Name: `name ${more}` })
          ]
          yield* commit({
            schema,
            generation: 2,
            segments: [segment(at, { generation: 2, asOf: 50 + more, header: wide, rows })]
          })
        }
        const log = join(table, "_delta_log")
        assert.include(readdirSync(log), "00000000000000000010.checkpoint.parquet")
        for (let commits = 0; commits < 10; commits++) {
          rmSync(join(log, `${String(commits).padStart(20, "0")}.json`))
        }
        const last = yield* agree(destination, table, columns)
        assert.strictEqual(last.version, version - 1)
        const fresh = yield* open(parquetSubject, at)
        assert.deepStrictEqual(yield* rowsOf(fresh, `SELECT count(*) FROM "Account"`), [[last.rows.length]])
      })
  )

  it.live("are the same when writers have committed parts of them at once", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const writers = [yield* open(parquetSubject, at), yield* open(parquetSubject, at)] as const
      const ids = partIds(4)
      yield* writers[0].commit(cutIntoParts(ids))
      yield* Effect.forEach(ids, (id, turn) => writers[turn < 2 ? 0 : 1].commit(commitOfPart(at, id)), {
        concurrency: "unbounded"
      })
      const read = yield* agree(writers[0], join(at, "acme", "Account"), ["Id", "Name"])
      assert.deepStrictEqual([read.version, read.rows.length], [4, 40])
    })
  )

  it.live("show the version before, as long as its files are kept", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const destination = yield* open(parquetSubject, at)
      const read = (version: number, Name: string) =>
        destination.commit(
          commitAfter(version, {
            segments: [segment(at, { asOf: version, rows: [account("001A", version, { Name })] })]
          })
        )
      yield* read(0, "before")
      yield* read(1, "after")
      const table = join(at, "acme", "Account")
      assert.deepStrictEqual(readByDeltaRs(table, ["Id", "Name"], 0).rows, [["001A", "before"]])
      assert.deepStrictEqual(readByDeltaRs(table, ["Id", "Name"]).rows, [["001A", "after"]])
    })
  )
})
