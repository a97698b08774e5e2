/**
 * One commit: rows, checkpoint, schema changes and their description become true together in one transaction
 * of the file, or not at all. The version of the stream's checkpoint is compared and set in it, so that of two
 * writers the late one aborts whole.
 */
import { type Commit, type CommitResult, inPhase } from "@decant/connector"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import { appendBatch, canAppend } from "../duckdb-sql/append.ts"
import { type ApplyTo, addCounts, applyStage, type Counts, noCounts } from "../duckdb-sql/apply.ts"
import { type Batch, batchesOf } from "../duckdb-sql/batches.ts"
import { recordHistory } from "../duckdb-sql/history.ts"
import { catchUp } from "../duckdb-sql/history-catch-up.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { type Stage, settleStage, stageBatch } from "../duckdb-sql/stage.ts"
import type { HistoryTable } from "../duckdb-sql/timeline.ts"
import { checkHeaders } from "../segment-header.ts"
import { literal } from "../sql-text.ts"
import { type TableLayout, tableLayout } from "../table-layout.ts"
import { holdAgainst, validate } from "../writer-conflict.ts"
import { keptColumns, knownColumns } from "./descriptions.ts"
import type { DuckdbSettings } from "./duckdb-settings.ts"
import { finish, type Place } from "./finish-commit.ts"
import { foldAlterations } from "./fold-log.ts"
import { leaveFewGaps, leaveHalfGroups } from "./gaps.ts"
import { dropGeneration } from "./generations.ts"
import { ensureHistory } from "./history-table.ts"
import { loadMaskKeys, maskStored } from "./masks.ts"
import { giveBackSoon, withEnoughMemory } from "./memory.ts"
import { checkOrg, committedSegments, ensureState, readState, type StreamState } from "./state.ts"
import { ensureTable, hiddenName, tableTypes } from "./target-table.ts"
import { transaction } from "./transaction.ts"
import type { Workbench } from "./workbench.ts"

/** A first load is seen as it grows; a later generation, and a full refresh, is hidden until it is whole. */
export const placeOf = (commit: Commit, layout: TableLayout, state: StreamState | null): Place => {
  const { generation, phase } = commit.checkpoint
  const published = state?.published ?? null
  const visible = published === generation || (published === null && phase !== "full")
  return visible
    ? { table: layout.table, hidden: false, published: generation }
    : { table: hiddenName(layout.table, generation), hidden: true, published }
}

const ensurePlace = Effect.fnUntraced(function* (
  sql: Sql,
  commit: Commit,
  layout: TableLayout,
  state: StreamState | null,
  place: Place
) {
  if (!place.hidden) {
    const known = yield* knownColumns(sql, layout)
    const names = known?.filter((column) => column.present).map((column) => column.name)
    const table = yield* ensureTable(sql, {
      layout,
      table: place.table,
      known: names === undefined ? null : new Set(names)
    })
    yield* maskStored(sql, layout, table, known)
    const storedLayout = state?.layout ?? null
    const history = yield* ensureHistory(sql, {
      layout,
      types: table.types,
      known,
      storedLayout,
      anew: false
    })
    return { table, kept: keptColumns(layout, known), history }
  }
  const goesOn = state !== null && state.checkpoint.generation === commit.checkpoint.generation
  if (!goesOn && (yield* tableTypes(sql, layout.schema, place.table)) !== null) {
    yield* dropGeneration(sql, { ...layout, generation: commit.checkpoint.generation })
  }
  const table = yield* ensureTable(sql, { layout, table: place.table, known: goesOn ? new Set() : null })
  return { table, kept: [], history: null }
})

export interface Prepared {
  readonly commit: Commit
  readonly layout: TableLayout
  readonly batches: ReadonlyArray<Batch>
}

type Stages = ReadonlyArray<Stage>

export const stageAll = (sql: Sql, { layout, batches }: Prepared): Effect.Effect<Stages, DestinationError> =>
  Effect.forEach(batches, (batch, position) => stageBatch(sql, layout, batch, position))

const applyAll = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  history: HistoryTable | null,
  stages: Stages,
  committed: ReadonlySet<string>
): Effect.fn.Return<Counts, DestinationError> {
  let counts = noCounts
  for (const stage of stages) {
    const settled = yield* settleStage(sql, to.layout, stage, committed)
    counts = addCounts(counts, yield* applyStage(sql, to, settled))
    if (history !== null) yield* recordHistory(sql, to, history, settled)
  }
  return counts
})

/** `null` asks for the staged way: the rows did not prove to be new. */
type Outcome = CommitResult | null

const unchanged = (rows: number): CommitResult => ({ ...noCounts, rows, schemaChanges: [] })

export const inTransaction = Effect.fnUntraced(function* (
  sql: Sql,
  settings: DuckdbSettings,
  orgId: string,
  prepared: Prepared,
  stages: Stages | null
): Effect.fn.Return<{ readonly keep: boolean; readonly value: Outcome }, DestinationError> {
  const { layout, batches } = prepared
  yield* ensureState(sql, layout.schema)
  yield* checkOrg(sql, { path: settings.path, schema: layout.schema, orgId })
  const { stream, segments } = prepared.commit
  const state = yield* readState(sql, layout.schema, stream)
  const ids = segments.map((segment) => segment.id)
  const committed = yield* committedSegments(sql, layout.schema, stream, ids)
  const held = yield* holdAgainst(prepared.commit, state, committed)
  if (held === "repeated") return { keep: false, value: unchanged(state?.checkpoint.rows ?? 0) }
  const commit = held
  const place = placeOf(commit, layout, state)
  const { table, kept, history } = yield* ensurePlace(sql, commit, layout, state, place)
  const to: ApplyTo = {
    layout,
    target: { sql: table.sql, types: table.types, hidden: place.hidden },
    tombstones: "target._decant.tombstones",
    now: commit.checkpoint.updatedAt
  }
  if (history?.behind === true) yield* catchUp(sql, to, history)
  const first = batches[0]
  const loads = stages === null && first !== undefined && committed.size === 0
  let counts: Counts
  if (loads) {
    const appended = yield* appendBatch(sql, to, history, first)
    if (appended === null) return { keep: false, value: null }
    counts = appended
  } else {
    counts = yield* applyAll(sql, to, history, stages ?? (yield* stageAll(sql, prepared)), committed).pipe(
      inPhase("merge")
    )
  }
  const fresh = segments.filter((segment) => !committed.has(segment.id))
  const finished = yield* finish(sql, { commit, layout }, { settings, orgId, state, place, table, to, fresh })
  const visible = place.hidden ? finished.counts : counts
  if (loads) yield* leaveHalfGroups(sql, place.hidden ? counts.inserted : finished.rows)
  else if (!place.hidden) {
    yield* leaveFewGaps(sql, table.sql, {
      rows: finished.rows,
      changed: counts.updated + counts.deleted,
      before: state?.checkpoint.updatedAt ?? null,
      now: commit.checkpoint.updatedAt
    })
  }
  const schemaChanges = [...table.changes, ...kept]
  return { keep: true, value: { ...visible, rows: finished.rows, schemaChanges } }
})

/** The commit that ends a back-fill says `incremental` already, so its rows are known by what they cover. */
export const readsFromTheBeginning = ({ checkpoint, segments }: Commit): boolean =>
  checkpoint.phase !== "incremental" || segments.every(({ covers }) => covers.window?.from === null)

export const needsOrg = DestinationError.of(
  "NOT_SUPPORTED",
  "The destination was opened for reading only.",
  "This is a mistake in Decant; please report it."
)

export const commitToFile = Effect.fnUntraced(function* (
  workbench: Workbench,
  settings: DuckdbSettings,
  commit: Commit
): Effect.fn.Return<CommitResult, DestinationError> {
  const { orgId } = settings
  if (orgId === null) return yield* needsOrg
  yield* validate(commit)
  const layout = yield* tableLayout(commit.schema, settings)
  yield* checkHeaders(commit.segments)
  const prepared: Prepared = { commit, layout, batches: batchesOf(commit.segments) }
  const firstLoad = readsFromTheBeginning(commit) && canAppend(layout, prepared.batches)
  const once = (limit: string) =>
    workbench.use(
      Effect.fnUntraced(function* (sql: Sql): Effect.fn.Return<CommitResult, DestinationError> {
        yield* sql.run(`SET memory_limit = ${literal(limit)}`)
        if (firstLoad) yield* sql.run(giveBackSoon)
        yield* loadMaskKeys(sql, commit.schema, settings.maskKeys)
        const stages = firstLoad ? null : yield* stageAll(sql, prepared)
        const attempt = (staged: Stages | null) =>
          transaction(sql, inTransaction(sql, settings, orgId, prepared, staged))
        const work = Effect.gen(function* () {
          const result = (yield* attempt(stages)) ?? (yield* attempt(yield* stageAll(sql, prepared)))
          if (result !== null) yield* foldAlterations(sql, result)
          return result ?? unchanged(0)
        })
        return yield* workbench.attached(sql, "write", work)
      })
    )
  return yield* withEnoughMemory(once, workbench.memory, { columns: layout.columns.length })
})
