/**
 * The files of a part become part of the table as it is when the log takes them. What was proved of their rows against
 * the table as it was is proved against what has come since.
 */
import type { CommitResult } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { keysEqual, keyText } from "../duckdb-sql/stage.ts"
import { literal } from "../sql-text.ts"
import { applyWithoutRows, storedFiles } from "./append-commit.ts"
import type { NewTables, Work } from "./base.ts"
import { rangeOf } from "./data-files.ts"
import type { AddFile } from "./delta/actions.ts"
import type { TableColumn } from "./delta/table-schema.ts"
import { finish, newTables, resultColumns } from "./outcome.ts"
import { circumstancesOf, inScratch, type PartFiles, standsApart } from "./part-files.ts"
import { mergeTombstones } from "./part-merge.ts"
import { rangeColumn } from "./parts-sql.ts"
import { selectFiles } from "./scratch.ts"
import { leftoverAge } from "./sweep.ts"
import { after, cameNear, pathsOf, type TableChange } from "./table-change.ts"

/** Of rows that were all new: whether their keys are in none of the files that came since, and were not removed since. */
const stillNew = Effect.fnUntraced(function* (
  { writer, sql, base, prepared }: Work,
  { table, tombstones }: PartFiles,
  stored: ReadonlyArray<AddFile>
): Effect.fn.Return<boolean, DestinationError> {
  const { key, stream } = prepared.layout
  if (key === null || table.added.length === 0) return true
  const column = rangeColumn(prepared.layout)
  const ranges = table.added.map(({ stats }) => rangeOf(stats, column))
  const near = cameNear(table, stored, column, ranges)
  const sameTombstones = (base.table.state?.details.tombstones ?? null) === tombstones
  if (near.length === 0 && sameTombstones) return true
  const keys = table.columns.filter(({ name }) => key.some((item) => item.name === name))
  const readable = (files: ReadonlyArray<AddFile>) =>
    Effect.map(
      writer.store.readable(files.map(({ path }) => `${base.table.folder}/${decodeURI(path)}`)),
      (paths) => `(${selectFiles(keys, paths)})`
    )
  const own = yield* readable(table.added)
  if (near.length > 0) {
    const others = yield* readable(near)
    const met = `SELECT 1 FROM ${others} o SEMI JOIN ${own} n ON ${keysEqual(key, "o", "n")} LIMIT 1`
    if ((yield* sql.rows(met)).length > 0) return false
  }
  const buried = `SELECT 1 FROM (SELECT key FROM target._decant.tombstones WHERE stream = ${literal(stream)}) d
    SEMI JOIN ${own} n ON d.key = ${keyText(key, "n")} LIMIT 1`
  return sameTombstones || (yield* sql.rows(buried)).length === 0
})

/** Of rows that were merged: whether the files that they replace are there, and nothing of their keys has come since. */
const stillMerged = (
  { sql, prepared, base }: Work,
  { table, history, merged }: PartFiles,
  stored: ReadonlyArray<AddFile>
): Effect.Effect<boolean, DestinationError> => {
  if (merged === null) return Effect.succeed(false)
  const column = rangeColumn(prepared.layout)
  const untouched = (change: TableChange, files: ReadonlyArray<AddFile>) => {
    const there = pathsOf(files)
    const near = cameNear(change, files, column, [merged])
    return near.length === 0 && [...change.removed].every((path) => there.has(path))
  }
  return untouched(table, stored) && (history === null || untouched(history, base.history?.files ?? []))
    ? mergeTombstones(sql, prepared.layout, merged)
    : Effect.succeed(false)
}

/** A file that has lain for so long might be taken for what a dead writer has left. */
const tooOld = ({ begun }: PartFiles): boolean => Date.now() - begun > leftoverAge / 2

const holds = (columns: ReadonlyArray<TableColumn>, own: ReadonlyArray<TableColumn>): boolean => {
  const types = new Map(columns.map(({ name, type }) => [name, type]))
  return own.every(({ name, type }) => types.get(name) === type)
}

const historyAfter = Effect.fnUntraced(function* (work: Work, change: TableChange | null) {
  const table = work.prepared.layout.history
  if (change === null || table === null) return null
  const columns = yield* resultColumns(work, table)
  return { table, columns, files: after(change, work.base.history?.files ?? []) }
})

const joinable = Effect.fnUntraced(function* (
  work: Work,
  made: PartFiles,
  columns: ReadonlyArray<TableColumn>,
  history: NewTables["history"]
): Effect.fn.Return<boolean, DestinationError> {
  if (!holds(columns, made.table.columns)) return false
  if (made.history !== null && !holds(history?.columns ?? [], made.history.columns)) return false
  const prove = made.merged === null ? stillNew : stillMerged
  return yield* prove(work, made, storedFiles(work))
})

/** Makes the files part of the table as `work` has it; "anew" when they have to be written again for it. */
export const joinTable = Effect.fnUntraced(function* (
  work: Work,
  made: PartFiles
): Effect.fn.Return<CommitResult | "again" | "anew", DestinationError> {
  const same = JSON.stringify(circumstancesOf(work)) === JSON.stringify(made.circumstances)
  if (!same || tooOld(made) || !(yield* standsApart(work))) return "anew"
  const body = Effect.gen(function* () {
    const { value, columns } = yield* applyWithoutRows(work)
    const history = yield* historyAfter(work, made.history)
    if (!(yield* joinable(work, made, columns, history))) return "anew"
    const tables = newTables(work, columns, after(made.table, storedFiles(work)), history)
    const { inserted, updated, deleted, unchanged } = made.counts
    return yield* finish(work, tables, { ...value, inserted, updated, deleted, unchanged })
  })
  return yield* inScratch(work, body)
})
