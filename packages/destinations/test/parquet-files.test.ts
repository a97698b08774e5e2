/** What stands in the folder of a copy: files, logs, links, and what becomes of them. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { account, commitAfter, header, second, segment, withSchema } from "./account.ts"
import { commitFromOutside, currentFiles, logActions, logVersions } from "./delta-log.ts"
import { parquetSubject } from "./parquet-subject.ts"
import { codeOf, folder, open, rowsOf } from "./subject.ts"

const opened = Effect.gen(function* () {
  const at = yield* folder
  return { at, table: join(at, "acme", "Account"), destination: yield* open(parquetSubject, at) }
})

const id = (at: number): string => `001${String(at).padStart(12, "0")}AAA`

const many = (from: number, to: number, at: number, Name = "x") =>
  Array.from({ length: to - from }, (_, index) => account(id(from + index), at, { Name }))

const plainFiles = (table: string): ReadonlyArray<string> =>
  readdirSync(table).filter((name) => name.endsWith(".parquet"))

const readPlain = (pattern: string) =>
  Effect.promise(async () => {
    const instance = await DuckDBInstance.create(":memory:")
    const connection = await instance.connect()
    const read = await connection.runAndReadAll(
      `SELECT "Id", "Name" FROM read_parquet('${pattern}', union_by_name = true) ORDER BY 1`
    )
    const rows = read.getRowsJS()
    connection.closeSync()
    instance.closeSync()
    return rows
  })

describe("Parquet: the files of a copy", () => {
  it.live("are zstd Parquet that a plain glob reads, and only the current ones", () =>
    Effect.gen(function* () {
      const { at, table, destination } = yield* opened
      for (let version = 0; version < 3; version++) {
        const rows = [
          account("001A", version, { Name: `name ${version}` }),
          account(`001B${version}`, version)
        ]
        yield* destination.commit(commitAfter(version, { segments: [segment(at, { asOf: version, rows })] }))
        assert.deepStrictEqual(
          plainFiles(table).map((name) => `data/${name}`),
          [...currentFiles(table)]
        )
      }
      const rows = yield* readPlain(join(table, "*.parquet"))
      assert.deepStrictEqual(rows[0], ["001A", "name 2"])
      assert.strictEqual(rows.length, 4)
      const [name = ""] = plainFiles(table)
      assert.strictEqual(statSync(join(table, name)).ino, statSync(join(table, "data", name)).ino)
    })
  )

  it.live("divide the keys among them, and only those are written anew whose rows change", () =>
    Effect.gen(function* () {
      const { at, table, destination } = yield* opened
      // Three files that are too large to be put together.
      for (let part = 0; part < 3; part++) {
        const lines = Array.from(
          { length: 63_000 },
          (_, index) => `"${id(part * 100_000 + index)}","${second(1)}","false","x","","","","",""\n`
        )
        const text = `${header.map((name) => `"${name}"`).join(",")}\n${lines.join("")}`
        const page = segment(at, { asOf: 1, rows: [], said: lines.length, text })
        yield* destination.commit(commitAfter(part, { phase: "backfill", segments: [page] }))
      }
      const before = currentFiles(table)
      assert.strictEqual(before.length, 3)
      const changed = [account(id(100_007), 5, { Name: "changed" }), account(id(100_008), 1, { Name: "x" })]
      const result = yield* destination.commit(
        commitAfter(3, { segments: [segment(at, { asOf: 6, rows: changed })] })
      )
      assert.deepStrictEqual([result.updated, result.unchanged, result.rows], [1, 1, 189_000])
      const after = currentFiles(table)
      assert.strictEqual(after.filter((path) => before.includes(path)).length, 2)
      const same = yield* destination.commit(
        commitAfter(4, { segments: [segment(at, { asOf: 7, rows: [account(id(5), 1, { Name: "x" })] })] })
      )
      assert.strictEqual(same.unchanged, 1)
      assert.deepStrictEqual(currentFiles(table), after)
      const rows = yield* rowsOf(
        destination,
        `SELECT count(*), count(DISTINCT "Id") FROM "Account" WHERE "Name" = 'x'`
      )
      assert.deepStrictEqual(rows, [[188_999, 188_999]])
    })
  )

  it.live("stay few when many small commits come", () =>
    Effect.gen(function* () {
      const { at, table, destination } = yield* opened
      for (let version = 0; version < 8; version++) {
        const rows = many(version * 10, version * 10 + 10, version)
        yield* destination.commit(
          commitAfter(version, {
            phase: version < 4 ? "backfill" : "incremental",
            segments: [segment(at, { asOf: version, rows })]
          })
        )
      }
      assert.strictEqual(currentFiles(table).length, 1)
    })
  )

  it.live("go after retention, with what killed commits have left, and not before", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const table = join(at, "acme", "Account")
      const commitWith = (version: number, retention: Duration.Duration) =>
        Effect.scoped(
          Effect.gen(function* () {
            const destination = yield* open(parquetSubject, at, { destination: { retention } })
            const rows = [account("001A", version, { Name: `name ${version}` })]
            yield* destination.commit(
              commitAfter(version, { segments: [segment(at, { asOf: version, rows })] })
            )
          })
        )
      for (let version = 0; version < 3; version++) yield* commitWith(version, Duration.hours(24))
      const data = join(table, "data")
      assert.strictEqual(readdirSync(data).length, 3)
      const old = new Date(Date.now() - 3 * 24 * 3_600_000)
      const leftovers = ["2-lost.parquet", ".9-dead.parquet.tmp"].map((name) => join(data, name))
      const fresh = join(data, ".9-alive.parquet.tmp")
      for (const path of [...leftovers, fresh]) writeFileSync(path, "half a file")
      for (const path of leftovers) utimesSync(path, old, old)
      yield* commitWith(3, Duration.millis(1))
      assert.deepStrictEqual(
        readdirSync(data).filter((name) => !currentFiles(table).includes(`data/${name}`)),
        [".9-alive.parquet.tmp"]
      )
    })
  )

  it.live("have a log without a person's texts: keys, times and numbers only", () =>
    Effect.gen(function* () {
      const { at, table, destination } = yield* opened
      const rows = [account("001A", 1, { Name: "Maria Musterfrau", AnnualRevenue: "7" })]
      yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows })] }))
      for (const name of logVersions(table)) {
        assert.notInclude(readFileSync(join(table, "_delta_log", name), "utf8"), "Maria")
      }
      const [add] = logActions(table).flatMap((action) => (action.add === undefined ? [] : [action.add]))
      const stats = JSON.parse(add?.stats ?? "{}")
      assert.deepStrictEqual(
        [stats.numRecords, stats.minValues.Id, stats.maxValues.AnnualRevenue],
        [1, "001A", 7]
      )
    })
  )

  it.live("are told from the checkpoint that they belong to by the log's transaction", () =>
    Effect.gen(function* () {
      const { at, table, destination } = yield* opened
      yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)] })] }))
      const txn = logActions(table).find((action) => action.txn?.appId === "decant:acme:Account")?.txn
      assert.strictEqual(txn?.version, 1)
      const states = join(at, "acme", "_decant", "checkpoints", "Account")
      assert.strictEqual(JSON.parse(readFileSync(join(states, "1.json"), "utf8")).version, 1)
      // What a killed writer of version 2 has left is not true, and does not stand in the way.
      writeFileSync(join(states, "2.json"), "{")
      assert.strictEqual((yield* destination.checkpoints).streams.Account?.version, 1)
      yield* destination.commit(
        commitAfter(1, { segments: [segment(at, { asOf: 2, rows: [account("001B", 2)] })] })
      )
      const later = yield* open(parquetSubject, at)
      assert.strictEqual((yield* later.checkpoints).streams.Account?.version, 2)
      assert.deepStrictEqual(yield* rowsOf(later, `SELECT count(*) FROM "Account"`), [[2]])
    })
  )
})

describe("Parquet: other programs and the tables", () => {
  it.live("goes on over a commit of another program that only rearranges files", () =>
    Effect.gen(function* () {
      const { at, table, destination } = yield* opened
      yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)] })] }))
      commitFromOutside(table, [{ commitInfo: { timestamp: 1, operation: "OPTIMIZE" } }])
      const rows = [account("001B", 2)]
      const result = yield* destination.commit(commitAfter(1, { segments: [segment(at, { asOf: 2, rows })] }))
      assert.deepStrictEqual([result.inserted, result.rows], [1, 2])
      assert.strictEqual(logVersions(table).length, 3)
    })
  )

  it.live(
    "refuses a table that it did not make, files without statistics, and a format that was raised",
    () =>
      Effect.gen(function* () {
        const { at, table, destination } = yield* opened
        mkdirSync(join(at, "acme", "Contact", "_delta_log"), { recursive: true })
        commitFromOutside(join(at, "acme", "Contact"), [
          { protocol: { minReaderVersion: 1, minWriterVersion: 2 } }
        ])
        const contact = withSchema({ stream: "Contact", table: "Contact", views: [] })
        const rows = [account("003A", 1)]
        assert.strictEqual(
          yield* codeOf(
            destination.commit(
              commitAfter(0, { schema: contact, segments: [segment(at, { stream: "Contact", rows })] })
            )
          ),
          "TARGET_CHANGED"
        )
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows })] }))
        const add = {
          path: "data/x.parquet",
          partitionValues: {},
          size: 1,
          modificationTime: 0,
          dataChange: false
        }
        commitFromOutside(table, [{ add }])
        assert.strictEqual(yield* codeOf(destination.commit(commitAfter(1, {}))), "TARGET_CHANGED")
        commitFromOutside(table, [{ remove: { path: add.path, dataChange: false } }])
        commitFromOutside(table, [{ protocol: { minReaderVersion: 3, minWriterVersion: 7 } }])
        assert.strictEqual(yield* codeOf(destination.commit(commitAfter(1, {}))), "TARGET_CHANGED")
      })
  )

  it.live("says that a log or a state is damaged, and changes nothing", () =>
    Effect.gen(function* () {
      const { at, table, destination } = yield* opened
      yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)] })] }))
      writeFileSync(join(table, "_delta_log", "00000000000000000001.json"), "no action\n")
      assert.strictEqual(yield* codeOf(destination.commit(commitAfter(1, {}))), "TARGET_CHANGED")
      assert.strictEqual(yield* codeOf(destination.checkpoints), "TARGET_CHANGED")
    })
  )

  it.live("checks a folder without making it, and says when it may not write", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const destination = yield* open(parquetSubject, at)
      yield* destination.check
      assert.isFalse(existsSync(join(at, "acme")))
      writeFileSync(join(at, "file"), "")
      const inFile = yield* open(parquetSubject, at, { destination: { path: "file/below" } })
      assert.strictEqual(yield* codeOf(inFile.check), "DESTINATION_UNREACHABLE")
      if (process.getuid?.() !== 0) {
        chmodSync(at, 0o500)
        assert.strictEqual(yield* codeOf(destination.check), "DESTINATION_READ_ONLY")
        chmodSync(at, 0o700)
      }
      const elsewhere = { destination: { path: "gs://bucket/x" } }
      assert.strictEqual(
        yield* codeOf(Effect.scoped(open(parquetSubject, at, elsewhere))),
        "DESTINATION_UNREACHABLE"
      )
    })
  )
})

describe("Parquet: what a first load and a refresh meet", () => {
  it.live("takes texts of 131,072 characters by the hundred", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* opened
      const Name = `${"é\n".repeat(65_535)}"`
      const rows = Array.from({ length: 300 }, (_, index) => account(id(index), 1, { Name }))
      yield* destination.commit(commitAfter(0, { phase: "backfill", segments: [segment(at, { rows })] }))
      yield* destination.commit(
        commitAfter(1, { segments: [segment(at, { asOf: 9, rows: [account(id(7), 5, { Name: "short" })] })] })
      )
      assert.deepStrictEqual(
        yield* rowsOf(destination, `SELECT count(*), sum(length("Name")) FROM "Account"`),
        [[300, 299 * 131_071 + 5]]
      )
    })
  )

  it.live("widens a column in the middle of a generation: all its files have the wider type", () =>
    Effect.gen(function* () {
      const { at, table, destination } = yield* opened
      const wider = withSchema({
        columns: withSchema({}).columns.map((column) =>
          column.name === "NumberOfEmployees" ? { ...column, type: { kind: "int64" } as const } : column
        )
      })
      const read = (rows: ReadonlyArray<ReturnType<typeof account>>) => [segment(at, { asOf: 1, rows })]
      const full = { phase: "full", generation: 1 } as const
      yield* destination.commit(
        commitAfter(0, { ...full, segments: read([account("001A", 1, { NumberOfEmployees: "1" })]) })
      )
      assert.deepStrictEqual(currentFiles(table), [])
      const big = account("001B", 1, { NumberOfEmployees: "9007199254740993" })
      yield* destination.commit(
        commitAfter(1, { ...full, schema: wider, segments: read([big]), publish: true })
      )
      const types = yield* Effect.promise(async () => {
        const instance = await DuckDBInstance.create(":memory:")
        const connection = await instance.connect()
        const found = await connection.runAndReadAll(
          `SELECT DISTINCT type FROM parquet_schema('${table}/*.parquet') WHERE name = 'NumberOfEmployees'`
        )
        const rows = found.getRowsJS()
        connection.closeSync()
        instance.closeSync()
        return rows
      })
      assert.deepStrictEqual(types, [["INT64"]])
      assert.deepStrictEqual(
        yield* rowsOf(destination, `SELECT "NumberOfEmployees" FROM "Account" ORDER BY "Id"`),
        [[1], ["9007199254740993"]]
      )
    })
  )
})

describe("Parquet: read-only queries", () => {
  const limits = { maxRows: 10, seconds: 5 }
  const refused: ReadonlyArray<readonly [string, (at: string) => string]> = [
    ["INSERT", () => `INSERT INTO "Account" ("Id") VALUES ('x')`],
    ["DROP", () => `DROP VIEW "Account"`],
    ["ATTACH", (at) => `ATTACH '${join(at, "other.duckdb")}'`],
    ["COPY over a data file", (at) => `COPY (SELECT 1) TO '${join(at, "acme", "Account")}/x.parquet'`],
    ["SET", () => "SET enable_external_access = true"],
    ["two statements", () => `SELECT 1; SELECT 2`],
    ["other files", () => "SELECT * FROM read_text('/etc/hostname')"],
    ["files of the copy by name", (at) => `SELECT * FROM read_text('${at}/acme/_decant/org.json')`]
  ]
  it.live("are the only ones: nothing writes, nothing reads other files", () =>
    Effect.gen(function* () {
      const { at, table, destination } = yield* opened
      yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)] })] }))
      for (const [what, sql] of refused) {
        assert.strictEqual(yield* codeOf(destination.query(sql(at), limits)), "QUERY_REFUSED", what)
      }
      const [file = ""] = currentFiles(table)
      const before = readFileSync(join(table, file))
      // The one file that the database may open.
      for (const start of ["", "EXPLAIN ANALYZE ", "/* a comment */ explain (format json) "]) {
        const sql = `${start}COPY (SELECT 1) TO '${join(table, file)}'`
        assert.strictEqual(yield* codeOf(destination.query(sql, limits)), "QUERY_REFUSED", sql)
      }
      assert.isTrue(before.equals(readFileSync(join(table, file))))
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

  it.live("see one commit each, and say when there is nothing yet", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* opened
      assert.strictEqual(yield* codeOf(destination.query("SELECT 1", limits)), "DESTINATION_UNREACHABLE")
      const commits = Effect.forEach([0, 1, 2, 3, 4], (version) =>
        destination.commit(
          commitAfter(version, {
            segments: [segment(at, { asOf: version, rows: [account(`001${version}`, 1)] })]
          })
        )
      )
      const reader = yield* open(parquetSubject, at, { orgId: null })
      const queries = Effect.forEach(Array.from({ length: 10 }), () =>
        rowsOf(reader, `SELECT count(*), max(version) FROM "Account", _decant.checkpoints`).pipe(
          Effect.orElseSucceed(() => [[0, 0]])
        )
      )
      const [, seen] = yield* Effect.all([commits, queries], { concurrency: 2 })
      for (const [row] of seen) assert.strictEqual(row?.[0], row?.[1] ?? 0)
      // A name of `_decant` that is put together is seen through.
      const hidden = "SELECT version FROM query('SELECT version FROM _dec' || 'ant.checkpoints')"
      assert.deepStrictEqual(yield* rowsOf(reader, hidden), [[5]])
    })
  )
})

describe("Parquet: history", () => {
  it.live("is a Delta table of its own that follows the stream", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* opened
      const schema = withSchema({ history: true })
      for (let version = 0; version < 3; version++) {
        const rows = [account("001A", version, { Name: `name ${version}` })]
        yield* destination.commit(
          commitAfter(version, { schema, segments: [segment(at, { asOf: version, header, rows })] })
        )
      }
      const history = join(at, "acme", "Account_history")
      const rows = yield* readPlain(join(history, "*.parquet"))
      assert.deepStrictEqual(rows.map(([, name]) => name).sort(), ["name 0", "name 1", "name 2"])
      assert.deepStrictEqual(
        [...currentFiles(history)].sort(),
        plainFiles(history)
          .map((name) => `data/${name}`)
          .sort()
      )
      assert.deepStrictEqual(
        yield* rowsOf(destination, `SELECT "Name", valid_to FROM "Account_history" WHERE is_current`),
        [["name 2", null]]
      )
    })
  )
})
