/** Run reports in `_decant.runs`. */
import type { RunReport } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "./sql.ts"
import { ensureState, hasState } from "./state.ts"

/** Reports of the spec's runs, newest first. */
export const readRuns = Effect.fnUntraced(function* (
  sql: Sql,
  of: { readonly schema: string; readonly specName: string },
  limit: number
): Effect.fn.Return<ReadonlyArray<string>, DestinationError> {
  if (!(yield* hasState(sql))) return []
  const rows = yield* sql.rows(
    `SELECT report::text AS report FROM _decant.runs WHERE schema_name = $1 AND spec_name = $2
      ORDER BY finished_at DESC LIMIT ${limit}`,
    [of.schema, of.specName]
  )
  return rows.map(({ report }) => String(report))
})

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
