/**
 * A part whose rows meet stored ones, or are not all stored: merged with those files alone whose ranges of keys they
 * meet. What it does to other files and to tombstones is kept as a change, for a table that others move on meanwhile.
 */
import { randomUUID } from "node:crypto"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { stageAll } from "../duckdb/commit.ts"
import type { Counts } from "../duckdb-sql/apply.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import type { Stage } from "../duckdb-sql/stage.ts"
import { identifier, literal } from "../sql-text.ts"
import type { TableLayout } from "../table-layout.ts"
import { mayMeet } from "./append.ts"
import { storedFiles } from "./append-commit.ts"
import type { Work } from "./base.ts"
import { rangeOf } from "./data-files.ts"
import type { AddFile } from "./delta/actions.ts"
import type { StoredTable } from "./load-rows.ts"
import { rangeColumn } from "./parts-sql.ts"
import { type Merged, mergeStaged } from "./staged-commit.ts"
import { changeOf, type TableChange } from "./table-change.ts"

export interface MergedKeys {
  readonly low: string
  readonly high: string
  /** A Parquet file of tombstones: those that were seen, those that came, those that went; null when there are none. */
  readonly tombstones: string | null
}

interface MergedPart {
  readonly table: TableChange
  readonly history: TableChange | null
  readonly counts: Counts
  readonly merged: MergedKeys
}

const rangeOfStages = Effect.fnUntraced(function* (
  sql: Sql,
  stages: ReadonlyArray<Stage>,
  column: string
): Effect.fn.Return<{ readonly low: string; readonly high: string } | null, DestinationError> {
  const keys = stages
    .map(({ table }) => `SELECT ${identifier(column)} AS key FROM ${table}`)
    .join(" UNION ALL ")
  const [found] = yield* sql.rows(`SELECT min(key) AS low, max(key) AS high FROM (${keys})`)
  const { low, high } = found ?? {}
  return typeof low === "string" && typeof high === "string" ? { low, high } : null
})

const columnsOfTombstone = "key, removed_at, as_of, recorded_at"

/** What the commit has done to the tombstones of its keys, and which of them it knew. */
const keepTombstones = Effect.fnUntraced(function* (
  { writer, sql, prepared, base }: Work,
  { low, high }: { readonly low: string; readonly high: string }
): Effect.fn.Return<string | null, DestinationError> {
  const before = base.table.state?.details.tombstones ?? null
  const mine = `stream = ${literal(prepared.layout.stream)} AND key BETWEEN ${literal(low)} AND ${literal(high)}`
  const now = `SELECT ${columnsOfTombstone} FROM target._decant.tombstones WHERE ${mine}`
  if (before === null && (yield* sql.rows(`${now} LIMIT 1`)).length === 0) return null
  const [path] = before === null ? [] : yield* writer.store.readable([before])
  const known =
    path === undefined
      ? `${now} AND false`
      : `SELECT ${columnsOfTombstone} FROM read_parquet(${literal(path)}) WHERE ${mine}`
  const file = join(writer.folder, `tombstones-${randomUUID()}.parquet`)
  yield* sql.run(
    `COPY (SELECT 'seen' AS what, * FROM (${known}) UNION ALL SELECT 'came', * FROM (${now} EXCEPT ${known})
       UNION ALL SELECT 'went', * FROM (${known}) WHERE key NOT IN (SELECT key FROM (${now})))
     TO ${literal(file)} (FORMAT parquet)`
  )
  return file
})

/** Whether no tombstone of the part's keys has come since; then the commit's own changes are made. */
export const mergeTombstones = Effect.fnUntraced(function* (
  sql: Sql,
  { schema, stream }: TableLayout,
  { low, high, tombstones }: MergedKeys
): Effect.fn.Return<boolean, DestinationError> {
  const all = `target._decant.tombstones WHERE stream = ${literal(stream)}`
  const saved = tombstones === null ? null : `read_parquet(${literal(tombstones)})`
  const known = saved === null ? "" : ` EXCEPT SELECT key, as_of FROM ${saved} WHERE what = 'seen'`
  const unseen = `SELECT key, as_of FROM ${all} AND key BETWEEN ${literal(low)} AND ${literal(high)}${known} LIMIT 1`
  if ((yield* sql.rows(unseen)).length > 0) return false
  if (saved === null) return true
  yield* sql.run(`DELETE FROM ${all} AND key IN (SELECT key FROM ${saved} WHERE what <> 'seen')`)
  yield* sql.run(
    `INSERT INTO target._decant.tombstones SELECT ${literal(schema)}, ${literal(stream)}, ${columnsOfTombstone} FROM ${saved} WHERE what = 'came'`
  )
  return true
})

export const forgetTombstones = (merged: MergedKeys | null | undefined): Effect.Effect<void> =>
  Effect.promise(async () => {
    const file = merged?.tombstones ?? null
    if (file !== null) await rm(file, { force: true }).catch(() => undefined)
  })

/** Null where other rows than those of the commit's keys may change. */
export const mergePart = Effect.fnUntraced(function* (
  work: Work
): Effect.fn.Return<MergedPart | null, DestinationError> {
  const { sql, prepared, base } = work
  const { layout, batches } = prepared
  const column = rangeColumn(layout)
  if (column === null || layout.key?.length !== 1 || batches.some(({ effect }) => effect !== "upsert"))
    return null
  const stages = yield* stageAll(sql, prepared)
  const range = yield* rangeOfStages(sql, stages, column)
  if (range === null) return null
  const nearOf = (files: ReadonlyArray<AddFile>) =>
    files.filter(({ stats }) => mayMeet(rangeOf(stats, column), range))
  const only = (table: StoredTable | null) =>
    table === null ? null : { ...table, files: nearOf(table.files) }
  const near = {
    ...base,
    visible: base.isHidden ? base.visible : only(base.visible),
    hidden: only(base.hidden),
    history: only(base.history)
  }
  const past = base.history?.files ?? []
  const changes = Effect.fnUntraced(function* (done: Merged) {
    const { columns, files, history, value } = done
    return {
      table: changeOf(storedFiles(work), storedFiles({ base: near }), columns, files),
      history: history === null ? null : changeOf(past, nearOf(past), history.columns, history.files),
      counts: value,
      merged: { ...range, tombstones: yield* keepTombstones(work, range) }
    }
  })
  return yield* mergeStaged({ ...work, base: near }, stages, (done) =>
    done === null ? Effect.succeed(null) : changes(done)
  )
})
