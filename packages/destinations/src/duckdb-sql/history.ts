/**
 * What a commit does to `<Object>_history`: rows that changed in the table open versions, older ones of the same
 * reading come between, deletions end the current one. Called after the rows are applied.
 */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { columnOf, identifier, literal } from "../sql-text.ts"
import { asOfColumn, historyColumns } from "../table-layout.ts"
import type { ApplyTo } from "./apply.ts"
import { actionsTable, removedAt, resetsFlag } from "./classify.ts"
import type { Sql } from "./sql.ts"
import { filePositionColumn, type Stage } from "./stage.ts"
import {
  asHeld,
  disputedTable,
  findDisputed,
  type HistoryTable,
  holdsFrom,
  layTimeline,
  sameKey,
  timelineTable,
  versionColumns,
  versionsTable
} from "./timeline.ts"

const { from, to: until, current } = historyColumns

const countOf = (sql: Sql, query: string): Effect.Effect<number, DestinationError> =>
  Effect.map(sql.rows(`SELECT count(*)::DOUBLE AS rows FROM ${query}`), (rows) => Number(rows[0]?.rows))

const listed = (history: HistoryTable): string =>
  [...versionColumns(history), asOfColumn].map(identifier).join(", ")

/** Versions of keys that have none yet: they hold from their own stamp on. */
export const openVersions = (sql: Sql, to: ApplyTo, history: HistoryTable, rows: string) =>
  sql.run(
    `INSERT INTO ${history.sql} (${listed(history)}, ${from}, ${until}, ${current})
      SELECT ${listed(history)}, ${holdsFrom(to.layout)}, NULL, true FROM ${rows} v`
  )

/** Lays the versions that were gathered into the history. */
export const settleVersions = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  history: HistoryTable
): Effect.fn.Return<void, DestinationError> {
  const { layout } = to
  if ((yield* countOf(sql, versionsTable)) === 0) return
  yield* sql.run(findDisputed(layout, history))
  if ((yield* countOf(sql, disputedTable)) === 0) {
    yield* openVersions(sql, to, history, versionsTable)
    return
  }
  // Before the keys' first versions are there: the timeline is of those that were stored.
  yield* sql.run(layTimeline(layout, history))
  const undisputed = `(SELECT * FROM ${versionsTable} n ANTI JOIN ${disputedTable} d ON ${sameKey(layout.key, "n", "d")})`
  yield* openVersions(sql, to, history, undisputed)
  yield* sql.run(
    `DELETE FROM ${history.sql} WHERE rowid IN (SELECT stored_row FROM ${timelineTable} WHERE repeated AND stored_row IS NOT NULL)`
  )
  yield* sql.run(
    `MERGE INTO ${history.sql} h USING (SELECT stored_row, new_from, new_to FROM ${timelineTable} WHERE NOT repeated
        AND stored_row IS NOT NULL AND (new_from IS DISTINCT FROM old_from OR new_to IS DISTINCT FROM old_to)) s
      ON h.rowid = s.stored_row
      WHEN MATCHED THEN UPDATE SET ${from} = s.new_from, ${until} = s.new_to, ${current} = s.new_to IS NULL`
  )
  yield* sql.run(
    `INSERT INTO ${history.sql} (${listed(history)}, ${from}, ${until}, ${current})
      SELECT ${listed(history)}, new_from, new_to, new_to IS NULL FROM ${timelineTable}
      WHERE NOT repeated AND stored_row IS NULL ORDER BY new_from`
  )
})

/** The table's rows of these keys, as they are now. */
const rowsNow = (to: ApplyTo, history: HistoryTable, keys: string): string => {
  const cells = versionColumns(history).map((name) =>
    to.target.types.has(name)
      ? `${asHeld(history, to.target.types, "t", name)} AS ${identifier(name)}`
      : `NULL AS ${identifier(name)}`
  )
  return `SELECT ${[...cells, `t.${asOfColumn}`].join(", ")}, 1 AS place FROM ${to.target.sql} t
    SEMI JOIN (${keys}) s ON ${sameKey(to.layout.key, "t", "s")}`
}

const staged = (stage: Stage, actions: string): string =>
  `SELECT s.* EXCLUDE (${filePositionColumn}) FROM ${stage.table} s
    JOIN ${actionsTable} a ON a.stage_row = s.rowid WHERE a.action IN (${actions})`

/** Versions that did not come into the table: older than its row, or leaving it; only of keys that are known. */
const passedBy = (to: ApplyTo, history: HistoryTable, stage: Stage): string => {
  const { layout, target } = to
  const own = new Set(stage.columns.map(({ name }) => name.toLowerCase()))
  const cells = versionColumns(history).map((name) => {
    const type = history.types.get(name) ?? "VARCHAR"
    const quoted = identifier(name)
    if (own.has(name)) return `CAST(s.${quoted} AS ${type}) AS ${quoted}`
    if (resetsFlag(layout, stage) && layout.flag?.name.toLowerCase() === name) return `false AS ${quoted}`
    return target.types.has(name)
      ? `${asHeld(history, target.types, "t", name)} AS ${quoted}`
      : `NULL AS ${quoted}`
  })
  const older =
    stage.older === null ? "" : ` UNION ALL SELECT * EXCLUDE (${filePositionColumn}) FROM ${stage.older}`
  const key = columnOf("t", layout.key?.[0]?.name ?? "")
  return `SELECT ${[...cells, `s.${asOfColumn}`].join(", ")}, 0 AS place
    FROM (${staged(stage, "'stale', 'remove', 'gone'")}${older}) s
    LEFT JOIN ${target.sql} t ON ${sameKey(layout.key, "s", "t")}
    WHERE ${key} IS NOT NULL OR EXISTS (SELECT 1 FROM ${history.sql} h WHERE ${sameKey(layout.key, "h", "s")})`
}

const gather = (sql: Sql, parts: ReadonlyArray<string>) =>
  sql.run(`CREATE OR REPLACE TEMP TABLE _decant_versions AS ${parts.join(" UNION ALL BY NAME ")}`)

/** Rows that were not in the table before may have versions all the same, if they had been removed. */
export const appendVersions = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  history: HistoryTable,
  rows: string
): Effect.fn.Return<void, DestinationError> {
  const before = yield* sql.rows(
    `SELECT 1 FROM ${history.sql} h SEMI JOIN ${rows} n ON ${sameKey(to.layout.key, "h", "n")} LIMIT 1`
  )
  if (before.length === 0) yield* openVersions(sql, to, history, rows)
  else {
    const keys = (to.layout.key ?? []).map(({ name }) => identifier(name)).join(", ")
    yield* gather(sql, [rowsNow(to, history, `SELECT ${keys} FROM ${rows}`)])
    yield* settleVersions(sql, to, history)
  }
})

/** Ends current versions: rows of `ends` have the key, `removed_at` and `as_of`. */
const endVersions = (sql: Sql, to: ApplyTo, history: HistoryTable, ends: string) =>
  sql.run(
    `MERGE INTO ${history.sql} h USING (${ends}) s ON ${sameKey(to.layout.key, "h", "s")} AND h.${current}
      WHEN MATCHED THEN UPDATE SET ${current} = false, ${until} = greatest(h.${from},
        CASE WHEN s.removed_at >= h.${asOfColumn} THEN s.removed_at ELSE s.as_of END)`
  )

const keysOf = (to: ApplyTo, alias: string): string =>
  (to.layout.key ?? []).map(({ name }) => columnOf(alias, name)).join(", ")

const endDeleted = (sql: Sql, to: ApplyTo, history: HistoryTable, stage: Stage) =>
  endVersions(
    sql,
    to,
    history,
    `SELECT ${keysOf(to, "s")}, ${removedAt(to.layout, stage)} AS removed_at, s.${asOfColumn} AS as_of
      FROM ${stage.table} s JOIN ${actionsTable} a ON a.stage_row = s.rowid WHERE a.action <> 'stale'`
  )

/** By the same conditions as the rows of the table. */
const endAbsent = Effect.fnUntraced(function* (sql: Sql, to: ApplyTo, history: HistoryTable, stage: Stage) {
  const key = to.layout.key?.[0]
  if (key === undefined) return
  for (const segment of stage.batch.segments) {
    const files = stage.batch.files.flatMap((file, at) => (file.segment === segment ? [at] : []))
    const { from: first, to: last } = segment.covers.ids ?? { from: null, to: null }
    const asOf = `TIMESTAMPTZ ${literal(segment.asOf)}`
    const bounds = [
      ...(first === null ? [] : [`${columnOf("v", key.name)} >= ${literal(first)}`]),
      ...(last === null ? [] : [`${columnOf("v", key.name)} < ${literal(last)}`])
    ]
    const conditions = [...bounds, `v.${current}`, `v.${asOfColumn} <= ${asOf}`, `v.${from} <= ${asOf}`]
    yield* endVersions(
      sql,
      to,
      history,
      `SELECT ${keysOf(to, "v")}, ${asOf} AS removed_at, ${asOf} AS as_of FROM ${history.sql} v
        WHERE ${conditions.join(" AND ")} AND NOT EXISTS (SELECT 1 FROM ${stage.table} s
          WHERE ${sameKey(to.layout.key, "s", "v")} AND s.${filePositionColumn} IN (${[-1, ...files].join(", ")}))`
    )
  }
})

/** Versions that the source has never had, newer than the row that takes their place. */
const dropWrong = (sql: Sql, to: ApplyTo, history: HistoryTable, stage: Stage) => {
  const guard = to.layout.guard
  if (guard === null || !stage.columns.includes(guard)) return Effect.succeed(0)
  return sql.run(
    `DELETE FROM ${history.sql} WHERE rowid IN (SELECT h.rowid FROM ${history.sql} h JOIN ${stage.table} s
      ON ${sameKey(to.layout.key, "h", "s")} WHERE ${columnOf("h", guard.name)} > ${columnOf("s", guard.name)})`
  )
}

/** What the rows of a batch that was just applied mean for the history. */
export const recordHistory = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  history: HistoryTable,
  stage: Stage
): Effect.fn.Return<void, DestinationError> {
  const { effect } = stage.batch
  if (effect === "delete") yield* endDeleted(sql, to, history, stage)
  else if (effect === "present") yield* endAbsent(sql, to, history, stage)
  else {
    if (effect === "replace") yield* dropWrong(sql, to, history, stage)
    const changed = staged(stage, "'insert', 'update', 'delete'")
    const same = effect === "replace" ? staged(stage, "'insert', 'update', 'delete', 'same'") : changed
    const now = rowsNow(to, history, same)
    yield* gather(sql, effect === "upsert" ? [now, passedBy(to, history, stage)] : [now])
    yield* settleVersions(sql, to, history)
  }
})
