/** Who took up which task when, how far it is, and what came of it: for `status`, for reports, and for whoever takes it up again. */
import { Effect, Option, Schema } from "effect"
import * as SqlClient from "effect/sql/SqlClient"
import { streamOfTask, type Task, TaskResult, taskName } from "./task.ts"

const decodeResult = Schema.decodeUnknownOption(TaskResult)

export interface Attempt {
  readonly task: Task
  readonly attempt: number
  readonly worker: string
}

const key = ({ task, attempt }: Attempt) => ({ runId: task.run.runId, name: taskName(task), attempt })

/** What an earlier attempt answered; null when none has. */
export const resultOf = Effect.fnUntraced(function* (task: Task) {
  const sql = yield* SqlClient.SqlClient
  const rows =
    yield* sql`SELECT result FROM attempts WHERE run_id = ${task.run.runId} AND task = ${taskName(task)}
    AND ended = 'done' LIMIT 1`
  return Option.getOrNull(Option.flatMap(Option.fromNullishOr(rows[0]), ({ result }) => decodeResult(result)))
})

export const beginAttempt = Effect.fnUntraced(function* (of: Attempt) {
  const sql = yield* SqlClient.SqlClient
  const { runId, name, attempt } = key(of)
  yield* sql`INSERT INTO attempts (run_id, task, attempt, worker, kind, stream)
    VALUES (${runId}, ${name}, ${attempt}, ${of.worker}, ${of.task.what.kind}, ${streamOfTask(of.task)})
    ON CONFLICT (run_id, task, attempt) DO UPDATE SET worker = excluded.worker, started_at = now(), seen_at = now(),
      ended_at = NULL, ended = NULL`
})

export interface SoFar {
  readonly rows: number
  readonly bytes: number
  readonly phase: string
}

export const sayHowFar = Effect.fnUntraced(function* (of: Attempt, { rows, bytes, phase }: SoFar) {
  const sql = yield* SqlClient.SqlClient
  const { runId, name, attempt } = key(of)
  yield* sql`UPDATE attempts SET rows = ${rows}, bytes = ${bytes}, phase = ${phase}, seen_at = now()
    WHERE run_id = ${runId} AND task = ${name} AND attempt = ${attempt}`
})

/**
 * `done` it answered · `lost` another worker has done it meanwhile, or does · `stopped` the worker was told to leave ·
 * `refused` this worker cannot do it.
 */
export type End = "done" | "lost" | "stopped" | "refused"

/** Rows of pages that had to be fetched again count once from here on. */
export const endAttempt = Effect.fnUntraced(function* (of: Attempt, ended: End, result: TaskResult | null) {
  const sql = yield* SqlClient.SqlClient
  const { runId, name, attempt } = key(of)
  const json = result === null ? null : JSON.stringify(result)
  const rows = result === null ? null : result.streams.reduce((sum, { read }) => sum + read, 0)
  yield* sql`UPDATE attempts SET ended_at = now(), seen_at = now(), ended = ${ended}, result = ${json}::jsonb,
      rows = coalesce(${rows}, rows)
    WHERE run_id = ${runId} AND task = ${name} AND attempt = ${attempt}`
})

/** Another worker has taken the task up since, because this one was silent for too long. */
export const isOvertaken = Effect.fnUntraced(function* (of: Attempt) {
  const sql = yield* SqlClient.SqlClient
  const { runId, name, attempt } = key(of)
  const rows =
    yield* sql`SELECT 1 FROM attempts WHERE run_id = ${runId} AND task = ${name} AND attempt > ${attempt} LIMIT 1`
  return rows.length > 0
})

/** Attempts that nobody brought to an end: their workers died or fell silent. */
export const lostAttempts = Effect.fnUntraced(function* (of: Attempt) {
  const sql = yield* SqlClient.SqlClient
  const { runId, name, attempt } = key(of)
  const rows = yield* sql<{ lost: number; refused: number }>`SELECT
      (count(*) FILTER (WHERE ended IS NULL OR ended = 'lost'))::integer AS lost,
      (count(*) FILTER (WHERE ended = 'refused'))::integer AS refused
    FROM attempts WHERE run_id = ${runId} AND task = ${name} AND attempt < ${attempt}`
  return rows[0] ?? { lost: 0, refused: 0 }
})

export interface ShareOfRun {
  readonly stream: string | null
  readonly worker: string
  readonly tasks: number
  readonly rows: number
  readonly lost: number
  readonly from: Date
  readonly to: Date
}

/** Who did how much of each stream of a run. */
export const sharesOf = Effect.fnUntraced(function* (runId: string) {
  const sql = yield* SqlClient.SqlClient
  return yield* sql<ShareOfRun>`SELECT a.stream, w.name AS worker,
      (count(*) FILTER (WHERE a.ended = 'done'))::integer AS tasks,
      coalesce(sum(a.rows) FILTER (WHERE a.ended = 'done'), 0)::float8 AS rows,
      (count(*) FILTER (WHERE a.ended IS NULL OR a.ended = 'lost'))::integer AS lost,
      min(a.started_at) AS from, max(coalesce(a.ended_at, a.seen_at)) AS to
    FROM attempts a JOIN workers w USING (worker) WHERE a.run_id = ${runId} AND a.ended IS DISTINCT FROM 'refused'
    GROUP BY a.stream, w.name ORDER BY w.name`
})
