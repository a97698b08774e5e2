/**
 * How the files of a first load go into its table. Straight, where each of their cells is a column: columns that are
 * made of others are computed by the server while it copies, and are ordinary columns afterwards (`DROP EXPRESSION`).
 * A list is made of a column of text that the table has for as long. Where a value needs more than its type's own
 * reading, through a staging table of the same transaction.
 */
import type { ScalarType, Segment } from "@decant/connector"
import { identifier } from "../sql-text.ts"
import { asOfColumn, type LayoutColumn, type TableLayout } from "../table-layout.ts"
import { listTextName } from "./hidden.ts"
import { columnDefinition, columnValue, compound, sqlType } from "./postgres-types.ts"

export interface LoadPlan {
  /** The column of each cell of the files; null where they go through staging. */
  readonly columns: ReadonlyArray<string> | null
  readonly computed: ReadonlyArray<Computed>
  /** The columns of text that lists are made of, after the columns that stay. */
  readonly listTexts: ReadonlyArray<string>
}

interface Computed {
  readonly name: string
  readonly sql: string
}

/** A table keeps the places of dropped columns, of its 1,600 for good: enough must be left for new fields. */
const mostColumns = 1200

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

const isList = ({ column }: LayoutColumn): boolean =>
  column.mask === undefined && column.type.kind === "textList" && "header" in column.from

const splitFrom = ({ name, column }: LayoutColumn): string | null =>
  columnValue(column, () => ({ sql: identifier(listTextName(name)), type: "text" }))

/** Whether the table can have these columns beside its own. */
const haveRoom = (layout: TableLayout, listTexts: ReadonlyArray<string>): boolean => {
  const names = [...layout.columns.map(({ name }) => name), asOfColumn, ...listTexts]
  return listTexts.length === 0 || (new Set(names).size === names.length && names.length <= mostColumns)
}

const removesRows = (layout: TableLayout): boolean => layout.deletes.soft === "remove" && layout.flag !== null

const straightPlan = (layout: TableLayout, header: ReadonlyArray<string>): LoadPlan | null => {
  const byHeader = new Map<string, LayoutColumn>()
  const filled = new Map<string, string>()
  for (const item of layout.columns.filter((column) => copied(column) || isList(column))) {
    const source = "header" in item.column.from ? item.column.from.header : ""
    if (!header.includes(source)) continue
    if (filled.has(source)) return null
    filled.set(source, isList(item) ? listTextName(item.name) : item.name)
    if (!isList(item)) byHeader.set(source, item)
  }
  const computed: Array<Computed> = []
  for (const item of layout.columns.filter((column) => !copied(column))) {
    const sql = isList(item) ? splitFrom(item) : computedFrom(item, byHeader)
    if (sql === null) return null
    computed.push({ name: item.name, sql })
  }
  const columns = header.flatMap((name) => filled.get(name) ?? [])
  const listTexts = layout.columns.filter(isList).map(({ name }) => listTextName(name))
  return columns.length === header.length && haveRoom(layout, listTexts)
    ? { columns, computed, listTexts }
    : null
}

const stagedPlan: LoadPlan = { columns: null, computed: [], listTexts: [] }

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
  const listTexts = (plan?.listTexts ?? []).map((name) => `${identifier(name)} text COLLATE pg_catalog."C"`)
  return [...own, `${asOfColumn} timestamp with time zone${asOf}`, ...listTexts]
}
