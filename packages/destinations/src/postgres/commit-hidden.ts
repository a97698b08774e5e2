/**
 * A commit of a generation that is not visible: a first load, or a later one beside the visible table, until it is
 * whole and is published.
 */
import { inPhase, type SchemaChange } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { type Counts, noCounts } from "../duckdb-sql/apply.ts"
import type { LayoutColumn, TableLayout } from "../table-layout.ts"
import { type Done, dropStages, mergeSegments, recordSegments, type Work } from "./commit-work.ts"
import { type Hidden, hiddenOf } from "./hidden.ts"
import { loadSegments } from "./hidden-loads.ts"
import { ensureHidden } from "./hidden-table.ts"
import { layVersions, passedRows } from "./history.ts"
import { catchUp, ensureHistory, storedHistory } from "./history-table.ts"
import { acceptLoads } from "./load-notes.ts"
import { planFor } from "./load-plan.ts"
import { publishFirst, publishOver } from "./publish.ts"
import { settle } from "./settle.ts"
import type { Stage } from "./stage.ts"
import { tableTypes } from "./target-table.ts"
import { changeTable, changeVisibleTable, checkColumns, describe, visibleTable } from "./visible-table.ts"

/** Older versions of rows, which came in the same commit and are not in the table. */
interface Older {
  readonly columns: ReadonlyArray<LayoutColumn>
  readonly select: string
}

interface Filled {
  readonly older: ReadonlyArray<Older>
  readonly stages: ReadonlyArray<Stage>
}

const fillHidden = Effect.fnUntraced(function* (
  work: Work,
  hidden: Hidden
): Effect.fn.Return<Filled, DestinationError> {
  const { main, sessions, layout, state, fresh, commit } = work
  const plan = planFor(layout, fresh)
  const goesOn = state !== null && state.checkpoint.generation === commit.checkpoint.generation
  const published = state !== null && state.published !== null
  const loads = yield* sessions.use((sql) => ensureHidden(sql, hidden, { plan, goesOn, published }))
  if (fresh.length === 0) return { older: [], stages: [] }
  if (loads) {
    const files = { fileOf: work.fileOf, nul: work.loadedNul }
    yield* loadSegments(sessions, hidden, fresh, files).pipe(inPhase("stage"))
    const ids = fresh.map(({ id }) => id)
    yield* acceptLoads(main, hidden, ids)
    return { older: [], stages: [] }
  }
  const settled = yield* settle(main, hidden)
  const types = (yield* tableTypes(main, layout.schema, hidden.name)) ?? new Map<string, string>()
  const { stages } = yield* mergeSegments(work, fresh, { sql: hidden.sql, types, hidden: true }, null)
  const older = stages.flatMap(({ columns, older, typedOf }) =>
    older === null ? [] : [{ columns, select: `SELECT * FROM ${typedOf(older)} o` }]
  )
  return { older: [...olderRows(layout, settled), ...older], stages }
})

const olderRows = (layout: TableLayout, table: string | null): ReadonlyArray<Older> =>
  table === null ? [] : [{ columns: layout.columns, select: `SELECT * FROM ${table}` }]

const publishHistory = Effect.fnUntraced(function* (
  work: Work,
  older: ReadonlyArray<Older>,
  first: boolean
): Effect.fn.Return<void, DestinationError> {
  const { main, layout, commit, settings, state } = work
  if (first) {
    const { maskKeys } = settings
    const storedLayout = state?.layout ?? null
    yield* ensureHistory(main, { layout, known: null, storedLayout, maskKeys, anew: true })
  }
  const history = yield* storedHistory(main, layout)
  if (history === null) return
  const of = { layout, target: { ...(yield* visibleTable(main, layout)), hidden: false } }
  yield* catchUp(main, of, history, commit.checkpoint.updatedAt)
  const passed = older.map(({ columns, select }) => passedRows(of, history, columns, select))
  yield* layVersions(main, of, history, passed)
})

const changeForGeneration = (work: Work) => {
  const { main, sessions, layout, settings, state } = work
  const change = { layout, maskKeys: settings.maskKeys, storedLayout: state?.layout ?? null }
  if (state?.layout === layout.text) return Effect.succeed<ReadonlyArray<SchemaChange>>([])
  return changeVisibleTable(sessions, { ...change, mayReplace: false }).pipe(
    Effect.catchIf(
      // Values that cannot be kept are replaced in this transaction, which readers wait for.
      (failure) => failure.code === "SCHEMA_INCOMPATIBLE",
      () => changeTable(main, { ...change, mayReplace: true })
    )
  )
}

const publish = Effect.fnUntraced(function* (
  work: Work,
  hidden: Hidden,
  older: ReadonlyArray<Older>
): Effect.fn.Return<Done, DestinationError> {
  const { main, layout, state, commit } = work
  yield* main.run("SET LOCAL lock_timeout = '60s'")
  yield* main.run("SET LOCAL work_mem = '64MB'")
  const done = (counts: Counts, changes: ReadonlyArray<SchemaChange>): Done => ({
    counts,
    changes,
    layoutText: layout.text,
    published: commit.checkpoint.generation
  })
  const settled = olderRows(layout, yield* settle(main, hidden).pipe(inPhase("merge")))
  const stands = (yield* tableTypes(main, layout.schema, layout.table)) !== null
  if (state?.published == null || !stands) {
    const counts = yield* publishFirst(main, hidden)
    yield* describe(main, layout, [])
    yield* publishHistory(work, [...older, ...settled], true)
    const created = {
      kind: "table-created",
      column: null,
      detail: `${layout.schema}.${layout.table}`
    } as const
    return { ...done(counts, [created]), rows: counts.inserted }
  }
  const changes = yield* changeForGeneration(work)
  const table = yield* visibleTable(main, layout)
  yield* checkColumns(layout, table)
  yield* main.run(`LOCK TABLE ${table.sql} IN SHARE ROW EXCLUSIVE MODE`)
  const counts = yield* publishOver(main, hidden, table.types, commit.checkpoint.updatedAt)
  yield* publishHistory(work, [], false)
  return done(counts, changes)
})

export const commitHidden = Effect.fnUntraced(function* (
  work: Work
): Effect.fn.Return<Done, DestinationError> {
  const { main, layout, state, commit, fresh } = work
  const hidden = hiddenOf(layout, commit.checkpoint.generation)
  const { older, stages } = yield* fillHidden(work, hidden)
  yield* recordSegments(main, work, fresh)
  const published = state?.published ?? null
  const whole = commit.publish || (published === null && commit.checkpoint.phase === "incremental")
  const done = whole
    ? yield* publish(work, hidden, older)
    : { counts: noCounts, changes: [], layoutText: state?.layout ?? null, published }
  yield* dropStages(main, stages)
  return done
})
