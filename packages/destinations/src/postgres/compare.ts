/**
 * What `verify` asks: how the rows that are stored differ from the source's. Everything is compared with one
 * committed state, by a transaction that keeps its first sight of the database and is rolled back.
 */
import type { Comparison, InspectResult } from "@decant/connector"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import { batchesOf } from "../duckdb-sql/batches.ts"
import { addCompared, noDifferences } from "../duckdb-sql/differences.ts"
import { checkHeaders } from "../segment-header.ts"
import { tableLayout } from "../table-layout.ts"
import { compareStage } from "./differences.ts"
import { publishedTable } from "./inspect.ts"
import { maskedFiles } from "./masks.ts"
import { postgresLayout } from "./postgres-layout.ts"
import type { PostgresSettings } from "./postgres-settings.ts"
import type { Sessions } from "./sessions.ts"
import type { Sql } from "./sql.ts"
import { copyBatchOn, stageOf } from "./stage.ts"
import { changedOutside, qualified, tableTypes } from "./target-table.ts"

const withoutKey = (stream: string): DestinationError =>
  DestinationError.of(
    "NOT_SUPPORTED",
    `${stream} has no key, so its rows can only be counted.`,
    "Give the stream a `primaryKey`."
  )

const rolledBack = <A>(sql: Sql, body: Effect.Effect<A, DestinationError>) =>
  Effect.acquireUseRelease(
    sql.run("BEGIN ISOLATION LEVEL REPEATABLE READ"),
    () => body,
    () => Effect.ignore(sql.run("ROLLBACK"))
  )

export const compareWithTable = Effect.fnUntraced(function* (
  sessions: Sessions,
  settings: PostgresSettings,
  comparison: Comparison
): Effect.fn.Return<InspectResult, DestinationError> {
  const layout = yield* postgresLayout(yield* tableLayout(comparison.schema, settings))
  const { key, schema, stream } = layout
  if (key === null) return yield* withoutKey(stream)
  yield* checkHeaders(comparison.segments)
  const batches = comparison.segments.flatMap((segment) => batchesOf([segment]))
  const compare = Effect.fnUntraced(function* (sql: Sql) {
    const fileOf = yield* maskedFiles(comparison.schema, batches, settings.maskKeys)
    const work = Effect.gen(function* () {
      const published = yield* publishedTable(sql, { schema, stream })
      const types = yield* tableTypes(sql, schema, published.table)
      if (types === null) return yield* changedOutside(layout, "the table is gone")
      const target = { sql: qualified(schema, published.table), types, hidden: false }
      const storedBefore = published.version === comparison.version ? null : comparison.before
      yield* sql.run("SET LOCAL work_mem = '64MB'")
      let found = noDifferences
      for (const batch of batches) {
        const stage = stageOf(layout, batch)
        yield* copyBatchOn(sql, stage, fileOf, { removed: 0 })
        const join = { layout, key, stage, target, comparison, storedBefore }
        found = addCompared(found, yield* compareStage(sql, join, comparison.limit - found.rows.length))
      }
      return found
    })
    return { kind: "differences" as const, ...(yield* rolledBack(sql, work)) }
  })
  return yield* sessions.use((sql) => Effect.scoped(compare(sql)))
})
