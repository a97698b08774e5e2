/** What `target` holds after a commit was applied to it, as tables of the store. */
import type { CommitResult } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { inTransaction } from "../duckdb/commit.ts"
import { transaction } from "../duckdb/transaction.ts"
import type { Stage } from "../duckdb-sql/stage.ts"
import type { NewTables, Work } from "./base.ts"
import { conclude } from "./conclude.ts"
import { dataFile, rowsOfFiles } from "./data-files.ts"
import type { AddFile } from "./delta/actions.ts"
import type { TableColumn } from "./delta/table-schema.ts"
import { columnsOf } from "./scratch.ts"

/** Null: the rows did not prove to be new. "again": another program wrote to the log meanwhile. */
export type Outcome = CommitResult | null | "again"

/** The commit as a DuckDB file would take it, in `target`. It keeps nothing when it was there before. */
export const applyInTarget = Effect.fnUntraced(function* (
  { writer, sql, orgId, prepared }: Work,
  stages: ReadonlyArray<Stage>
): Effect.fn.Return<{ readonly kept: boolean; readonly value: CommitResult }, DestinationError> {
  const applied = inTransaction(sql, writer.settings, orgId, prepared, stages)
  const { kept, value } = yield* transaction(
    sql,
    Effect.map(applied, ({ keep, value }) => ({ keep, value: { kept: keep, value } }))
  )
  return value === null ? yield* Effect.die(new Error("a staged commit has no outcome")) : { kept, value }
})

const staysHidden = ({ prepared, base }: Work): boolean => base.isHidden && !prepared.commit.publish

/** The table that the rows of this commit went into, as it is called once they are applied. */
export const resultName = (work: Work): string =>
  staysHidden(work) ? work.base.hiddenTable : work.prepared.layout.table

export const resultColumns = Effect.fnUntraced(function* (work: Work, name = resultName(work)) {
  return (yield* columnsOf(work.sql, work.prepared.layout.schema, name)) ?? []
})

export const newTables = (
  work: Work,
  columns: ReadonlyArray<TableColumn>,
  files: ReadonlyArray<AddFile>,
  history: NewTables["history"] = null
): NewTables => {
  const { base, prepared } = work
  const kept = work.base.table.state?.details.history ?? null
  if (!staysHidden(work)) {
    return { visible: { folder: base.table.folder, columns, files }, hidden: null, history: history ?? kept }
  }
  const { generation } = prepared.commit.checkpoint
  return {
    visible: base.visible,
    hidden: { table: base.hiddenTable, generation, columns, files },
    history: kept
  }
}

export const rowsIn = (files: ReadonlyArray<AddFile>): number =>
  rowsOfFiles(files.map((add) => dataFile(add, null)))

/** `target` held only some of the rows, so what it counted of all of them is counted here. */
const resultOf = ({ base }: Work, value: CommitResult, tables: NewTables, appended: number): CommitResult => {
  const rows = tables.visible === null ? 0 : rowsIn(tables.visible.files)
  const firstPublished = base.isHidden && tables.hidden === null && base.visible === null
  if (firstPublished) return { ...value, inserted: rows, rows }
  return { ...value, inserted: value.inserted + (base.isHidden ? 0 : appended), rows }
}

export const finish = Effect.fnUntraced(function* (
  work: Work,
  tables: NewTables,
  value: CommitResult,
  /** Rows that did not go through `target`. */
  appended = 0
): Effect.fn.Return<CommitResult | "again", DestinationError> {
  const { writer, sql, orgId, prepared, base, isPart } = work
  const { layout, commit } = prepared
  const result = resultOf(work, value, tables, appended)
  const concluding = { writer, sql, orgId, layout, commit, table: base.table, isPart }
  const done = yield* conclude(concluding, tables, result.rows)
  return done === "again" ? "again" : result
})
