/** A commit whose rows are new: they become one more file, and no stored row is read. */
import type { CommitResult } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { readsFromTheBeginning } from "../duckdb/commit.ts"
import { canAppend } from "../duckdb-sql/append.ts"
import { appendFile } from "./append.ts"
import { filesOf, type Work } from "./base.ts"
import type { AddFile } from "./delta/actions.ts"
import type { TableColumn } from "./delta/table-schema.ts"
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

/** Makes `target` what it is after the commit, but for the rows of its segments. */
export const applyWithoutRows = Effect.fnUntraced(function* (
  work: Work
): Effect.fn.Return<
  { readonly value: CommitResult; readonly columns: ReadonlyArray<TableColumn> },
  DestinationError
> {
  const { writer, sql, prepared, base } = work
  const { layout } = prepared
  const { state } = base.table
  if (state !== null) yield* loadState(sql, writer.store, layout.schema, state)
  if (base.visible !== null) yield* createTable(sql, layout.schema, layout.table, base.visible.columns)
  if (base.hidden !== null) yield* createTable(sql, layout.schema, base.hiddenTable, base.hidden.columns)
  if (layout.history !== null && base.history !== null) {
    yield* createTable(sql, layout.schema, layout.history, base.history.columns)
  }
  const { value } = yield* applyInTarget({ ...work, prepared: { ...prepared, batches: [] } }, [])
  return { value, columns: yield* resultColumns(work) }
})

/** Of the table that the rows go into. */
export const storedFiles = ({ base }: Pick<Work, "base">): ReadonlyArray<AddFile> =>
  (base.isHidden ? base.hidden : base.visible)?.files ?? []

/** The segments' rows as a file that is in no log yet; null when they do not prove to be new. */
export const writeAppended = (
  work: Work,
  columns: ReadonlyArray<TableColumn>
): Effect.Effect<AddFile | null, DestinationError> => {
  const { base, prepared } = work
  const [batch] = prepared.batches
  return batch === undefined
    ? Effect.succeed(null)
    : appendFile(filesOf(work, base.table.folder, columns), prepared.layout, batch, storedFiles(work))
}

export const appendCommit = (work: Work): Effect.Effect<Outcome, DestinationError> => {
  const { writer, sql, prepared } = work
  const body = Effect.gen(function* () {
    const { value, columns } = yield* applyWithoutRows(work)
    const file = yield* writeAppended(work, columns)
    if (file === null) return null
    const tables = newTables(work, columns, [...storedFiles(work), file])
    return yield* finish(work, tables, value, rowsIn([file]))
  })
  return withScratch(sql, { folder: writer.folder, schema: prepared.layout.schema, bytes: 0 }, body)
}
