/** `<Object>_history`: made and widened as the table is, in the same transaction, and brought to what the table holds. */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { MaskKeys } from "../duckdb/masks.ts"
import { columnOf, identifier, literal } from "../sql-text.ts"
import { asOfColumn, historyColumns, type LayoutColumn, type TableLayout } from "../table-layout.ts"
import type { KnownColumn } from "./descriptions.ts"
import { type HistoryOf, hasRows, layVersions, openVersions } from "./history.ts"
import { maskStored } from "./mask-stored.ts"
import { columnDefinition } from "./postgres-types.ts"
import type { Sql } from "./sql.ts"
import { changedOutside, ensureColumns, qualified, tableTypes } from "./target-table.ts"
import { asHeld, type HistoryTable, historyTable, sameKey, versionColumns } from "./timeline.ts"

const { from, to: until, current } = historyColumns

const added = (name: string, kind: "timestamp" | "boolean"): LayoutColumn => ({
  name,
  column: { name, label: name, type: { kind }, from: { header: name } }
})

const own = [added(from, "timestamp"), added(until, "timestamp"), added(current, "boolean")]

/** Whether the layout with which the stream was last written kept a history. */
export const keptHistory = (stored: string | null): boolean =>
  stored !== null && (JSON.parse(stored) as { readonly history?: boolean }).history === true

const asTable = (layout: TableLayout, name: string): TableLayout => ({
  ...layout,
  table: name,
  columns: [...layout.columns, ...own]
})

const create = Effect.fnUntraced(function* (sql: Sql, layout: TableLayout, name: string) {
  const table = qualified(layout.schema, name)
  const columns = asTable(layout, name).columns.map((item) =>
    columnDefinition(item.name, item.column, layout.key?.includes(item) ?? false)
  )
  const keys = (layout.key ?? []).map((key) => identifier(key.name)).join(", ")
  yield* sql.run(`CREATE TABLE ${table} (${columns.join(", ")}, ${asOfColumn} timestamp with time zone)`)
  yield* sql.run(`CREATE INDEX ON ${table} (${keys})`)
  yield* sql.run(`COMMENT ON TABLE ${table} IS ${literal(`Versions of ${layout.stream} by Decant`)}`)
})

export interface EnsureHistory {
  readonly layout: TableLayout
  readonly known: ReadonlyArray<KnownColumn> | null
  readonly storedLayout: string | null
  readonly maskKeys: MaskKeys
  /** A full refresh makes the history anew if somebody has dropped or changed it. */
  readonly anew: boolean
}

const present = (name: string): KnownColumn => ({ name, present: true, mask: null, parts: null })

/** The columns that the history has by us. */
const expected = (
  { layout, known, storedLayout, anew }: EnsureHistory,
  name: string,
  stored: ReadonlyMap<string, string>
): Effect.Effect<ReadonlyArray<KnownColumn>, DestinationError> => {
  if (keptHistory(storedLayout) && !anew) {
    return Effect.succeed([...(known ?? []), ...own.map((item) => present(item.name))])
  }
  return own.every((item) => stored.has(item.name))
    ? Effect.succeed(
        [...stored.keys()].map((column) => known?.find((item) => item.name === column) ?? present(column))
      )
    : Effect.fail(
        changedOutside(asTable(layout, name), "there is a table of this name that Decant did not make")
      )
}

export const ensureHistory = Effect.fnUntraced(function* (
  sql: Sql,
  of: EnsureHistory
): Effect.fn.Return<void, DestinationError> {
  const { layout } = of
  const name = layout.history
  if (name === null) return
  const stored = yield* tableTypes(sql, layout.schema, name)
  if (stored === null) {
    if (keptHistory(of.storedLayout) && !of.anew) {
      return yield* changedOutside(asTable(layout, name), "the table is gone")
    }
    yield* create(sql, layout, name)
    return
  }
  const known = yield* expected(of, name, stored)
  const history = asTable(layout, name)
  yield* ensureColumns(sql, { layout: history, table: name, known, mayReplace: of.anew }, stored)
  // What was masked stays masked; the table itself has refused another mask, or was read anew.
  const clear = of.known?.filter(({ mask }) => mask === null) ?? null
  const types = (yield* tableTypes(sql, layout.schema, name)) ?? stored
  const table = { sql: qualified(layout.schema, name), types }
  yield* maskStored(sql, layout, table, clear, of.maskKeys)
})

/** The history as it stands; null when the stream keeps none. */
export const storedHistory = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout
): Effect.fn.Return<HistoryTable | null, DestinationError> {
  if (layout.history === null) return null
  const types = yield* tableTypes(sql, layout.schema, layout.history)
  const history = asTable(layout, layout.history)
  if (types === null) return yield* changedOutside(history, "the table is gone")
  const lost = history.columns.find(({ name }) => !types.has(name))
  if (lost !== undefined) {
    return yield* changedOutside(history, `its column ${lost.name} is gone or has another name`)
  }
  return historyTable(qualified(layout.schema, layout.history), types)
})

/** Brings the history to what the table holds: `of.target`. Only differences are written. */
export const catchUp = Effect.fnUntraced(function* (
  sql: Sql,
  of: HistoryOf,
  history: HistoryTable,
  now: string
): Effect.fn.Return<void, DestinationError> {
  const { layout, target } = of
  if (!(yield* hasRows(sql, history.sql))) {
    yield* openVersions(sql, of, history, target.sql, target.types)
    return
  }
  const key = layout.key ?? []
  const keys = key.map(({ name }) => columnOf("l", name)).join(", ")
  const flag = layout.flag?.name ?? null
  const names = versionColumns(history).filter((name) => target.types.has(name))
  const differing = names
    .filter((name) => name !== flag)
    .map((name) => `${asHeld(history, target.types, "t", name)} IS DISTINCT FROM ${columnOf("h", name)}`)
  const differs = differing.length === 0 ? "false" : differing.join(" OR ")
  const flagged = (alias: string) => (flag === null ? "false" : `(${columnOf(alias, flag)} IS TRUE)`)
  const last = `(SELECT DISTINCT ON (${keys}) l.* FROM ${history.sql} l
    ORDER BY ${keys}, l.${current} DESC, l.${until} DESC NULLS LAST, l.${from} DESC)`
  const cells = versionColumns(history).map(
    (name) => `${asHeld(history, target.types, "t", name)} AS ${identifier(name)}`
  )
  const known = columnOf("h", key[0]?.name ?? "")
  // A mark that the source did not stamp is a deletion that was found out; it ends a version and opens none.
  const marked = `${flagged("t")} AND NOT ${flagged("h")} AND NOT (${differs})`
  const versions = `SELECT ${cells.join(", ")}, t.${asOfColumn}, 1 AS place
    FROM ${target.sql} t LEFT JOIN ${last} h ON ${sameKey(key, "t", "h")}
    WHERE ${known} IS NULL OR ${differs} OR (NOT ${flagged("t")} AND (NOT h.${current} OR ${flagged("h")}))`
  yield* sql.run(
    `DROP TABLE IF EXISTS ${history.versions}; CREATE UNLOGGED TABLE ${history.versions} AS ${versions}`
  )
  yield* sql.run(
    `UPDATE ${history.sql} h SET ${current} = false, ${until} = greatest(h.${from}, t.${asOfColumn})
      FROM ${target.sql} t WHERE ${sameKey(key, "t", "h")} AND h.${current} AND ${marked}`
  )
  if (layout.deletes.absent !== "keep") {
    yield* sql.run(
      `UPDATE ${history.sql} h SET ${current} = false, ${until} = greatest(h.${from}, ${literal(now)}::timestamptz)
        WHERE h.${current} AND NOT EXISTS (SELECT 1 FROM ${target.sql} t WHERE ${sameKey(key, "t", "h")})`
    )
  }
  const found = `${history.versions}_found`
  yield* sql.run(`ALTER TABLE ${history.versions} RENAME TO ${found.replace("_decant.", "")}`)
  yield* layVersions(sql, of, history, [`SELECT * FROM ${found}`])
  yield* sql.run(`DROP TABLE ${found}`)
})
