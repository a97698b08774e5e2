/**
 * Whether a commit changes what every stored row looks like: a column of another type, a new mask. Files cannot
 * take that, so all of them are written anew. New columns are no such change: readers see null where a file has none.
 */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { sqlType } from "../duckdb-sql/column-values.ts"
import type { TableLayout } from "../table-layout.ts"
import type { Base } from "./base.ts"
import type { StoredTable } from "./load-rows.ts"
import type { Store } from "./store.ts"
import { readDescriptionFile } from "./stream-state.ts"

const plain = (type: string): string => type.replaceAll('"', "")

const otherTypes = (layout: TableLayout, table: StoredTable): boolean => {
  const stored = new Map(table.columns.map(({ name, type }) => [name.toLowerCase(), type]))
  return layout.columns.some(({ name, column }) => {
    const type = stored.get(name.toLowerCase())
    return type !== undefined && plain(type) !== plain(sqlType(column))
  })
}

export const rewritesAll = Effect.fnUntraced(function* (
  store: Store,
  layout: TableLayout,
  base: Pick<Base, "table" | "visible" | "hidden" | "isHidden">
): Effect.fn.Return<boolean, DestinationError> {
  if (base.isHidden) return base.hidden !== null && otherTypes(layout, base.hidden)
  const details = base.table.state?.details
  if (details === undefined || base.visible === null) return false
  if (details.checkpoints[0]?.layout === layout.text) return false
  if (details.descriptions === null || otherTypes(layout, base.visible))
    return otherTypes(layout, base.visible)
  const { fields } = yield* readDescriptionFile(store, details.descriptions)
  const masks = new Map(fields.map((row) => [String(row.column_name).toLowerCase(), row.mask ?? null]))
  return layout.columns.some(({ name, column }) => {
    const mask = masks.get(name.toLowerCase())
    return mask !== undefined && mask !== (column.mask?.hmac ?? null)
  })
})
