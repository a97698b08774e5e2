/** `<Object>_history` in the file: made and widened as the table is, inside the same transaction. */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import type { HistoryTable } from "../duckdb-sql/timeline.ts"
import { literal } from "../sql-text.ts"
import { historyColumns, type LayoutColumn, type TableLayout } from "../table-layout.ts"
import type { KnownColumn } from "./descriptions.ts"
import { maskStored } from "./masks.ts"
import { ensureTable, tableTypes } from "./target-table.ts"

const added = (name: string, kind: "timestamp" | "boolean"): LayoutColumn => ({
  name,
  column: { name, label: name, type: { kind }, from: { header: name } }
})

const own = [
  added(historyColumns.from, "timestamp"),
  added(historyColumns.to, "timestamp"),
  added(historyColumns.current, "boolean")
]

/** Whether the layout with which the stream was last written kept a history. */
const keptBefore = (stored: string | null): boolean => stored !== null && JSON.parse(stored).history === true

export interface EnsuredHistory extends HistoryTable {
  /** It has to be brought to what the table holds first. */
  readonly behind: boolean
}

export interface HistoryOf {
  readonly layout: TableLayout
  /** The table's types. */
  readonly types: ReadonlyMap<string, string>
  readonly known: ReadonlyArray<KnownColumn> | null
  readonly storedLayout: string | null
  /** A full refresh makes the history anew if somebody has dropped or changed it. */
  readonly anew: boolean
}

/** The columns that the history must have or has by us; null where it is not ours, or there is none. */
const expected = (
  { known, storedLayout, anew }: HistoryOf,
  stored: ReadonlyMap<string, string> | null
): ReadonlySet<string> | null => {
  if (keptBefore(storedLayout) && !anew) {
    return new Set([...(known ?? []).filter(({ present }) => present), ...own].map(({ name }) => name))
  }
  return stored !== null && own.every(({ name }) => stored.has(name)) ? new Set(stored.keys()) : null
}

export const ensureHistory = Effect.fnUntraced(function* (
  sql: Sql,
  of: HistoryOf
): Effect.fn.Return<EnsuredHistory | null, DestinationError> {
  const { layout } = of
  const name = layout.history
  if (name === null) return null
  const stored = yield* tableTypes(sql, layout.schema, name)
  const table = yield* ensureTable(sql, {
    layout: { ...layout, table: name, columns: [...layout.columns, ...own] },
    table: name,
    known: expected(of, stored),
    follows: of.types
  })
  if (stored === null) {
    yield* sql.run(`COMMENT ON TABLE ${table.sql} IS ${literal(`Versions of ${layout.stream} by Decant`)}`)
  } else {
    // What was masked stays masked; the table itself has refused another mask, or was read anew.
    const clear = of.known?.filter(({ mask }) => mask === null) ?? null
    yield* maskStored(sql, layout, table, clear)
  }
  return { sql: table.sql, types: table.types, behind: !keptBefore(of.storedLayout) || stored === null }
})
