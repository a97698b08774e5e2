/**
 * One commit. A transaction is open from its beginning to its end: it holds the stream's lock, so that nobody else
 * writes the stream, while files are copied on two other connections; then it merges them, writes the checkpoint and
 * compares-and-sets its version. What was copied is seen by nobody until then. The files of a part are copied before
 * that transaction begins, where they can be, so that several writers copy at once.
 */
import type { Commit, CommitResult } from "@decant/connector"
import { Effect, Schedule } from "effect"
import { DestinationError } from "../destination-error.ts"
import { noCounts } from "../duckdb-sql/apply.ts"
import { batchesOf } from "../duckdb-sql/batches.ts"
import { checkHeaders } from "../segment-header.ts"
import { type TableLayout, tableLayout } from "../table-layout.ts"
import { holdAgainst, validate } from "../writer-conflict.ts"
import { commitHidden } from "./commit-hidden.ts"
import { type Done, dropStages, mergeSegments, recordSegments, type Work } from "./commit-work.ts"
import type { NulCount } from "./copy-file.ts"
import { catchUp, keptHistory, storedHistory } from "./history-table.ts"
import { loadAhead } from "./load-ahead.ts"
import { maskedFiles } from "./masks.ts"
import { postgresLayout } from "./postgres-layout.ts"
import type { PostgresSettings } from "./postgres-settings.ts"
import type { Sessions } from "./sessions.ts"
import type { Sql } from "./sql.ts"
import { dropLeftStages, type FileOf } from "./stage.ts"
import { checkOrg, committedSegments, ensureState, forgetOld, readState, writeState } from "./state.ts"
import { lockStream } from "./stream-lock.ts"
import { transaction } from "./transaction.ts"
import { changeVisibleTable, checkColumns, visibleTable } from "./visible-table.ts"

const commitVisible = Effect.fnUntraced(function* (work: Work): Effect.fn.Return<Done, DestinationError> {
  const { main, sessions, settings, layout, state, fresh, commit } = work
  const describes = state?.layout !== layout.text
  const changes = describes
    ? yield* changeVisibleTable(sessions, {
        layout,
        maskKeys: settings.maskKeys,
        storedLayout: state?.layout ?? null,
        mayReplace: false
      })
    : []
  const table = yield* visibleTable(main, layout)
  yield* checkColumns(layout, table)
  const target = { ...table, hidden: false }
  const history = yield* storedHistory(main, layout)
  if (history !== null && !keptHistory(state?.layout ?? null)) {
    yield* catchUp(main, { layout, target }, history, commit.checkpoint.updatedAt)
  }
  const done = { changes, layoutText: layout.text, published: state?.published ?? null }
  if (fresh.length === 0) return { ...done, counts: noCounts }
  const { counts, stages } = yield* mergeSegments(work, fresh, target, history)
  yield* dropStages(main, stages)
  yield* recordSegments(main, work, fresh)
  return { ...done, counts }
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
  readonly loadedNul: NulCount
  /** The files are copied already: nothing is left that would keep this transaction waiting. */
  readonly isShort: boolean
}

/** Where a process hangs in the middle, the others get the stream's lock before they give it up. */
const shortTransaction = "SET LOCAL idle_in_transaction_session_timeout = '10s'"

const visibleRows = (
  work: Work,
  { counts, published, rows }: Done
): Effect.Effect<number, DestinationError> => {
  if (rows !== undefined) return Effect.succeed(rows)
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
  const { sessions, settings, orgId, layout, fileOf, loadedNul } = prepared
  const { stream, segments } = prepared.commit
  if (prepared.isShort) yield* main.run(shortTransaction)
  yield* lockStream(main, layout.schema, stream)
  yield* checkOrg(main, { location: sessions.location, schema: layout.schema, orgId })
  const state = yield* readState(main, layout.schema, stream)
  const ids = segments.map((segment) => segment.id)
  const committed = yield* committedSegments(main, layout.schema, stream, ids)
  const held = yield* holdAgainst(prepared.commit, state, committed)
  if (held === "repeated") return "again"
  const commit = held
  yield* dropLeftStages(main, { schema: layout.schema, stream: commit.stream })
  const fresh = segments.filter((segment) => !committed.has(segment.id))
  const nul: NulCount = { removed: 0 }
  const work: Work = { main, sessions, settings, orgId, commit, layout, state, fresh, fileOf, nul, loadedNul }
  const isVisible = state !== null && state.published === commit.checkpoint.generation
  const done = isVisible ? yield* commitVisible(work) : yield* commitHidden(work)
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
  const removed = nul.removed + loadedNul.removed
  if (removed > 0) {
    yield* settings.notice(
      `${commit.stream}: ${removed} NUL ${removed === 1 ? "byte was" : "bytes were"} removed from texts, since Postgres cannot store them`
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
  const loadedNul: NulCount = { removed: 0 }
  const attempt = (fileOf: FileOf) =>
    sessions.use((main) =>
      Effect.gen(function* () {
        yield* ensureState(main, layout.schema)
        const of = { sessions, settings, orgId, commit, layout, fileOf, loadedNul }
        const isShort = commit.part !== undefined && (yield* loadAhead(main, of))
        const prepared: Prepared = { ...of, isShort }
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
