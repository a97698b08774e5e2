/**
 * The versions of keys put in order. Stored versions and new ones of the keys that are concerned are laid out
 * by (guard value, time of reading); repeated readings are dropped, and each version's interval follows from its
 * place. Whatever the order in which versions come, the outcome is the same.
 */
import { columnOf, identifier } from "../sql-text.ts"
import { asOfColumn, historyColumns, type LayoutColumn, type TableLayout } from "../table-layout.ts"

const { from, to, current } = historyColumns
const own: ReadonlySet<string> = new Set([asOfColumn, from, to, current])

/** New versions before they are laid out: the history's columns, when they were read, and `place`. */
export const versionsTable = "temp._decant_versions"
/** Keys that have versions already, or several new ones. */
export const disputedTable = "temp._decant_disputed"
export const timelineTable = "temp._decant_timeline"

export interface HistoryTable {
  readonly sql: string
  readonly types: ReadonlyMap<string, string>
}

/** The columns that hold values of rows, as the history has them. */
export const versionColumns = (history: HistoryTable): ReadonlyArray<string> =>
  [...history.types.keys()].filter((name) => !own.has(name))

/** A value of the table as the history holds it. */
export const asHeld = (
  history: HistoryTable,
  types: ReadonlyMap<string, string>,
  alias: string,
  name: string
) => {
  const value = columnOf(alias, name)
  const type = history.types.get(name) ?? "VARCHAR"
  return types.get(name) === type ? value : `CAST(${value} AS ${type})`
}

const keyNames = (layout: TableLayout): ReadonlyArray<string> =>
  (layout.key ?? []).map(({ name }) => identifier(name))

export const sameKey = (key: ReadonlyArray<LayoutColumn> | null, left: string, right: string): string =>
  (key ?? []).map(({ name }) => `${columnOf(left, name)} = ${columnOf(right, name)}`).join(" AND ")

const guardOf = (layout: TableLayout): string =>
  layout.guard === null || layout.guard.column.type.kind !== "timestamp"
    ? "CAST(NULL AS TIMESTAMPTZ)"
    : identifier(layout.guard.name)

/** From when a version holds that has none of the same guard value before it. */
export const holdsFrom = (layout: TableLayout): string => `coalesce(${guardOf(layout)}, ${asOfColumn})`

export const findDisputed = (layout: TableLayout, history: HistoryTable): string => {
  const keys = keyNames(layout).join(", ")
  return `CREATE OR REPLACE TEMP TABLE _decant_disputed AS
    SELECT DISTINCT ${keys} FROM ${history.sql} h SEMI JOIN ${versionsTable} v ON ${sameKey(layout.key, "h", "v")}
    UNION SELECT ${keys} FROM ${versionsTable} GROUP BY ALL HAVING count(*) > 1`
}

export const layTimeline = (layout: TableLayout, history: HistoryTable): string => {
  const keys = keyNames(layout).join(", ")
  const names = versionColumns(history).map(identifier)
  const cells = names.join(", ")
  const row = `{${versionColumns(history)
    .map((name) => `${identifier(name)}: ${identifier(name)}`)
    .join(", ")}}`
  const concerned = (alias: string) => `SEMI JOIN ${disputedTable} d ON ${sameKey(layout.key, alias, "d")}`
  const inOrder = `(PARTITION BY ${keys} ORDER BY guard_value NULLS FIRST, ${asOfColumn}, stored_row NULLS LAST, place)`
  return `CREATE OR REPLACE TEMP TABLE _decant_timeline AS
    WITH stored AS (
      SELECT h.rowid AS stored_row, ${guardOf(layout)} AS guard_value, 0 AS place, ${cells}, ${asOfColumn}, ${from}, ${to}
      FROM ${history.sql} h ${concerned("h")}),
    endings AS (
      SELECT ${keys}, ${to} AS ended FROM (SELECT *, lead(${from}) OVER ${inOrder} AS next_from FROM stored)
      WHERE ${to} IS NOT NULL AND (next_from IS NULL OR ${to} < next_from)),
    every AS (
      FROM stored UNION ALL BY NAME
      SELECT CAST(NULL AS BIGINT) AS stored_row, ${guardOf(layout)} AS guard_value, place, ${cells}, ${asOfColumn},
        CAST(NULL AS TIMESTAMPTZ) AS ${from}, CAST(NULL AS TIMESTAMPTZ) AS ${to}
      FROM ${versionsTable} v ${concerned("v")}),
    compared AS (
      SELECT *, lag(${row}) OVER in_order IS NOT DISTINCT FROM ${row} AS same, lag(${asOfColumn}) OVER in_order AS before
      FROM every WINDOW in_order AS ${inOrder}),
    judged AS (
      SELECT *, same AND NOT EXISTS (SELECT 1 FROM endings e
        WHERE ${sameKey(layout.key, "e", "compared")} AND e.ended >= compared.before AND e.ended < compared.${asOfColumn}) AS repeated
      FROM compared),
    begun AS (
      SELECT *, CASE WHEN NOT repeated AND row_number() OVER in_order > 1 AND lag(guard_value) OVER in_order IS NOT DISTINCT FROM guard_value
        THEN greatest(guard_value, ${asOfColumn}) ELSE coalesce(guard_value, ${asOfColumn}) END AS begins
      FROM judged WINDOW in_order AS (PARTITION BY repeated, ${inOrder.slice("(PARTITION BY ".length)}),
    held AS (
      SELECT *, min(begins) OVER (PARTITION BY repeated, ${inOrder.slice("(PARTITION BY ".length, -1)}
        ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS new_from FROM begun),
    closed AS (
      SELECT *, lead(new_from) OVER (PARTITION BY repeated, ${inOrder.slice("(PARTITION BY ".length)} AS next_from,
        (SELECT min(e.ended) FROM endings e WHERE ${sameKey(layout.key, "e", "held")}
          AND e.ended >= held.new_from AND e.ended >= held.${asOfColumn}) AS ended
      FROM held)
    SELECT stored_row, repeated, ${cells}, ${asOfColumn}, ${from} AS old_from, ${to} AS old_to,
      new_from, least(next_from, ended) AS new_to FROM closed`
}
