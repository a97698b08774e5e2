/** The runs that a cluster is asked for: of each spec one at a time. Who asks waits for the row to say that it is over. */
import { Disposition, type RunReport } from "@decant/connector"
import { Effect, Option, Schema } from "effect"
import * as SqlClient from "effect/sql/SqlClient"
import { RunnerError } from "../runner-error.ts"
import { FailureText, RunOfSpec, StreamReportJson } from "./task.ts"

const WorkerShare = Schema.Struct({
  worker: Schema.String,
  tasks: Schema.Finite,
  rows: Schema.Finite,
  /** Tasks that it took up and did not bring to an end; others did. */
  lost: Schema.Finite
})

const ReportJson = Schema.Struct({
  runId: Schema.String,
  name: Schema.String,
  status: Schema.Literals(["ok", "partial", "failed", "paused", "interrupted"]),
  startedAt: Schema.String,
  finishedAt: Schema.String,
  apiCalls: Schema.Finite,
  bytes: Schema.Finite,
  streams: Schema.Array(StreamReportJson),
  workers: Schema.optionalKey(Schema.Array(WorkerShare))
})

const decodeReport = Schema.decodeUnknownOption(ReportJson)
const decodeRun = Schema.decodeUnknownOption(RunOfSpec)
const decodeEnd = Schema.decodeUnknownOption(
  Schema.Struct({ dispositions: Schema.Array(Disposition), failure: Schema.NullOr(FailureText) })
)

export interface EndOfRun {
  readonly report: RunReport
  readonly dispositions: ReadonlyArray<Disposition>
  /** What stopped the run as a whole. */
  readonly failure: typeof FailureText.Type | null
}

const busy = (spec: string, holder: { readonly asked_by: string; readonly queued_at: Date }): RunnerError =>
  new RunnerError({
    code: "RUN_LOCKED",
    message: `A run of ${spec} is under way in the cluster, asked for by ${holder.asked_by} at ${holder.queued_at.toISOString()}.`,
    fix: "Wait for it: `decant status --cluster` shows how far it is."
  })

/** Puts the run into the cluster; fails with RUN_LOCKED while one of its spec is under way. */
export const askForRun = Effect.fnUntraced(function* (
  run: RunOfSpec,
  by: { readonly askedBy: string; readonly tick: Date | null }
) {
  const sql = yield* SqlClient.SqlClient
  const put = yield* sql`INSERT INTO runs (run_id, spec, fingerprint, request, asked_by, tick)
    VALUES (${run.runId}, ${run.spec}, ${run.fingerprint}, ${JSON.stringify(run.request)}::jsonb, ${by.askedBy}, ${by.tick})
    ON CONFLICT (spec) WHERE finished_at IS NULL DO NOTHING RETURNING run_id`
  if (put.length > 0) return
  const rows = yield* sql<{ asked_by: string; queued_at: Date }>`SELECT asked_by, queued_at FROM runs
    WHERE spec = ${run.spec} AND finished_at IS NULL`
  const [holder = { asked_by: "somebody", queued_at: new Date() }] = rows
  return yield* busy(run.spec, holder)
})

/** Runs that nobody has brought to an end, oldest first. */
export const openRuns = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql`SELECT run_id AS "runId", spec, fingerprint, request FROM runs
    WHERE finished_at IS NULL ORDER BY queued_at`
  return rows.flatMap((row) => Option.toArray(decodeRun(row)))
})

/** The first call counts: a workflow that is taken up again began when it began. */
export const beginRun = Effect.fnUntraced(function* (runId: string) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ started_at: Date }>`UPDATE runs SET started_at = coalesce(started_at, now())
    WHERE run_id = ${runId} RETURNING started_at`
  return rows[0]?.started_at.getTime() ?? 0
})

export const endRun = Effect.fnUntraced(function* (runId: string, end: EndOfRun) {
  const sql = yield* SqlClient.SqlClient
  const outcome = JSON.stringify({ dispositions: end.dispositions, failure: end.failure })
  yield* sql`UPDATE runs SET finished_at = now(), status = ${end.report.status}, report = ${JSON.stringify(end.report)}::jsonb,
    outcome = ${outcome}::jsonb WHERE run_id = ${runId} AND finished_at IS NULL`
})

/** Null while it is under way. */
export const endOf = Effect.fnUntraced(function* (runId: string) {
  const sql = yield* SqlClient.SqlClient
  const [row] =
    yield* sql`SELECT report, outcome FROM runs WHERE run_id = ${runId} AND finished_at IS NOT NULL`
  if (row === undefined) return null
  const report = decodeReport(row.report)
  const outcome = decodeEnd(row.outcome)
  if (Option.isNone(report) || Option.isNone(outcome)) {
    return yield* RunnerError.internal(new Error("the cluster's database holds a report that cannot be read"))
  }
  return { report: report.value, ...outcome.value } satisfies EndOfRun
})
