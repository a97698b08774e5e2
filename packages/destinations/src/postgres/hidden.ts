/** A generation that is not visible yet stands in a table beside the visible one: its name, and whether it is open. */
import { Effect } from "effect"
import { asOfColumn, type TableLayout } from "../table-layout.ts"
import { fitted } from "./postgres-layout.ts"
import type { Sql } from "./sql.ts"
import { qualified } from "./target-table.ts"

export const hiddenName = (table: string, generation: number): string =>
  fitted(`_decant_${table}_g${generation}`)

export interface Hidden {
  readonly layout: TableLayout
  readonly generation: number
  readonly name: string
  /** Qualified and quoted. */
  readonly sql: string
}

export const hiddenOf = (layout: TableLayout, generation: number): Hidden => {
  const name = hiddenName(layout.table, generation)
  return { layout, generation, name, sql: qualified(layout.schema, name) }
}

/** The columns that the server computes, or null when the table is not open for copying. */
export const openColumns = Effect.fnUntraced(function* (sql: Sql, hidden: Hidden) {
  const rows = yield* sql.rows(
    `SELECT attname AS name, attgenerated = 's' AS computed, atthasdef AS filled FROM pg_catalog.pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [hidden.sql]
  )
  const isOpen = rows.some(({ name, filled }) => name === asOfColumn && filled === true)
  return isOpen ? new Set(rows.filter(({ computed }) => computed === true).map(({ name }) => name)) : null
})
