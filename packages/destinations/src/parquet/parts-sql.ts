/** Which part a row belongs to, and whether the rows of a part have changed, in SQL. */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import type { Stage } from "../duckdb-sql/stage.ts"
import { columnOf, identifier, literal } from "../sql-text.ts"
import type { TableLayout } from "../table-layout.ts"
import { type Part, partsWithin } from "./data-files.ts"

/** Bounds that SQL text cannot hold leave one part of everything. */
export const usableParts = (parts: ReadonlyArray<Part>): ReadonlyArray<Part> =>
  parts.some((part) => part.from.includes("\u0000"))
    ? [{ from: "", files: parts.flatMap((part) => part.files) }]
    : parts

/** The position of the part that a key belongs to: a tree of comparisons. */
const partOf = (parts: ReadonlyArray<Part>, key: string, first = 0, last = parts.length - 1): string => {
  if (first >= last) return String(first)
  const middle = Math.ceil((first + last) / 2)
  const low = partOf(parts, key, first, middle - 1)
  return `CASE WHEN ${key} < ${literal(parts[middle]?.from ?? "")} THEN ${low} ELSE ${partOf(parts, key, middle, last)} END`
}

/** The column by which files are divided: the first of the key, when it is text. */
export const rangeColumn = (layout: TableLayout): string | null => {
  const first = layout.key?.[0]
  return first !== undefined && (first.column.type.kind === "text" || first.column.mask !== undefined)
    ? first.name
    : null
}

const everything = (parts: ReadonlyArray<Part>): ReadonlyArray<number> => parts.map((_, at) => at)

/** The parts in which staged rows can find a row of their key, or have their place. */
export const touchedParts = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  stages: ReadonlyArray<Stage>,
  parts: ReadonlyArray<Part>
): Effect.fn.Return<ReadonlyArray<number>, DestinationError> {
  const column = rangeColumn(layout)
  if (layout.key === null || stages.length === 0) return []
  if (column === null || parts.length === 1) return everything(parts)
  const touched = new Set<number>()
  for (const { batch, table } of stages) {
    if (batch.effect === "present") {
      for (const { covers } of batch.segments) {
        for (const at of partsWithin(parts, covers.ids ?? { from: null, to: null })) touched.add(at)
      }
    } else {
      const found = yield* sql.rows(
        `SELECT DISTINCT ${partOf(parts, identifier(column))} AS part FROM ${table}`
      )
      for (const { part } of found) touched.add(Number(part))
    }
  }
  return [...touched].sort((a, b) => a - b)
})

/** Count and two checksums of the rows of each part that has any. */
export const fingerprints = Effect.fnUntraced(function* (
  sql: Sql,
  table: string,
  column: string | null,
  parts: ReadonlyArray<Part>
): Effect.fn.Return<ReadonlyMap<number, { readonly rows: number; readonly sum: string }>, DestinationError> {
  const part = column === null ? "0" : partOf(parts, columnOf("_decant_row", column))
  const rows = yield* sql.rows(
    `SELECT ${part} AS part, count(*)::DOUBLE AS rows, bit_xor(hash(_decant_row))::VARCHAR AS mixed,
       sum(hash(_decant_row)::HUGEINT)::VARCHAR AS total FROM ${table} _decant_row GROUP BY ALL`
  )
  return new Map(
    rows.map((row) => [
      Number(row.part),
      { rows: Number(row.rows), sum: `${row.rows} ${String(row.mixed)} ${String(row.total)}` }
    ])
  )
})

/** The keys of a part, as a condition. */
export const withinPart = (parts: ReadonlyArray<Part>, at: number, column: string | null): string => {
  if (column === null) return "true"
  const from = parts[at]?.from ?? ""
  const to = parts[at + 1]?.from
  const lower = at === 0 || from === "" ? "true" : `${identifier(column)} >= ${literal(from)}`
  return to === undefined ? lower : `${lower} AND ${identifier(column)} < ${literal(to)}`
}
