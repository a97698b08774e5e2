/** Run reports in `_decant.runs`, and the snapshot for readers who keep a file open. */
import type { RunReport } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { failureOf } from "./duckdb-failure.ts"
import type { DuckdbSettings } from "./duckdb-settings.ts"
import { foldLog } from "./fold-log.ts"
import { closeGapsAgain } from "./gaps.ts"
import { writeSnapshot } from "./snapshot.ts"
import { ensureState, hasState } from "./state.ts"
import { transaction } from "./transaction.ts"

const keepRunsDays = 90

const insertRun = Effect.fnUntraced(function* (sql: Sql, settings: DuckdbSettings, report: RunReport) {
  yield* ensureState(sql, settings.schema)
  const finished = { schema: settings.schema, finishedAt: report.finishedAt }
  yield* sql.run(
    `DELETE FROM target._decant.runs WHERE schema_name = $schema
      AND (run_id = $runId OR finished_at < $finishedAt::TIMESTAMPTZ - INTERVAL ${keepRunsDays} DAY)`,
    { ...finished, runId: report.runId }
  )
  yield* sql.run(
    `INSERT INTO target._decant.runs VALUES ($schema, $runId, $name, $status, $startedAt::TIMESTAMPTZ,
      $finishedAt::TIMESTAMPTZ, $apiCalls, $bytes, $report)`,
    {
      ...finished,
      runId: report.runId,
      name: report.name,
      status: report.status,
      startedAt: report.startedAt,
      apiCalls: report.apiCalls,
      bytes: report.bytes,
      report: JSON.stringify(report)
    }
  )
  return { keep: true, value: undefined }
})

export const recordRun = Effect.fnUntraced(function* (
  sql: Sql,
  settings: DuckdbSettings,
  report: RunReport
): Effect.fn.Return<void, DestinationError> {
  yield* transaction(sql, insertRun(sql, settings, report))
  const { publish } = settings
  yield* publish === null ? foldLog(sql, settings.path) : sql.run("CHECKPOINT target")
  yield* closeGapsAgain(sql)
  if (publish === null) return
  // Closing the copied file gives up this process's lock on it; nothing is written between here and DETACH.
  yield* Effect.tryPromise({
    try: () => writeSnapshot(settings.path, publish),
    catch: (cause) => failureOf(publish, cause)
  })
})

/** Reports of the spec's runs, newest first. */
export const readRuns = Effect.fnUntraced(function* (sql: Sql, settings: DuckdbSettings, limit: number) {
  if (!(yield* hasState(sql))) return []
  const rows = yield* sql.rows(
    `SELECT report FROM target._decant.runs WHERE schema_name = $schema AND spec_name = $name
      ORDER BY finished_at DESC LIMIT ${limit}`,
    { schema: settings.schema, name: settings.specName }
  )
  return rows.map(({ report }) => String(report))
})
