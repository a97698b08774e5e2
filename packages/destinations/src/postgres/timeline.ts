/**
 * The versions of keys put in order. Stored versions and new ones of the keys that are concerned are laid out by
 * (guard value, time of reading); repeated readings are dropped, and each version's interval follows from its place.
 * Whatever the order in which versions come, the outcome is the same.
 */
import { randomBytes } from "node:crypto"
import { columnOf, identifier } from "../sql-text.ts"
import { asOfColumn, historyColumns, type LayoutColumn, type TableLayout } from "../table-layout.ts"

const { from, to, current } = historyColumns
const own: ReadonlySet<string> = new Set([asOfColumn, from, to, current])

export interface HistoryTable {
  readonly sql: string
  readonly types: ReadonlyMap<string, string>
  /** Tables of the transaction. `versions`: new ones before they are laid out. */
  readonly versions: string
  /** Keys that have versions already, or several new ones. */
  readonly disputed: string
  readonly timeline: string
}

export const historyTable = (sql: string, types: ReadonlyMap<string, string>): HistoryTable => {
  const token = randomBytes(8).toString("hex")
  const work = (name: string): string => `_decant.${name}_${token}`
  return { sql, types, versions: work("versions"), disputed: work("disputed"), timeline: work("timeline") }
}

/** The columns that hold values of rows, as the history has them. */
export const versionColumns = (history: HistoryTable): ReadonlyArray<string> =>
  [...history.types.keys()].filter((name) => !own.has(name))

const typeOf = (history: HistoryTable, name: string): string => history.types.get(name) ?? "text"

/** A value of a table with these types as the history holds it; null where it has none. */
export const asHeld = (
  history: HistoryTable,
  types: ReadonlyMap<string, string>,
  alias: string,
  name: string
): string => {
  const type = typeOf(history, name)
  const stored = types.get(name)
  if (stored === undefined) return `NULL::${type}`
  return stored === type ? columnOf(alias, name) : `${columnOf(alias, name)}::${type}`
}

export const sameKey = (key: ReadonlyArray<LayoutColumn> | null, left: string, right: string): string =>
  (key ?? []).map(({ name }) => `${columnOf(left, name)} = ${columnOf(right, name)}`).join(" AND ")

const guardOf = (layout: TableLayout, alias: string): string =>
  layout.guard === null || layout.guard.column.type.kind !== "timestamp"
    ? "NULL::timestamptz"
    : columnOf(alias, layout.guard.name)

/** From when a version holds that has none of the same guard value before it. */
export const holdsFrom = (layout: TableLayout, alias: string): string =>
  `coalesce(${guardOf(layout, alias)}, ${alias}.${asOfColumn})`

const keyNames = (layout: TableLayout, alias: string): string =>
  (layout.key ?? []).map(({ name }) => columnOf(alias, name)).join(", ")

export const findDisputed = (layout: TableLayout, history: HistoryTable): string =>
  `SELECT ${keyNames(layout, "h")} FROM ${history.sql} h
     WHERE EXISTS (SELECT 1 FROM ${history.versions} v WHERE ${sameKey(layout.key, "h", "v")})
   UNION SELECT ${keyNames(layout, "v")} FROM ${history.versions} v GROUP BY ${keyNames(layout, "v")} HAVING count(*) > 1`

export const layTimeline = (layout: TableLayout, history: HistoryTable): string => {
  const names = versionColumns(history).map(identifier)
  const keys = (layout.key ?? []).map(({ name }) => identifier(name)).join(", ")
  const cells = names.join(", ")
  const row = `ROW(${cells})::text`
  const concerned = (alias: string) =>
    `WHERE EXISTS (SELECT 1 FROM ${history.disputed} d WHERE ${sameKey(layout.key, alias, "d")})`
  const order = `ORDER BY guard_value NULLS FIRST, ${asOfColumn}, stored_row NULLS LAST, place`
  const inOrder = `(PARTITION BY ${keys} ${order})`
  const kept = `PARTITION BY repeated, ${keys} ${order}`
  const columns = `guard_value, place, ${cells}, ${asOfColumn}, ${from}, ${to}`
  return `WITH stored AS (
      SELECT h.ctid AS stored_row, ${guardOf(layout, "h")} AS guard_value, 0 AS place, ${cells}, ${asOfColumn}, ${from}, ${to}
      FROM ${history.sql} h ${concerned("h")}),
    endings AS (
      SELECT ${keys}, ${to} AS ended FROM (SELECT *, lead(${from}) OVER ${inOrder} AS next_from FROM stored) placed
      WHERE ${to} IS NOT NULL AND (next_from IS NULL OR ${to} < next_from)),
    every AS (
      SELECT stored_row, ${columns} FROM stored UNION ALL
      SELECT NULL::tid AS stored_row, ${guardOf(layout, "v")} AS guard_value, place, ${cells}, ${asOfColumn},
        NULL::timestamptz, NULL::timestamptz FROM ${history.versions} v ${concerned("v")}),
    compared AS (
      SELECT *, coalesce(lag(${row}) OVER in_order = ${row}, false) AS same, lag(${asOfColumn}) OVER in_order AS before
      FROM every WINDOW in_order AS ${inOrder}),
    judged AS (
      SELECT *, same AND NOT EXISTS (SELECT 1 FROM endings e
        WHERE ${sameKey(layout.key, "e", "compared")} AND e.ended >= compared.before AND e.ended < compared.${asOfColumn}) AS repeated
      FROM compared),
    begun AS (
      SELECT *, CASE WHEN NOT repeated AND row_number() OVER in_order > 1 AND lag(guard_value) OVER in_order IS NOT DISTINCT FROM guard_value
        THEN greatest(guard_value, ${asOfColumn}) ELSE coalesce(guard_value, ${asOfColumn}) END AS begins
      FROM judged WINDOW in_order AS (${kept})),
    held AS (
      SELECT *, min(begins) OVER (${kept} ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS new_from FROM begun),
    closed AS (
      SELECT *, lead(new_from) OVER (${kept}) AS next_from,
        (SELECT min(e.ended) FROM endings e WHERE ${sameKey(layout.key, "e", "held")}
          AND e.ended >= held.new_from AND e.ended >= held.${asOfColumn}) AS ended
      FROM held)
    SELECT stored_row, repeated, ${cells}, ${asOfColumn}, ${from} AS old_from, ${to} AS old_to,
      new_from, least(next_from, ended) AS new_to FROM closed`
}
