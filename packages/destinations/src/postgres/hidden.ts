/** A generation that is not visible yet stands in a table beside the visible one: its name, and whether it is open. */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
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

/** Beside each list of a table that is loaded, the text that `COPY` fills and the server splits. */
export const listTextName = (list: string): string => fitted(`_decant_text_of_${list}`)

export interface OpenColumns {
  /** The columns that the server computes. */
  readonly computed: ReadonlySet<string>
  /** The text of each list among them; these columns go when the copying ends. */
  readonly listTexts: ReadonlyMap<string, string>
}

/** Null when the table is not open for copying. */
export const openColumns = Effect.fnUntraced(function* (
  sql: Sql,
  hidden: Hidden
): Effect.fn.Return<OpenColumns | null, DestinationError> {
  const rows = yield* sql.rows(
    `SELECT attname AS name, attgenerated = 's' AS computed, atthasdef AS filled,
        atttypid = 'text[]'::regtype AS list FROM pg_catalog.pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [hidden.sql]
  )
  const isOpen = rows.some(({ name, filled }) => name === asOfColumn && filled === true)
  if (!isOpen) return null
  const computed = rows.filter((row) => row.computed === true)
  const lists = computed.filter(({ list }) => list === true).map(({ name }) => String(name))
  return {
    computed: new Set(computed.map(({ name }) => String(name))),
    listTexts: new Map(lists.map((name) => [name, listTextName(name)]))
  }
})
