/**
 * Writes what was classified: one MERGE over the rows that change, by the position of the table's row, so that
 * no index is needed and rows that stay as they are cost nothing. Keys that went are remembered.
 */
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import { identifier, literal } from "../sql-text.ts"
import { asOfColumn, type LayoutColumn, type TableLayout } from "../table-layout.ts"
import { changeRows } from "./change-rows.ts"
import {
  type Action,
  actionsTable,
  classifyAbsent,
  classifyDeletes,
  classifyPatches,
  classifyReplacements,
  classifyUpserts,
  compareVersions,
  patchedColumns,
  removedAt,
  stagedValue,
  storedTable,
  storedUnderKeys,
  type Target,
  type Tombstones
} from "./classify.ts"
import type { Sql } from "./sql.ts"
import { filePositionColumn, keyText, nonUniqueKey, type Stage } from "./stage.ts"

export interface Counts {
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly unchanged: number
}

export const noCounts: Counts = { inserted: 0, updated: 0, deleted: 0, unchanged: 0 }

export const addCounts = (a: Counts, b: Counts): Counts => ({
  inserted: a.inserted + b.inserted,
  updated: a.updated + b.updated,
  deleted: a.deleted + b.deleted,
  unchanged: a.unchanged + b.unchanged
})

export interface ApplyTo {
  readonly layout: TableLayout
  readonly target: Target
  /** Qualified name of `_decant.tombstones`. */
  readonly tombstones: string
  readonly now: string
}

const countActions = Effect.fnUntraced(function* (sql: Sql, rows: number) {
  const found = yield* sql.rows(`SELECT action, count(*)::DOUBLE AS rows FROM ${actionsTable} GROUP BY ALL`)
  const by = new Map(found.map((row) => [String(row.action) as Action, Number(row.rows)]))
  const of = (action: Action): number => by.get(action) ?? 0
  const inserted = of("insert")
  const updated = of("update")
  const deleted = of("delete") + of("remove")
  const counts: Counts = {
    inserted,
    updated,
    deleted,
    unchanged: Math.max(0, rows - inserted - updated - deleted)
  }
  return { counts, of }
})

const changing = (stage: Stage): string =>
  `(SELECT staged.*, actions.target_row, actions.action FROM ${actionsTable} actions
     JOIN ${stage.table} staged ON staged.rowid = actions.stage_row
     WHERE actions.action = 'update')`

const assignments = (target: Target, columns: ReadonlyArray<LayoutColumn>): string =>
  [
    ...columns.map((column) => `${identifier(column.name)} = ${stagedValue(target, column)}`),
    `${asOfColumn} = s.${asOfColumn}`
  ].join(", ")

const bury = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  rows: string
): Effect.fn.Return<void, DestinationError> {
  const { schema, stream } = to.layout
  const mine = `schema_name = ${literal(schema)} AND stream = ${literal(stream)}`
  yield* sql.run(
    `CREATE OR REPLACE TEMP TABLE _decant_buried AS SELECT key, max(removed_at) AS removed_at, max(as_of) AS as_of FROM (${rows}) GROUP BY key`
  )
  yield* sql.run(
    `DELETE FROM ${to.tombstones} WHERE ${mine} AND key IN (SELECT key FROM temp._decant_buried)`
  )
  yield* sql.run(
    `INSERT INTO ${to.tombstones} SELECT ${literal(schema)}, ${literal(stream)}, key, removed_at, as_of, TIMESTAMPTZ ${literal(to.now)} FROM temp._decant_buried`
  )
})

const liveTombstones = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo
): Effect.fn.Return<Tombstones, DestinationError> {
  const { schema, stream } = to.layout
  const select = `FROM ${to.tombstones} WHERE schema_name = ${literal(schema)} AND stream = ${literal(stream)}`
  const found = yield* sql.rows(`SELECT 1 ${select} LIMIT 1`)
  return { sql: found.length === 0 ? null : `SELECT key, removed_at, as_of ${select}` }
})

const staged = (where: string, stage: Stage): string =>
  `FROM ${actionsTable} a JOIN ${stage.table} s ON s.rowid = a.stage_row WHERE a.action IN (${where})`

const applyUpserts = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  stage: Stage
): Effect.fn.Return<Counts, DestinationError> {
  const tombstones = yield* liveTombstones(sql, to)
  yield* sql.run(classifyUpserts(to.layout, stage, to.target, tombstones))
  const [open] = yield* sql.rows(`SELECT 1 FROM ${actionsTable} WHERE action = 'compare' LIMIT 1`)
  if (open !== undefined) yield* sql.run(compareVersions(to.layout, stage, to.target))
  return yield* writeRows(sql, to, stage, tombstones)
})

/** The row that stays under a key is the newest; the others of its key go first, each row being its whole truth. */
const applyReplacements = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  stage: Stage
): Effect.fn.Return<Counts, DestinationError> {
  yield* sql.run(storedUnderKeys(to.layout, stage, to.target))
  yield* sql.run(classifyReplacements(to.layout, stage, to.target))
  yield* sql.run(
    `DELETE FROM ${to.target.sql} WHERE rowid IN (SELECT target_row FROM ${storedTable} WHERE place > 1)`
  )
  return yield* writeRows(sql, to, stage, yield* liveTombstones(sql, to))
})

/** Writes rows that were classified as whole ones. */
const writeRows = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  stage: Stage,
  tombstones: Tombstones
): Effect.fn.Return<Counts, DestinationError> {
  const { layout, target } = to
  const { counts, of } = yield* countActions(sql, stage.rows)
  const key = layout.key ?? []
  if (of("clash") > 0) {
    const example = yield* sql.rows(`SELECT ${keyText(key, "s")} AS key ${staged("'clash'", stage)} LIMIT 1`)
    return yield* nonUniqueKey(layout, String(example[0]?.key))
  }
  const changed = of("update") + of("delete")
  yield* changeRows(
    sql,
    { layout, target, stage },
    { inserted: of("insert"), changed, removed: of("remove") }
  )
  if (tombstones.sql !== null && of("insert") + of("update") > 0) {
    yield* sql.run(
      `DELETE FROM ${to.tombstones} WHERE schema_name = ${literal(layout.schema)} AND stream = ${literal(layout.stream)}
        AND key IN (SELECT ${keyText(key, "s")} ${staged("'insert', 'update'", stage)})`
    )
  }
  if (of("remove") + of("gone") > 0) {
    yield* bury(
      sql,
      to,
      `SELECT ${keyText(key, "s")} AS key, ${removedAt(layout, stage)} AS removed_at, s.${asOfColumn} AS as_of ${staged("'remove', 'gone'", stage)}`
    )
  }
  return counts
})

const applyPatches = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  stage: Stage
): Effect.fn.Return<Counts, DestinationError> {
  yield* sql.run(classifyPatches(to.layout, stage, to.target))
  const { counts } = yield* countActions(sql, stage.rows)
  if (counts.updated > 0) {
    yield* sql.run(
      `MERGE INTO ${to.target.sql} t USING ${changing(stage)} s ON t.rowid = s.target_row
         WHEN MATCHED THEN UPDATE SET ${assignments(to.target, patchedColumns(to.layout, stage))}`
    )
  }
  return counts
})

/** Marks or takes out the rows that were classified `delete` or `remove`. */
const strike = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  asOf: string
): Effect.fn.Return<void, DestinationError> {
  const flag = to.layout.flag
  yield* sql.run(
    `DELETE FROM ${to.target.sql} WHERE rowid IN (SELECT target_row FROM ${actionsTable} WHERE action = 'remove')`
  )
  if (flag !== null) {
    yield* sql.run(
      `MERGE INTO ${to.target.sql} t USING (${asOf}) s ON t.rowid = s.target_row
         WHEN MATCHED THEN UPDATE SET ${identifier(flag.name)} = true, ${asOfColumn} = s.as_of`
    )
  }
})

const applyDeletes = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  stage: Stage
): Effect.fn.Return<Counts, DestinationError> {
  const { layout } = to
  yield* sql.run(classifyDeletes(layout, stage, to.target))
  const { counts } = yield* countActions(sql, stage.rows)
  yield* bury(
    sql,
    to,
    `SELECT ${keyText(layout.key ?? [], "s")} AS key, ${removedAt(layout, stage)} AS removed_at, s.${asOfColumn} AS as_of
      ${staged("'gone', 'same', 'delete', 'remove'", stage)}`
  )
  if (counts.deleted > 0) {
    yield* strike(sql, to, `SELECT a.target_row, s.${asOfColumn} AS as_of ${staged("'delete'", stage)}`)
  }
  return counts
})

const applyPresent = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  stage: Stage
): Effect.fn.Return<Counts, DestinationError> {
  let total = noCounts
  for (const segment of stage.batch.segments) {
    const files = stage.batch.files.flatMap((file, at) => (file.segment === segment ? [at] : []))
    yield* sql.run(
      classifyAbsent(to.layout, stage, to.target, {
        files,
        fileColumn: filePositionColumn,
        asOf: segment.asOf,
        from: segment.covers.ids?.from ?? null,
        to: segment.covers.ids?.to ?? null
      })
    )
    const { counts } = yield* countActions(sql, 0)
    if (counts.deleted > 0) {
      const asOf = `TIMESTAMPTZ ${literal(segment.asOf)}`
      yield* bury(
        sql,
        to,
        `SELECT ${keyText(to.layout.key ?? [], "t")} AS key, ${asOf} AS removed_at, ${asOf} AS as_of
          FROM ${to.target.sql} t WHERE t.rowid IN (SELECT target_row FROM ${actionsTable} WHERE action IN ('delete', 'remove'))`
      )
      yield* strike(
        sql,
        to,
        `SELECT target_row, ${asOf} AS as_of FROM ${actionsTable} WHERE action = 'delete'`
      )
    }
    total = addCounts(total, counts)
  }
  return total
})

const needsKey = (layout: TableLayout): DestinationError =>
  DestinationError.of(
    "SCHEMA_INCOMPATIBLE",
    `${layout.stream} has no key, so single rows of it can be neither deleted nor patched.`,
    "Give the stream a `primaryKey`, or let it be read whole each time."
  )

/** Applies one staged batch and says what it did. */
export const applyStage = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  stage: Stage
): Effect.fn.Return<Counts, DestinationError> {
  if (to.layout.key === null && stage.batch.effect !== "upsert") return yield* needsKey(to.layout)
  switch (stage.batch.effect) {
    case "upsert":
      return yield* applyUpserts(sql, to, stage)
    case "patch":
      return yield* applyPatches(sql, to, stage)
    case "delete":
      return yield* applyDeletes(sql, to, stage)
    case "present":
      return yield* applyPresent(sql, to, stage)
    case "replace":
      return yield* applyReplacements(sql, to, stage)
  }
})
