/** A commit whose rows are new: they become one more file, and no stored row is read. */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { readsFromTheBeginning } from "../duckdb/commit.ts"
import { canAppend } from "../duckdb-sql/append.ts"
import { appendFile } from "./append.ts"
import { filesOf, type Work } from "./base.ts"
import { applyInTarget, finish, newTables, type Outcome, resultColumns, rowsIn } from "./outcome.ts"
import { createTable, loadState, withScratch } from "./scratch.ts"

export const canAppendCommit = ({ prepared, base }: Work): boolean => {
  const { commit, layout, batches } = prepared
  const known = new Set((base.table.state?.details.segments ?? []).map((row) => row.id))
  return (
    readsFromTheBeginning(commit) &&
    canAppend(layout, batches) &&
    layout.history === null &&
    !base.replaces &&
    base.table.state?.checkpoint.version !== commit.checkpoint.version &&
    !commit.segments.some((segment) => known.has(segment.id))
  )
}

export const appendCommit = (work: Work): Effect.Effect<Outcome, DestinationError> => {
  const { writer, sql, prepared, base } = work
  const { layout } = prepared
  const body = Effect.gen(function* () {
    const { state } = base.table
    if (state !== null) yield* loadState(sql, writer.store, layout.schema, state)
    if (base.visible !== null) yield* createTable(sql, layout.schema, layout.table, base.visible.columns)
    if (base.hidden !== null) yield* createTable(sql, layout.schema, base.hiddenTable, base.hidden.columns)
    const { value } = yield* applyInTarget({ ...work, prepared: { ...prepared, batches: [] } }, [])
    const stored = (base.isHidden ? base.hidden : base.visible)?.files ?? []
    const columns = yield* resultColumns(work)
    const [batch] = prepared.batches
    const file =
      batch === undefined
        ? null
        : yield* appendFile(filesOf(work, base.table.folder, columns), layout, batch, stored)
    if (file === null) return null
    const tables = newTables(work, columns, [...stored, file])
    return yield* finish(work, tables, value, rowsIn([file]))
  })
  return withScratch(sql, { folder: writer.folder, schema: layout.schema, bytes: 0 }, body)
}
