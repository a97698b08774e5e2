import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { account, commitAfter, second, segment } from "./account.ts"
import { start } from "./child.ts"
import { eraseContract, holding } from "./contract/erase.ts"
import { duckdbSubject } from "./duckdb-subject.ts"
import { codeOf, folder, open, rowsOf } from "./subject.ts"

eraseContract(duckdbSubject)

const opened = Effect.gen(function* () {
  const at = yield* folder
  const destination = yield* open(duckdbSubject, at, {
    destination: { publish: "out/snapshot.duckdb", lockTimeout: Duration.millis(300) }
  })
  const rows = [account("003A", 1, { Name: "Maria Musterfrau" }), account("003B", 1)]
  yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows })] }))
  return { at, file: join(at, "acme.duckdb"), destination }
})

const meddle = (file: string, sql: string) =>
  Effect.promise(async () => {
    const instance = await DuckDBInstance.create(file)
    const connection = await instance.connect()
    const rows = (await connection.runAndReadAll(sql)).getRowsJS()
    connection.closeSync()
    instance.closeSync()
    return rows
  })

describe("DuckDB: erasing a record", () => {
  it.live("finds nothing in a file that held the text before, nor in the snapshot", () =>
    Effect.gen(function* () {
      const { at, file, destination } = yield* opened
      yield* destination.recordRun({
        runId: "run-1",
        name: "acme",
        status: "ok",
        startedAt: second(1),
        finishedAt: second(2),
        apiCalls: 1,
        bytes: 1,
        streams: []
      })
      const snapshot = join(at, "out/snapshot.duckdb")
      assert.deepStrictEqual([...holding(at, "Maria Musterfrau")].sort(), [file, snapshot])
      yield* meddle(file, `DELETE FROM salesforce."Account" WHERE "Id" = '003A'; CHECKPOINT`)
      // Why the file has to be written anew.
      assert.isTrue(readFileSync(file).includes("Maria Musterfrau"))
      const { proof } = yield* destination.erase("Account", "003A")
      assert.deepStrictEqual(holding(at, "Maria Musterfrau"), [])
      assert.deepStrictEqual(
        proof.filter(({ method }) => method.includes("bytes")).map(({ place, found }) => [place, found]),
        [
          [file, 0],
          [snapshot, 0]
        ]
      )
    })
  )

  it.live("keeps what somebody else has made in the file", () =>
    Effect.gen(function* () {
      const { file, destination } = yield* opened
      yield* meddle(
        file,
        `CREATE TABLE mine (id INTEGER PRIMARY KEY, note VARCHAR); INSERT INTO mine VALUES (1, 'kept');
         CREATE INDEX notes ON mine (note); CREATE VIEW names AS SELECT "Name" FROM salesforce."Account";
         CREATE MACRO twice(x) AS x * 2; COMMENT ON TABLE mine IS 'by hand'`
      )
      yield* destination.erase("Account", "003A")
      assert.deepStrictEqual(
        yield* meddle(
          file,
          'SELECT twice(id)::INTEGER, note, (SELECT string_agg("Name") FROM names) FROM mine'
        ),
        [[2, "kept", "Account 003B"]]
      )
      assert.deepStrictEqual(
        yield* rowsOf(
          destination,
          "SELECT comment FROM duckdb_tables() WHERE comment IS NOT NULL ORDER BY 1"
        ),
        [["Copy of Account by Decant"], ["by hand"]]
      )
    })
  )

  it.live("says which tables hold texts of the record in other rows", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const notices: Array<string> = []
      const destination = yield* open(duckdbSubject, at, {
        notice: (text) => Effect.sync(() => void notices.push(text))
      })
      const rows = ["003A", "003B"].map((id) => account(id, 1, { BillingCity: "Castrop-Rauxel" }))
      yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows })] }))
      const { proof } = yield* destination.erase("Account", "003A")
      assert.isEmpty(proof.filter(({ found }) => found > 0))
      assert.include(notices.join(), "salesforce.Account")
      assert.notInclude(notices.join(), "Castrop")
    })
  )

  it.live("waits for no reader longer than lockTimeout, and has then changed nothing", () =>
    Effect.gen(function* () {
      const { file, destination } = yield* opened
      const reader = yield* start(new URL("./reader.ts", import.meta.url), ["hold", file])
      yield* reader.line("saw")
      assert.strictEqual(yield* codeOf(destination.erase("Account", "003A")), "DESTINATION_LOCKED")
      yield* reader.kill
      assert.strictEqual((yield* rowsOf(destination, `SELECT 1 FROM "Account"`)).length, 2)
    })
  )

  it.live("sweeps away what an attempt that was killed has left", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* opened
      const left = [".acme.duckdb.4711.tmp", ".acme.duckdb.4711.tmp.wal"].map((name) => join(at, name))
      for (const path of left) writeFileSync(path, "Maria Musterfrau")
      mkdirSync(join(at, "out"), { recursive: true })
      yield* destination.erase("Account", "003A")
      assert.deepStrictEqual(
        left.filter((path) => existsSync(path)),
        []
      )
    })
  )
})
