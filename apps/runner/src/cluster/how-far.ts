/** How far a run of a cluster is, in lines for people. */
import { Effect } from "effect"
import * as SqlClient from "effect/sql/SqlClient"
import { count, counted } from "../terminal/numbers.ts"
import { silentSeconds } from "./pulse.ts"

interface StreamSoFar {
  readonly stream: string
  readonly parts: number
  readonly done: number
  readonly workers: number
  readonly rows: number
}

const lineOf = ({ stream, parts, done, workers, rows }: StreamSoFar): string => {
  const ofParts = parts > 0 ? [`${count(done)} of ${counted(parts, "part")}`] : []
  return `${stream}: ${[...ofParts, counted(rows, "row"), `${counted(workers, "worker")} at it`].join(", ")}`
}

/** How many workers are there, and a line for each stream that is being read from its beginning. */
export const howFar = Effect.fnUntraced(function* (runId: string) {
  const sql = yield* SqlClient.SqlClient
  const [alive] = yield* sql<{ workers: number }>`SELECT count(*)::integer AS workers FROM workers
    WHERE left_at IS NULL AND seen_at > now() - make_interval(secs => ${silentSeconds})`
  const streams = yield* sql<StreamSoFar>`SELECT a.stream,
      coalesce((SELECT max(jsonb_array_length(p.result->'parts')) FROM attempts p
        WHERE p.run_id = a.run_id AND p.stream = a.stream AND p.kind = 'stream'), 0)::integer AS parts,
      (count(*) FILTER (WHERE a.kind = 'part' AND a.ended = 'done'))::integer AS done,
      (count(DISTINCT a.worker) FILTER (WHERE a.ended IS NULL))::integer AS workers,
      coalesce(sum(a.rows) FILTER (WHERE a.ended IS NULL OR a.ended = 'done'), 0)::float8 AS rows
    FROM attempts a WHERE a.run_id = ${runId} AND a.stream IS NOT NULL GROUP BY a.run_id, a.stream ORDER BY a.stream`
  return { workers: alive?.workers ?? 0, lines: streams.map(lineOf) }
})
