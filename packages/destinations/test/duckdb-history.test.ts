import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, commitAfter, segment, withSchema } from "./account.ts"
import { historyContract } from "./contract/history.ts"
import { duckdbSubject } from "./duckdb-subject.ts"
import { codeOf, folder, open, rowsOf } from "./subject.ts"

historyContract(duckdbSubject)

const meddle = (file: string, sql: string) =>
  Effect.promise(async () => {
    const instance = await DuckDBInstance.create(file)
    const connection = await instance.connect()
    await connection.run(sql)
    connection.closeSync()
    instance.closeSync()
  })

describe("DuckDB: a history that somebody else has changed", () => {
  const cases = [
    ["dropped", 'DROP TABLE salesforce."Account_history"'],
    ["robbed of a column", 'ALTER TABLE salesforce."Account_history" DROP COLUMN "Name"']
  ] as const
  for (const [what, sql] of cases) {
    it.live(`stops the stream when it is ${what}, and a full refresh makes it right again`, () =>
      Effect.gen(function* () {
        const at = yield* folder
        const destination = yield* open(duckdbSubject, at)
        const schema = withSchema({ history: true })
        const rows = [account("001A", 1)]
        yield* destination.commit(commitAfter(0, { schema, segments: [segment(at, { rows })] }))
        yield* meddle(join(at, "acme.duckdb"), sql)
        const next = commitAfter(1, {
          schema,
          segments: [segment(at, { asOf: 5, rows: [account("001A", 4)] })]
        })
        assert.strictEqual(yield* codeOf(destination.commit(next)), "TARGET_CHANGED")
        const again = segment(at, { asOf: 9, generation: 2, rows: [account("001A", 8)] })
        yield* destination.commit(
          commitAfter(1, { schema, phase: "full", generation: 2, publish: true, segments: [again] })
        )
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT "Name" FROM "Account_history" WHERE is_current`),
          [["Account 001A"]]
        )
      })
    )
  }

  it.live("stops where snake_case gives the history the name of another stream's table", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const destination = yield* open(duckdbSubject, at, { destination: { naming: "snake_case" } })
      const kept = withSchema({ history: true })
      const fields = withSchema({ stream: "AccountHistory", table: "AccountHistory", views: [] })
      yield* destination.commit(
        commitAfter(0, { schema: kept, segments: [segment(at, { rows: [account("001A", 1)] })] })
      )
      const rows = [account("017A", 1)]
      const other = commitAfter(0, {
        schema: fields,
        segments: [segment(at, { stream: "AccountHistory", rows })]
      })
      assert.strictEqual(yield* codeOf(destination.commit(other)), "NAMING_COLLISION")
    })
  )

  it.live("stops at a table of that name that Decant did not make", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const destination = yield* open(duckdbSubject, at)
      yield* meddle(
        join(at, "acme.duckdb"),
        'CREATE SCHEMA salesforce; CREATE TABLE salesforce."Account_history" (x INTEGER)'
      )
      const commit = commitAfter(0, {
        schema: withSchema({ history: true }),
        segments: [segment(at, { rows: [account("001A", 1)] })]
      })
      assert.strictEqual(yield* codeOf(destination.commit(commit)), "TARGET_CHANGED")
    })
  )
})
