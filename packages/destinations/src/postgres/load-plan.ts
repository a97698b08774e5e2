/**
 * How the files of a first load go into its table. Straight, where each of their cells is a column: columns that are
 * made of others are computed by the server while it copies, and are ordinary columns afterwards (`DROP EXPRESSION`).
 * Where a value needs more than its type's own reading, through a staging table of the same transaction.
 */
import type { ScalarType, Segment } from "@decant/connector"
import { identifier } from "../sql-text.ts"
import { asOfColumn, type LayoutColumn, type TableLayout } from "../table-layout.ts"
import { columnDefinition, compound, sqlType } from "./postgres-types.ts"

export interface LoadPlan {
  /** The column of each cell of the files; null where they go through staging. */
  readonly columns: ReadonlyArray<string> | null
  readonly computed: ReadonlyArray<{ readonly name: string; readonly sql: string }>
}

/** `COPY` would round decimals in silence, and cannot split lists. */
const copied = ({ column }: LayoutColumn): boolean =>
  "header" in column.from &&
  (column.mask !== undefined || !["textList", "struct", "decimal"].includes(column.type.kind))

const plainParts = new Set<ScalarType["kind"]>(["text", "double", "boolean", "int32", "int64"])

const computedFrom = (item: LayoutColumn, byHeader: ReadonlyMap<string, LayoutColumn>): string | null => {
  const { from, type, mask } = item.column
  if (!("struct" in from) || type.kind !== "struct" || mask !== undefined) return null
  const whole = type.fields.every((field) => {
    const header = from.struct[field.name]
    return plainParts.has(field.type.kind) && (header === undefined || byHeader.has(header))
  })
  if (!whole) return null
  return compound(item.column, (header) => {
    const source = byHeader.get(header)
    return source === undefined ? null : { sql: identifier(source.name), type: sqlType(source.column) }
  })
}

const removesRows = (layout: TableLayout): boolean => layout.deletes.soft === "remove" && layout.flag !== null

const straightPlan = (layout: TableLayout, header: ReadonlyArray<string>): LoadPlan | null => {
  const byHeader = new Map<string, LayoutColumn>()
  const computed: Array<{ readonly name: string; readonly sql: string }> = []
  for (const item of layout.columns.filter(copied)) {
    const source = "header" in item.column.from ? item.column.from.header : ""
    if (!header.includes(source)) continue
    if (byHeader.has(source)) return null
    byHeader.set(source, item)
  }
  for (const item of layout.columns.filter((column) => !copied(column))) {
    const sql = computedFrom(item, byHeader)
    if (sql === null) return null
    computed.push({ name: item.name, sql })
  }
  const columns = header.flatMap((name) => byHeader.get(name)?.name ?? [])
  return columns.length === header.length ? { columns, computed } : null
}

const stagedPlan: LoadPlan = { columns: null, computed: [] }

/** Null where rows may have to be taken out again, which only the merge does. */
export const loadPlan = (layout: TableLayout, header: ReadonlyArray<string>): LoadPlan | null =>
  removesRows(layout) ? null : (straightPlan(layout, header) ?? stagedPlan)

/** How the table is made: for the files that come now, or that will most likely come. */
export const planFor = (layout: TableLayout, fresh: ReadonlyArray<Segment>): LoadPlan | null => {
  if (fresh.some(({ effect }) => effect !== "upsert")) return null
  const headers = layout.columns.flatMap(({ column }) =>
    "header" in column.from ? [column.from.header] : []
  )
  return loadPlan(layout, fresh[0]?.header ?? [...new Set(headers)])
}

/** The columns of a table that is loaded; with no plan it takes rows from staging only. */
export const hiddenDefinitions = (layout: TableLayout, plan: LoadPlan | null): ReadonlyArray<string> => {
  const own = layout.columns.map((item) => {
    const definition = columnDefinition(item.name, item.column, layout.key?.includes(item) ?? false)
    const computed = plan?.computed.find(({ name }) => name === item.name)
    if (computed !== undefined) return `${definition} GENERATED ALWAYS AS (${computed.sql}) STORED`
    return plan !== null && item === layout.flag ? `${definition} DEFAULT false` : definition
  })
  const asOf = plan === null ? "" : " DEFAULT to_timestamp(current_setting('decant.as_of')::double precision)"
  return [...own, `${asOfColumn} timestamp with time zone${asOf}`]
}
