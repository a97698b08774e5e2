/** Run reports in `_decant.runs`. */
import type { RunReport } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "./sql.ts"
import { ensureState } from "./state.ts"

const keepRunsDays = 90

export const recordRun = Effect.fnUntraced(function* (
  sql: Sql,
  schema: string,
  report: RunReport
): Effect.fn.Return<void, DestinationError> {
  yield* ensureState(sql, schema)
  yield* sql.run(
    `INSERT INTO _decant.runs VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (schema_name, run_id) DO NOTHING`,
    [
      schema,
      report.runId,
      report.name,
      report.status,
      report.startedAt,
      report.finishedAt,
      report.apiCalls,
      report.bytes,
      JSON.stringify(report)
    ]
  )
  yield* sql.run(
    `DELETE FROM _decant.runs WHERE schema_name = $1 AND finished_at < $2::timestamptz - interval '${keepRunsDays} days'`,
    [schema, report.finishedAt]
  )
})
