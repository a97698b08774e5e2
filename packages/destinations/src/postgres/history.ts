/**
 * What a commit does to `<Object>_history`: rows that changed in the table open versions, older ones of the same
 * reading come between, deletions end the current one. Called after the rows are applied.
 */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { columnOf, identifier, literal } from "../sql-text.ts"
import { asOfColumn, historyColumns, type LayoutColumn, type TableLayout } from "../table-layout.ts"
import { removedAt, type Target } from "./classify.ts"
import type { Sql } from "./sql.ts"
import { type Stage, segmentColumn, stageRowColumn } from "./stage.ts"
import {
  asHeld,
  findDisputed,
  type HistoryTable,
  holdsFrom,
  layTimeline,
  sameKey,
  versionColumns
} from "./timeline.ts"

const { from, to: until, current } = historyColumns

export interface HistoryOf {
  readonly layout: TableLayout
  readonly target: Target
}

const work = (sql: Sql, table: string, select: string) =>
  sql.run(`DROP TABLE IF EXISTS ${table}; CREATE UNLOGGED TABLE ${table} AS ${select}`)

export const hasRows = (sql: Sql, query: string): Effect.Effect<boolean, DestinationError> =>
  Effect.map(sql.rows(`SELECT 1 FROM ${query} LIMIT 1`), (rows) => rows.length > 0)

const listed = (history: HistoryTable): string =>
  [...versionColumns(history), asOfColumn].map(identifier).join(", ")

/** Versions of keys that have none yet: they hold from their own stamp on. `rows` have these types. */
export const openVersions = (
  sql: Sql,
  { layout }: HistoryOf,
  history: HistoryTable,
  rows: string,
  types: ReadonlyMap<string, string>
) => {
  const cells = versionColumns(history).map((name) => asHeld(history, types, "v", name))
  return sql.run(
    `INSERT INTO ${history.sql} (${listed(history)}, ${from}, ${until}, ${current})
      SELECT ${[...cells, `v.${asOfColumn}`].join(", ")}, ${holdsFrom(layout, "v")}, NULL, true FROM ${rows} v`
  )
}

const layOut = Effect.fnUntraced(function* (sql: Sql, of: HistoryOf, history: HistoryTable) {
  // Before the keys' first versions are there: the timeline is of those that were stored.
  yield* work(sql, history.timeline, layTimeline(of.layout, history))
  const undisputed = `(SELECT * FROM ${history.versions} n WHERE NOT EXISTS (
    SELECT 1 FROM ${history.disputed} d WHERE ${sameKey(of.layout.key, "n", "d")}))`
  yield* openVersions(sql, of, history, undisputed, history.types)
  yield* sql.run(
    `DELETE FROM ${history.sql} h USING ${history.timeline} s WHERE h.ctid = s.stored_row AND s.repeated`
  )
  yield* sql.run(
    `UPDATE ${history.sql} h SET ${from} = s.new_from, ${until} = s.new_to, ${current} = s.new_to IS NULL
      FROM ${history.timeline} s WHERE h.ctid = s.stored_row AND NOT s.repeated
      AND (s.new_from IS DISTINCT FROM s.old_from OR s.new_to IS DISTINCT FROM s.old_to)`
  )
  yield* sql.run(
    `INSERT INTO ${history.sql} (${listed(history)}, ${from}, ${until}, ${current})
      SELECT ${listed(history)}, new_from, new_to, new_to IS NULL FROM ${history.timeline}
      WHERE NOT repeated AND stored_row IS NULL`
  )
  yield* sql.run(`DROP TABLE ${history.timeline}`)
})

/** Lays versions into the history: each of `selects` has its columns, the time of reading and `place`. */
export const layVersions = Effect.fnUntraced(function* (
  sql: Sql,
  of: HistoryOf,
  history: HistoryTable,
  selects: ReadonlyArray<string>
): Effect.fn.Return<void, DestinationError> {
  if (selects.length === 0) return
  yield* work(sql, history.versions, selects.map((select) => `(${select})`).join(" UNION ALL "))
  if (yield* hasRows(sql, history.versions)) {
    yield* work(sql, history.disputed, findDisputed(of.layout, history))
    if (yield* hasRows(sql, history.disputed)) yield* layOut(sql, of, history)
    else yield* openVersions(sql, of, history, history.versions, history.types)
    yield* sql.run(`DROP TABLE ${history.disputed}`)
  }
  yield* sql.run(`DROP TABLE ${history.versions}`)
})

/** The table's rows of these keys, as they are now. */
const rowsNow = ({ layout, target }: HistoryOf, history: HistoryTable, keys: string): string => {
  const cells = versionColumns(history).map(
    (name) => `${asHeld(history, target.types, "t", name)} AS ${identifier(name)}`
  )
  return `SELECT ${[...cells, `t.${asOfColumn}`].join(", ")}, 1 AS place FROM ${target.sql} t
    WHERE EXISTS (SELECT 1 FROM (${keys}) s WHERE ${sameKey(layout.key, "t", "s")})`
}

/** Rows of these columns that did not come into the table; only of keys that are known. */
export const passedRows = (
  { layout, target }: HistoryOf,
  history: HistoryTable,
  columns: ReadonlyArray<LayoutColumn>,
  rows: string
): string => {
  const own = new Set(columns.map(({ name }) => name))
  const resets = layout.flag !== null && !columns.includes(layout.flag)
  const cells = versionColumns(history).map((name) => {
    const quoted = identifier(name)
    if (own.has(name)) return `s.${quoted}::${history.types.get(name) ?? "text"} AS ${quoted}`
    if (resets && layout.flag?.name === name) return `false AS ${quoted}`
    return `${asHeld(history, target.types, "t", name)} AS ${quoted}`
  })
  const key = columnOf("t", layout.key?.[0]?.name ?? "")
  return `SELECT ${[...cells, `s.${asOfColumn}`].join(", ")}, 0 AS place FROM (${rows}) s
    LEFT JOIN ${target.sql} t ON ${sameKey(layout.key, "s", "t")}
    WHERE ${key} IS NOT NULL OR EXISTS (SELECT 1 FROM ${history.sql} h WHERE ${sameKey(layout.key, "h", "s")})`
}

const staged = (stage: Stage, actions: string, kinds: string): string =>
  `SELECT s.* FROM ${stage.typed} s JOIN ${actions} a ON a.stage_row = s.${stageRowColumn} WHERE a.action IN (${kinds})`

/** Ends current versions: rows of `ends` have the key, `removed_at` and `as_of`. */
const endVersions = (sql: Sql, { layout }: HistoryOf, history: HistoryTable, ends: string) =>
  sql.run(
    `UPDATE ${history.sql} h SET ${current} = false, ${until} = greatest(h.${from},
        CASE WHEN s.removed_at >= h.${asOfColumn} THEN s.removed_at ELSE s.as_of END)
      FROM (${ends}) s WHERE ${sameKey(layout.key, "h", "s")} AND h.${current}`
  )

const keysOf = ({ layout }: HistoryOf, alias: string): string =>
  (layout.key ?? []).map(({ name }) => columnOf(alias, name)).join(", ")

/** By the same conditions as the rows of the table. */
export const endAbsent = Effect.fnUntraced(function* (
  sql: Sql,
  of: HistoryOf,
  history: HistoryTable,
  stage: Stage
): Effect.fn.Return<void, DestinationError> {
  const key = of.layout.key?.[0]
  if (key === undefined) return
  for (const [position, segment] of stage.batch.segments.entries()) {
    const { from: first, to: last } = segment.covers.ids ?? { from: null, to: null }
    const asOf = `${literal(segment.asOf)}::timestamptz`
    const conditions = [
      ...(first === null ? [] : [`${columnOf("v", key.name)} >= ${literal(first)}`]),
      ...(last === null ? [] : [`${columnOf("v", key.name)} < ${literal(last)}`]),
      `v.${current}`,
      `v.${asOfColumn} <= ${asOf}`,
      `v.${from} <= ${asOf}`
    ]
    yield* endVersions(
      sql,
      of,
      history,
      `SELECT ${keysOf(of, "v")}, ${asOf} AS removed_at, ${asOf} AS as_of FROM ${history.sql} v
        WHERE ${conditions.join(" AND ")} AND NOT EXISTS (SELECT 1 FROM ${stage.typed} s
          WHERE ${sameKey(of.layout.key, "s", "v")} AND s.${segmentColumn} = ${position})`
    )
  }
})

/** Versions that the source has never had, newer than the row that takes their place. */
const dropWrong = (sql: Sql, { layout }: HistoryOf, history: HistoryTable, stage: Stage) => {
  const { guard } = layout
  if (guard === null || !stage.columns.includes(guard)) return Effect.succeed(0)
  return sql.run(
    `DELETE FROM ${history.sql} h USING ${stage.typed} s
      WHERE ${sameKey(layout.key, "h", "s")} AND ${columnOf("h", guard.name)} > ${columnOf("s", guard.name)}`
  )
}

/** What the rows of a batch that was just applied mean for the history; `actions` is what they were classified as. */
export const recordHistory = Effect.fnUntraced(function* (
  sql: Sql,
  of: HistoryOf,
  history: HistoryTable,
  stage: Stage,
  actions: string
): Effect.fn.Return<void, DestinationError> {
  const { effect } = stage.batch
  if (effect === "delete") {
    yield* endVersions(
      sql,
      of,
      history,
      `SELECT ${keysOf(of, "s")}, ${removedAt(of.layout, stage)} AS removed_at, s.${asOfColumn} AS as_of
        FROM ${stage.typed} s JOIN ${actions} a ON a.stage_row = s.${stageRowColumn} WHERE a.action <> 'stale'`
    )
    return
  }
  if (effect === "replace") yield* dropWrong(sql, of, history, stage)
  const kinds = effect === "replace" ? "'insert', 'update', 'delete', 'same'" : "'insert', 'update', 'delete'"
  const now = rowsNow(of, history, staged(stage, actions, kinds))
  const older = stage.older === null ? "" : ` UNION ALL SELECT * FROM ${stage.typedOf(stage.older)} o`
  const passed = `${staged(stage, actions, "'stale', 'remove', 'gone'")}${older}`
  yield* layVersions(
    sql,
    of,
    history,
    effect === "upsert" ? [now, passedRows(of, history, stage.columns, passed)] : [now]
  )
})
