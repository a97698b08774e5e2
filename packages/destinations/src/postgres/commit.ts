/**
 * One commit. A transaction is open from its beginning to its end: it holds the stream's lock, so that nobody else
 * writes the stream, while files are copied on two other connections; then it merges them, writes the checkpoint and
 * compares-and-sets its version. What was copied is seen by nobody until then.
 */
import type { Commit, CommitResult, SchemaChange, Segment } from "@decant/connector"
import { Effect, Schedule } from "effect"
import { DestinationError } from "../destination-error.ts"
import { addCounts, type Counts, noCounts } from "../duckdb-sql/apply.ts"
import { type Batch, batchesOf } from "../duckdb-sql/batches.ts"
import { checkHeaders } from "../segment-header.ts"
import { type TableLayout, tableLayout } from "../table-layout.ts"
import { applyStage } from "./apply.ts"
import type { NulCount } from "./copy-file.ts"
import { acceptLoads, ensureHidden, type Hidden, hiddenOf, loadSegments, settle } from "./hidden-table.ts"
import { loadPlan } from "./load-plan.ts"
import { maskedFiles } from "./masks.ts"
import { postgresLayout } from "./postgres-layout.ts"
import type { PostgresSettings } from "./postgres-settings.ts"
import { publishFirst, publishOver } from "./publish.ts"
import { reduceStage } from "./reduce.ts"
import type { Sessions } from "./sessions.ts"
import type { Sql } from "./sql.ts"
import { copyBatch, dropLeftStages, dropStage, type FileOf, stageOf } from "./stage.ts"
import {
  checkOrg,
  committedSegments,
  ensureState,
  forgetOld,
  readState,
  type StreamState,
  writeState
} from "./state.ts"
import { tableTypes } from "./target-table.ts"
import { transaction } from "./transaction.ts"
import { changeTable, changeVisibleTable, checkColumns, describe, visibleTable } from "./visible-table.ts"

const conflict = (stream: string, detail: string): DestinationError =>
  DestinationError.of(
    "WRITER_CONFLICT",
    `Another sync has moved ${stream} on meanwhile: ${detail}. Nothing of this commit was stored.`,
    "Let the other sync finish and run this one again; see that only one schedule runs this spec."
  )

const noHistory = DestinationError.of(
  "NOT_SUPPORTED",
  "The Postgres destination does not yet do `history: true`.",
  "Take it out of the stream, or use a DuckDB or Parquet destination."
)

const validate = (commit: Commit): Effect.Effect<void, DestinationError> => {
  const wrong = (segment: Segment) =>
    segment.stream !== commit.stream || segment.generation !== commit.checkpoint.generation
  if (commit.checkpoint.version !== commit.expectedVersion + 1 || commit.segments.some(wrong)) {
    return Effect.fail(conflict(commit.stream, "the segments and the checkpoint do not belong together"))
  }
  return commit.schema.history ? Effect.fail(noHistory) : Effect.void
}

/** Everything but the time of writing and the count of rows, which the first commit has added. */
const sameCheckpoint = (a: Commit["checkpoint"], b: Commit["checkpoint"]): boolean =>
  JSON.stringify({ ...a, updatedAt: "", rows: 0 }) === JSON.stringify({ ...b, updatedAt: "", rows: 0 })

interface Work {
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
}

interface Done {
  readonly counts: Counts
  readonly changes: ReadonlyArray<SchemaChange>
  /** The layout with which the visible table is described now. */
  readonly layoutText: string | null
  readonly published: number | null
}

const recordSegments = (main: Sql, { commit, layout }: Work, segments: ReadonlyArray<Segment>) =>
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
const mergeSegments = Effect.fnUntraced(function* (
  work: Work,
  segments: ReadonlyArray<Segment>,
  target: { readonly sql: string; readonly types: ReadonlyMap<string, string>; readonly hidden: boolean }
): Effect.fn.Return<Counts, DestinationError> {
  const { main, sessions, layout, fileOf, nul, commit } = work
  const stages = batchesOf(segments).map((batch) => stageOf(layout, batch))
  for (const stage of stages) yield* copyBatch(sessions, stage, fileOf, nul)
  yield* main.run("SET LOCAL lock_timeout = '60s'")
  yield* main.run(`LOCK TABLE ${target.sql} IN SHARE ROW EXCLUSIVE MODE`)
  yield* main.run("SET LOCAL work_mem = '64MB'")
  const to = { layout, target, now: commit.checkpoint.updatedAt }
  let counts = noCounts
  for (const stage of stages) {
    yield* main.run(`ANALYZE ${stage.table}`)
    yield* reduceStage(main, layout, stage)
    counts = addCounts(counts, yield* applyStage(main, to, stage))
    yield* dropStage(main, stage)
  }
  return counts
})

const commitVisible = Effect.fnUntraced(function* (work: Work): Effect.fn.Return<Done, DestinationError> {
  const { main, sessions, settings, layout, state, fresh } = work
  const describes = state?.layout !== layout.text
  const changes = describes
    ? yield* changeVisibleTable(sessions, { layout, maskKeys: settings.maskKeys, mayReplace: false })
    : []
  const table = yield* visibleTable(main, layout)
  yield* checkColumns(layout, table)
  const counts =
    fresh.length === 0 ? noCounts : yield* mergeSegments(work, fresh, { ...table, hidden: false })
  return { counts, changes, layoutText: layout.text, published: state?.published ?? null }
})

/** Segments that can be copied straight into the hidden table, as one batch with one header. */
const loadable = (layout: TableLayout, fresh: ReadonlyArray<Segment>) => {
  const batches: ReadonlyArray<Batch> = batchesOf(fresh)
  const [batch] = batches
  if (batches.length !== 1 || batch === undefined || batch.effect !== "upsert") return null
  return loadPlan(layout, batch.header)
}

/** A table without rows yet is made ready for the files that will most likely come. */
const expectedPlan = (layout: TableLayout) => {
  const headers = layout.columns.flatMap(({ column }) =>
    "header" in column.from ? [column.from.header] : []
  )
  return loadPlan(layout, [...new Set(headers)])
}

const fillHidden = Effect.fnUntraced(function* (
  work: Work,
  hidden: Hidden
): Effect.fn.Return<void, DestinationError> {
  const { main, sessions, layout, state, fresh, commit } = work
  const plan = fresh.length === 0 ? expectedPlan(layout) : loadable(layout, fresh)
  const goesOn = state !== null && state.checkpoint.generation === commit.checkpoint.generation
  const published = state !== null && state.published !== null
  const takesCopies = yield* sessions.use((sql) => ensureHidden(sql, hidden, { plan, goesOn, published }))
  if (fresh.length === 0) return
  const loaded =
    takesCopies && plan !== null
      ? yield* loadSegments(sessions, hidden, plan, fresh, work)
      : new Set<string>()
  yield* acceptLoads(
    main,
    hidden,
    fresh.map(({ id }) => id)
  )
  const rest = fresh.filter(({ id }) => !loaded.has(id))
  if (rest.length === 0) return
  yield* settle(main, hidden)
  const types = yield* tableTypes(main, layout.schema, hidden.name)
  yield* mergeSegments(work, rest, { sql: hidden.sql, types: types ?? new Map(), hidden: true })
})

const publish = Effect.fnUntraced(function* (
  work: Work,
  hidden: Hidden
): Effect.fn.Return<Done, DestinationError> {
  const { main, layout, state, commit, settings } = work
  const published = commit.checkpoint.generation
  yield* main.run("SET LOCAL lock_timeout = '60s'")
  yield* main.run("SET LOCAL work_mem = '64MB'")
  const stands = (yield* tableTypes(main, layout.schema, layout.table)) !== null
  if (state?.published == null || !stands) {
    const counts = yield* publishFirst(main, hidden)
    yield* describe(main, layout, [])
    const created: SchemaChange = {
      kind: "table-created",
      column: null,
      detail: `${layout.schema}.${layout.table}`
    }
    return { counts, changes: [created], layoutText: layout.text, published }
  }
  const change = { layout, maskKeys: settings.maskKeys }
  const changes =
    state.layout === layout.text
      ? []
      : yield* changeVisibleTable(work.sessions, { ...change, mayReplace: false }).pipe(
          Effect.catchIf(
            // Values that cannot be kept are replaced in this transaction, which readers wait for.
            (failure) => failure.code === "SCHEMA_INCOMPATIBLE",
            () => changeTable(main, { ...change, mayReplace: true })
          )
        )
  const table = yield* visibleTable(main, layout)
  yield* checkColumns(layout, table)
  yield* main.run(`LOCK TABLE ${table.sql} IN SHARE ROW EXCLUSIVE MODE`)
  const counts = yield* publishOver(main, hidden, table.types, commit.checkpoint.updatedAt)
  return { counts, changes, layoutText: layout.text, published }
})

/** A first load and a later generation are hidden until they are whole. */
const commitHidden = Effect.fnUntraced(function* (work: Work): Effect.fn.Return<Done, DestinationError> {
  const { main, layout, state, commit, fresh } = work
  const hidden = hiddenOf(layout, commit.checkpoint.generation)
  yield* fillHidden(work, hidden)
  yield* recordSegments(main, work, fresh)
  const published = state?.published ?? null
  const whole = commit.publish || (published === null && commit.checkpoint.phase === "incremental")
  if (whole) return yield* publish(work, hidden)
  return { counts: noCounts, changes: [], layoutText: state?.layout ?? null, published }
})

/** Held until the transaction ends, also by a killed process: its end takes the connection with it. */
const lockStream = Effect.fnUntraced(function* (main: Sql, schema: string, stream: string) {
  yield* main.run("SET LOCAL lock_timeout = '60s'")
  yield* main
    .rows("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
      JSON.stringify(["decant", schema, stream])
    ])
    .pipe(
      Effect.catchIf(
        (failure) => failure.code === "DESTINATION_LOCKED",
        () => Effect.fail(conflict(stream, "it has been writing it for more than a minute"))
      )
    )
})

const countRows = Effect.fnUntraced(function* (main: Sql, layout: TableLayout) {
  const table = yield* visibleTable(main, layout)
  const rows = yield* main.rows(`SELECT count(*)::float8 AS rows FROM ${table.sql}`)
  return Number(rows[0]?.rows)
})

interface Prepared {
  readonly sessions: Sessions
  readonly settings: PostgresSettings
  readonly orgId: string
  readonly commit: Commit
  readonly layout: TableLayout
  readonly fileOf: FileOf
}

const visibleRows = (work: Work, { counts, published }: Done): Effect.Effect<number, DestinationError> => {
  const { state, commit, main, layout } = work
  const shown = published !== null && published === commit.checkpoint.generation
  if (!shown) return Effect.succeed(state?.checkpoint.rows ?? 0)
  const moves = counts.inserted + counts.deleted > 0 || state?.published !== published
  return moves ? countRows(main, layout) : Effect.succeed(state?.checkpoint.rows ?? 0)
}

const inTransaction = Effect.fnUntraced(function* (
  main: Sql,
  prepared: Prepared,
  finished: (result: CommitResult) => void
): Effect.fn.Return<CommitResult | "again", DestinationError> {
  const { sessions, settings, orgId, commit, layout, fileOf } = prepared
  yield* lockStream(main, layout.schema, commit.stream)
  yield* checkOrg(main, { location: sessions.location, schema: layout.schema, orgId })
  const state = yield* readState(main, layout.schema, commit.stream)
  const ids = commit.segments.map((segment) => segment.id)
  const committed = yield* committedSegments(main, layout.schema, commit.stream, ids)
  const stored = state?.checkpoint.version ?? 0
  if (state !== null && stored === commit.checkpoint.version) {
    if (ids.every((id) => committed.has(id)) && sameCheckpoint(state.checkpoint, commit.checkpoint)) {
      return "again"
    }
  }
  if (stored !== commit.expectedVersion) {
    return yield* conflict(
      commit.stream,
      `its checkpoint has version ${stored}, expected was ${commit.expectedVersion}`
    )
  }
  if (state !== null && state.published !== null && commit.checkpoint.generation < state.published) {
    return yield* conflict(commit.stream, `generation ${state.published} has been published`)
  }
  yield* dropLeftStages(main, { schema: layout.schema, stream: commit.stream })
  const fresh = commit.segments.filter((segment) => !committed.has(segment.id))
  const nul: NulCount = { removed: 0 }
  const work: Work = { main, sessions, settings, orgId, commit, layout, state, fresh, fileOf, nul }
  const isVisible = state !== null && state.published === commit.checkpoint.generation
  const done = isVisible ? yield* commitVisible(work) : yield* commitHidden(work)
  if (isVisible) yield* recordSegments(main, work, fresh)
  const rows = yield* visibleRows(work, done)
  yield* forgetOld(main, layout.schema, commit.stream, commit.checkpoint.updatedAt)
  yield* writeState(main, {
    schema: layout.schema,
    stream: commit.stream,
    table: layout.table,
    specName: settings.specName,
    orgId,
    published: done.published,
    layout: done.layoutText,
    checkpoint: { ...commit.checkpoint, rows }
  })
  if (nul.removed > 0) {
    yield* settings.notice(
      `${commit.stream}: ${nul.removed} NUL ${nul.removed === 1 ? "byte was" : "bytes were"} removed from texts, since Postgres cannot store them`
    )
  }
  const result: CommitResult = { ...done.counts, rows, schemaChanges: done.changes }
  finished(result)
  return result
})

const needsOrg = DestinationError.of(
  "NOT_SUPPORTED",
  "The destination was opened for reading only.",
  "This is a mistake in Decant; please report it."
)

const retried = new Set(["DESTINATION_LOST", "DESTINATION_INTERRUPTED", "DESTINATION_BUSY"])

const pauses = Schedule.exponential("250 millis", 3)

export const commitToPostgres = Effect.fnUntraced(function* (
  sessions: Sessions,
  settings: PostgresSettings,
  commit: Commit
): Effect.fn.Return<CommitResult, DestinationError> {
  const { orgId } = settings
  if (orgId === null) return yield* needsOrg
  yield* validate(commit)
  const layout = yield* postgresLayout(yield* tableLayout(commit.schema, settings))
  yield* checkHeaders(commit.segments)
  // A connection that is lost while the server commits leaves it open whether it did: the next try finds out.
  let computed: CommitResult | null = null
  const attempt = (fileOf: FileOf) =>
    sessions.use((main) =>
      Effect.gen(function* () {
        yield* ensureState(main, layout.schema)
        const prepared = { sessions, settings, orgId, commit, layout, fileOf }
        const result = yield* transaction(
          main,
          inTransaction(main, prepared, (found) => {
            computed = found
          })
        )
        if (result !== "again") return result
        return computed ?? { ...noCounts, rows: yield* storedRows(main, layout), schemaChanges: [] }
      })
    )
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const fileOf = yield* maskedFiles(commit.schema, batchesOf(commit.segments), settings.maskKeys)
      return yield* attempt(fileOf).pipe(
        Effect.retry({ schedule: pauses, times: 4, while: (failure) => retried.has(failure.code) })
      )
    })
  )
})

const storedRows = (main: Sql, layout: TableLayout) =>
  Effect.map(readState(main, layout.schema, layout.stream), (state) => state?.checkpoint.rows ?? 0)
