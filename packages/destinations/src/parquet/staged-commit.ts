/** A commit whose rows meet stored ones: the parts of the tables that they may change are loaded, and written anew where they did. */
import { type CommitResult, inPhase } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { stageAll } from "../duckdb/commit.ts"
import { qualified } from "../duckdb/target-table.ts"
import { noCounts } from "../duckdb-sql/apply.ts"
import type { Stage } from "../duckdb-sql/stage.ts"
import type { TableLayout } from "../table-layout.ts"
import type { NewTables } from "./base.ts"
import { filesOf, type Work } from "./base.ts"
import type { AddFile } from "./delta/actions.ts"
import type { TableColumn } from "./delta/table-schema.ts"
import {
  bytesToLoad,
  type Loaded,
  listStagedKeys,
  loadTable,
  nothingLoaded,
  type StoredTable,
  storedParts,
  writeTable
} from "./load-rows.ts"
import { applyInTarget, finish, newTables, type Outcome, resultColumns, resultName } from "./outcome.ts"
import { rangeColumn, touchedParts } from "./parts-sql.ts"
import { rewritesAll } from "./rewrite.ts"
import { loadState, withScratch } from "./scratch.ts"

/** Which parts of which tables are loaded, by the name that the table has in `target`. */
interface Load {
  readonly name: string
  readonly table: StoredTable
  readonly touched: ReadonlyArray<number>
  readonly bytes: number
}

interface Plan {
  readonly loads: ReadonlyArray<Load>
  /** Every file of the tables is written anew. */
  readonly anew: boolean
  /** Of the touched parts only the rows whose keys are staged. */
  readonly partly: boolean
}

/** The last commit kept versions too. */
export const keptBefore = ({ base }: Work): boolean => {
  const layout = base.table.state?.details.checkpoints[0]?.layout
  return typeof layout === "string" && JSON.parse(layout).history === true
}

const planLoads = Effect.fnUntraced(function* (
  work: Work,
  stages: ReadonlyArray<Stage>
): Effect.fn.Return<Plan, DestinationError> {
  const { writer, sql, prepared, base } = work
  const { layout, commit } = prepared
  const column = rangeColumn(layout)
  const anew = yield* rewritesAll(writer.store, layout, base)
  const behind = layout.history !== null && (!keptBefore(work) || base.history === null)
  const published = base.isHidden && commit.publish
  const whole = anew || base.replaces || (layout.history !== null && (behind || published))
  const load = Effect.fnUntraced(function* (
    name: string,
    table: StoredTable,
    which: "all" | "none" | "touched"
  ) {
    const parts = storedParts(table, column)
    const touched =
      which === "none"
        ? []
        : which === "all" || whole
          ? parts.map((_, at) => at)
          : yield* touchedParts(sql, layout, stages, parts)
    return { name, table, touched, bytes: bytesToLoad(parts, touched) }
  })
  const loads: Array<Load> = []
  if (base.visible !== null) {
    const which = !base.isHidden ? "touched" : base.replaces ? "all" : "none"
    loads.push(yield* load(layout.table, base.visible, which))
  }
  if (base.hidden !== null) loads.push(yield* load(base.hiddenTable, base.hidden, "touched"))
  if (layout.history !== null && base.history !== null) {
    const stays = base.isHidden && !commit.publish
    loads.push(yield* load(layout.history, base.history, stays ? "none" : "touched"))
  }
  // A complete list of keys is about the rows that it does not name.
  const partly = !whole && column !== null && stages.every(({ batch }) => batch.effect !== "present")
  return { loads, anew, partly }
})

/** A new table of a stream with a key has one part; without a key rows are only added. */
const loadedOf = (layout: TableLayout, found: Loaded | undefined): Loaded =>
  found ?? nothingLoaded(layout.key === null ? null : rangeColumn(layout))

const writeHistory = Effect.fnUntraced(function* (
  work: Work,
  found: Loaded | undefined,
  anew: boolean
): Effect.fn.Return<NewTables["history"], DestinationError> {
  const { layout, commit } = work.prepared
  const name = layout.history
  if (name === null || (work.base.isHidden && !commit.publish)) return null
  const columns = yield* resultColumns(work, name)
  if (columns.length === 0) return null
  const files = yield* writeTable(
    filesOf(work, name, columns),
    qualified(layout.schema, name),
    loadedOf(layout, found),
    anew
  )
  return { table: name, columns, files }
})

/** The tables after the commit, in files that no log names yet. */
export interface Merged {
  readonly columns: ReadonlyArray<TableColumn>
  readonly files: ReadonlyArray<AddFile>
  readonly history: NewTables["history"]
  readonly value: CommitResult
}

/** Null where nothing was kept, since the commit was made before. */
const applyAndWrite = Effect.fnUntraced(function* (
  work: Work,
  stages: ReadonlyArray<Stage>,
  plan: Plan
): Effect.fn.Return<Merged | null, DestinationError> {
  const { writer, sql, prepared, base } = work
  const { layout } = prepared
  const { state } = base.table
  if (state !== null) yield* loadState(sql, writer.store, layout.schema, state)
  const loaded = new Map<string, Loaded>()
  const column = rangeColumn(layout)
  if (plan.partly && column !== null) yield* listStagedKeys(sql, stages, column)
  for (const { name, table, touched } of plan.loads) {
    const at = { schema: layout.schema, name, column, partly: plan.partly }
    loaded.set(name, yield* loadTable(sql, writer.store, at, table, touched).pipe(inPhase("merge")))
  }
  const { kept, value } = yield* applyInTarget(work, stages).pipe(inPhase("merge"))
  if (!kept) return null
  const columns = yield* resultColumns(work)
  const files = yield* writeTable(
    filesOf(work, base.table.folder, columns),
    qualified(layout.schema, resultName(work)),
    loadedOf(layout, loaded.get(base.isHidden ? base.hiddenTable : layout.table)),
    plan.anew
  )
  const history = yield* writeHistory(work, loaded.get(layout.history ?? ""), plan.anew)
  return { columns, files, history, value }
})

/** Merges the rows, and ends with what comes of it while `target` still holds it. */
export const mergeStaged = Effect.fnUntraced(function* <A>(
  work: Work,
  stages: ReadonlyArray<Stage>,
  then: (merged: Merged | null) => Effect.Effect<A, DestinationError>
): Effect.fn.Return<A, DestinationError> {
  const plan = yield* planLoads(work, stages)
  const bytes = plan.loads.reduce((sum, load) => sum + load.bytes, 0)
  const at = { folder: work.writer.folder, schema: work.prepared.layout.schema, bytes }
  return yield* withScratch(work.sql, at, Effect.flatMap(applyAndWrite(work, stages, plan), then))
})

export const stagedCommit = Effect.fnUntraced(function* (
  work: Work
): Effect.fn.Return<Exclude<Outcome, null>, DestinationError> {
  const stages = yield* stageAll(work.sql, work.prepared)
  const rows = work.base.table.state?.checkpoint.rows ?? 0
  return yield* mergeStaged(work, stages, (merged) =>
    merged === null
      ? Effect.succeed({ ...noCounts, rows, schemaChanges: [] })
      : finish(work, newTables(work, merged.columns, merged.files, merged.history), merged.value)
  )
})
