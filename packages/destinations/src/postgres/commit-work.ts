/** What the parts of a commit share: its transaction, what it has found, and how segments are merged. */
import { type Commit, inPhase, type SchemaChange, type Segment } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { addCounts, type Counts, noCounts } from "../duckdb-sql/apply.ts"
import { batchesOf } from "../duckdb-sql/batches.ts"
import type { TableLayout } from "../table-layout.ts"
import { applyStage } from "./apply.ts"
import type { Target } from "./classify.ts"
import type { NulCount } from "./copy-file.ts"
import type { PostgresSettings } from "./postgres-settings.ts"
import { reduceStage } from "./reduce.ts"
import type { Sessions } from "./sessions.ts"
import type { Sql } from "./sql.ts"
import { copyBatch, dropStage, type FileOf, type Stage, stageOf } from "./stage.ts"
import type { StreamState } from "./state.ts"
import type { HistoryTable } from "./timeline.ts"

export interface Work {
  readonly main: Sql
  readonly sessions: Sessions
  readonly settings: PostgresSettings
  readonly orgId: string
  readonly commit: Commit
  readonly layout: TableLayout
  readonly state: StreamState | null
  /** Segments that no earlier commit holds. */
  readonly fresh: ReadonlyArray<Segment>
  readonly fileOf: FileOf
  readonly nul: NulCount
  /** Of segments that are copied in transactions of their own, in whichever attempt at this commit. */
  readonly loadedNul: NulCount
}

export interface Done {
  readonly counts: Counts
  readonly changes: ReadonlyArray<SchemaChange>
  /** The layout with which the visible table is described now. */
  readonly layoutText: string | null
  readonly published: number | null
  /** Rows of the visible table, where they have just been counted. */
  readonly rows?: number
}

export const recordSegments = (main: Sql, { commit, layout }: Work, segments: ReadonlyArray<Segment>) =>
  segments.length === 0
    ? Effect.succeed(0)
    : main.run(
        "INSERT INTO _decant.segments SELECT * FROM json_populate_recordset(NULL::_decant.segments, $1)",
        [
          JSON.stringify(
            segments.map((segment) => ({
              schema_name: layout.schema,
              stream: commit.stream,
              id: segment.id,
              generation: segment.generation,
              work: segment.work,
              effect: segment.effect,
              rows: segment.files.reduce((sum, file) => sum + file.rows, 0),
              as_of: segment.asOf,
              version: commit.checkpoint.version,
              committed_at: commit.checkpoint.updatedAt
            }))
          )
        ]
      )

/** Copies segments into staging and merges them into a table. */
export const mergeSegments = Effect.fnUntraced(function* (
  work: Work,
  segments: ReadonlyArray<Segment>,
  target: Target,
  history: HistoryTable | null
): Effect.fn.Return<{ readonly counts: Counts; readonly stages: ReadonlyArray<Stage> }, DestinationError> {
  const { main, sessions, layout, fileOf, nul, commit } = work
  const stages = batchesOf(segments).map((batch) => stageOf(layout, batch))
  for (const stage of stages) yield* copyBatch(sessions, stage, fileOf, nul).pipe(inPhase("stage"))
  yield* main.run("SET LOCAL lock_timeout = '60s'")
  yield* main.run(`LOCK TABLE ${target.sql} IN SHARE ROW EXCLUSIVE MODE`)
  yield* main.run("SET LOCAL work_mem = '64MB'")
  const to = { layout, target, history, now: commit.checkpoint.updatedAt }
  let counts = noCounts
  const reduced: Array<Stage> = []
  for (const stage of stages) {
    yield* main.run(`ANALYZE ${stage.table}`)
    const one = yield* reduceStage(main, layout, stage).pipe(inPhase("verify"))
    counts = addCounts(counts, yield* applyStage(main, to, one).pipe(inPhase("merge")))
    reduced.push(one)
  }
  return { counts, stages: reduced }
})

export const dropStages = (main: Sql, stages: ReadonlyArray<Stage>) =>
  Effect.forEach(stages, (stage) => dropStage(main, stage), { discard: true })
