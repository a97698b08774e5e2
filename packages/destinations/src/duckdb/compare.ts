/**
 * What `verify` asks: how the rows that are stored differ from the source's. Segments are staged before the file
 * is opened, and all of them are compared with one committed state of it.
 */
import type { Comparison, InspectResult } from "@decant/connector"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import { batchesOf } from "../duckdb-sql/batches.ts"
import { addCompared, compareStage, noDifferences } from "../duckdb-sql/differences.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { type Stage, stageBatch } from "../duckdb-sql/stage.ts"
import { checkHeaders } from "../segment-header.ts"
import { literal } from "../sql-text.ts"
import { type TableLayout, tableLayout } from "../table-layout.ts"
import type { DuckdbSettings } from "./duckdb-settings.ts"
import { publishedTable } from "./inspect.ts"
import { loadMaskKeys } from "./masks.ts"
import { withEnoughMemory } from "./memory.ts"
import { qualified, tableTypes } from "./target-table.ts"
import type { Workbench } from "./workbench.ts"

const withoutKey = (stream: string): DestinationError =>
  DestinationError.of(
    "NOT_SUPPORTED",
    `${stream} has no key, so its rows can only be counted.`,
    "Give the stream a `primaryKey`."
  )

const compareStages = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  comparison: Comparison,
  stages: ReadonlyArray<Stage>
): Effect.fn.Return<InspectResult, DestinationError> {
  const { key, schema, stream } = layout
  if (key === null) return yield* withoutKey(stream)
  const published = yield* publishedTable(sql, { schema, stream })
  const target = {
    sql: qualified(schema, published.table),
    types: (yield* tableTypes(sql, schema, published.table)) ?? new Map<string, string>(),
    hidden: false
  }
  const storedBefore = published.version === comparison.version ? null : comparison.before
  let found = noDifferences
  for (const stage of stages) {
    const join = { layout, key, stage, target, comparison, storedBefore }
    found = addCompared(found, yield* compareStage(sql, join, comparison.limit - found.rows.length))
  }
  return { kind: "differences", ...found }
})

export const compareWithFile = Effect.fnUntraced(function* (
  workbench: Workbench,
  settings: DuckdbSettings,
  comparison: Comparison
): Effect.fn.Return<InspectResult, DestinationError> {
  const layout = yield* tableLayout(comparison.schema, settings)
  yield* checkHeaders(comparison.segments)
  const batches = comparison.segments.flatMap((segment) => batchesOf([segment]))
  const once = (limit: string) =>
    workbench.use(
      Effect.fnUntraced(function* (sql: Sql): Effect.fn.Return<InspectResult, DestinationError> {
        yield* sql.run(`SET memory_limit = ${literal(limit)}`)
        yield* loadMaskKeys(sql, comparison.schema, settings.maskKeys)
        const stages = yield* Effect.forEach(batches, (batch, at) => stageBatch(sql, layout, batch, at))
        return yield* workbench.attached(sql, "read", compareStages(sql, layout, comparison, stages))
      })
    )
  return yield* withEnoughMemory(once, workbench.memory, { columns: layout.columns.length })
})
