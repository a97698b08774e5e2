/** Who works in a cluster, at what, and how its last runs went. */
import { Effect, Option, Schema } from "effect"
import * as SqlClient from "effect/sql/SqlClient"
import { RunnerError } from "../runner-error.ts"
import { silentSeconds } from "./pulse.ts"

const Time = Schema.Date

const Doing = Schema.Struct({
  spec: Schema.String,
  runId: Schema.String,
  stream: Schema.NullOr(Schema.String),
  kind: Schema.Literals(["begin", "stream", "part"]),
  attempt: Schema.Finite,
  phase: Schema.NullOr(Schema.String),
  rows: Schema.Finite,
  seconds: Schema.Finite
})

const WorkerRow = Schema.Struct({
  worker: Schema.String,
  name: Schema.String,
  host: Schema.String,
  process: Schema.Finite,
  version: Schema.String,
  /** `there`, or `silent` since its last pulse is too long ago. */
  state: Schema.Literals(["there", "silent"]),
  startedAt: Time,
  seenAt: Time,
  doing: Schema.Array(Doing)
})

const RunRow = Schema.Struct({
  runId: Schema.String,
  spec: Schema.String,
  status: Schema.Literals(["waiting", "running", "ok", "partial", "failed", "paused", "interrupted"]),
  askedBy: Schema.String,
  queuedAt: Time,
  startedAt: Schema.NullOr(Time),
  finishedAt: Schema.NullOr(Time),
  rows: Schema.Finite,
  tasksDone: Schema.Finite,
  tasksOpen: Schema.Finite
})

const ClusterStatus = Schema.Struct({ workers: Schema.Array(WorkerRow), runs: Schema.Array(RunRow) })
export type ClusterStatus = typeof ClusterStatus.Type

const decode = Schema.decodeUnknownOption(ClusterStatus)
export const encodeStatus = Schema.encodeSync(Schema.toCodecJson(ClusterStatus))

/** Those that left in good order are not shown; those that fell silent are, for an hour. */
const workersNow = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return yield* sql`SELECT worker, name, host, process, version, started_at AS "startedAt", seen_at AS "seenAt",
      CASE WHEN seen_at > now() - make_interval(secs => ${silentSeconds}) THEN 'there' ELSE 'silent' END AS state,
      coalesce((SELECT jsonb_agg(jsonb_build_object('spec', r.spec, 'runId', a.run_id, 'stream', a.stream, 'kind', a.kind,
          'attempt', a.attempt, 'phase', a.phase, 'rows', a.rows,
          'seconds', round(extract(epoch FROM now() - a.started_at))) ORDER BY a.started_at)
        FROM attempts a JOIN runs r USING (run_id) WHERE a.worker = w.worker AND a.ended IS NULL
          AND r.finished_at IS NULL), '[]') AS doing
    FROM workers w WHERE left_at IS NULL AND seen_at > now() - interval '1 hour' ORDER BY name`
})

const lastRuns = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return yield* sql`SELECT r.run_id AS "runId", r.spec,
      coalesce(r.status, CASE WHEN r.started_at IS NULL THEN 'waiting' ELSE 'running' END) AS status,
      r.asked_by AS "askedBy", r.queued_at AS "queuedAt", r.started_at AS "startedAt", r.finished_at AS "finishedAt",
      coalesce(sum(a.rows) FILTER (WHERE a.ended = 'done' OR a.ended IS NULL), 0)::float8 AS rows,
      (count(*) FILTER (WHERE a.ended = 'done'))::integer AS "tasksDone",
      (count(*) FILTER (WHERE a.ended IS NULL AND r.finished_at IS NULL))::integer AS "tasksOpen"
    FROM runs r LEFT JOIN attempts a USING (run_id) GROUP BY r.run_id ORDER BY r.queued_at DESC LIMIT 10`
})

export const clusterStatus = Effect.gen(function* () {
  const found = { workers: yield* workersNow, runs: yield* lastRuns }
  const status = decode(found)
  if (Option.isSome(status)) return status.value
  return yield* RunnerError.internal(new Error("the cluster's database holds rows that cannot be read"))
})
