/**
 * How the text of a segment becomes the value of a column, in Postgres's SQL. Whole numbers and decimals are staged
 * as `numeric`, which takes any number whole; what would lose a digit in its column is found before it is written.
 */
import type { Column, ColumnType, ScalarType } from "@decant/connector"
import { identifier, literal } from "../sql-text.ts"

const scalarTypes: Readonly<Record<Exclude<ScalarType["kind"], "decimal">, string>> = {
  text: "text",
  boolean: "boolean",
  int32: "integer",
  int64: "bigint",
  double: "double precision",
  date: "date",
  time: "time without time zone",
  timestamp: "timestamp with time zone"
}

const scalarType = (type: ScalarType): string =>
  type.kind === "decimal" ? `numeric(${type.precision},${type.scale})` : scalarTypes[type.kind]

const typeOf = (type: ColumnType): string => {
  if (type.kind === "textList") return "text[]"
  return type.kind === "struct" ? "jsonb" : scalarType(type)
}

/** The type of the column in the table, as `format_type` spells it; a masked value is text. */
export const sqlType = (column: Column): string => (column.mask === undefined ? typeOf(column.type) : "text")

/** The names of a compound's parts; null for other columns. */
export const partsOf = (column: Column): ReadonlyArray<string> | null =>
  column.type.kind === "struct" && column.mask === undefined
    ? column.type.fields.map(({ name }) => name)
    : null

const idTypes = new Set(["id", "reference"])

/**
 * Ids are compared byte by byte: `A` and `a` differ in them, ranges of them are cut so, and it is faster. References
 * have the same collation as the keys that they name, so that joins can use an index on either.
 */
export const collationOf = (column: Column, isKey: boolean): string =>
  sqlType(column) === "text" && (isKey || idTypes.has(column.describes?.sourceType ?? ""))
    ? ' COLLATE pg_catalog."C"'
    : ""

const wholeTypes = new Set<ScalarType["kind"]>(["int32", "int64", "decimal"])

const stagedType = (type: ColumnType): string => {
  if (type.kind === "struct" || type.kind === "textList") return "text"
  return wholeTypes.has(type.kind) ? "numeric" : scalarType(type)
}

const headerUses = (column: Column): ReadonlyArray<readonly [header: string, type: string]> => {
  if ("header" in column.from) {
    return [[column.from.header, column.mask === undefined ? stagedType(column.type) : "text"]]
  }
  const fields = column.type.kind === "struct" ? column.type.fields : []
  return Object.entries(column.from.struct).map(([name, header]) => {
    const type = fields.find((field) => field.name === name)?.type
    return [header, type === undefined ? "text" : stagedType(type)]
  })
}

/** Header → the type that it is staged as; text where two columns want different types of one header. */
export const stagedTypes = (
  header: ReadonlyArray<string>,
  columns: ReadonlyArray<Column>
): ReadonlyMap<string, string> => {
  const uses = new Map<string, Set<string>>()
  for (const [name, type] of columns.flatMap(headerUses)) {
    uses.set(name, (uses.get(name) ?? new Set()).add(type))
  }
  return new Map(
    header.map((name) => {
      const types = [...(uses.get(name) ?? [])]
      return [name, types.length === 1 ? (types[0] ?? "text") : "text"]
    })
  )
}

/** A cell of the segment: its SQL and the type that it has there. */
interface Cell {
  readonly sql: string
  readonly type: string
}

export type Cells = (header: string) => Cell | null

const cast = (cell: Cell, type: string): string => (cell.type === type ? cell.sql : `(${cell.sql})::${type}`)

/** One part of a compound as JSON text that `jsonb` reads; only immutable functions, for generated columns. */
const partJson = (cell: Cell, type: ScalarType): string =>
  type.kind === "double" || type.kind === "boolean" || wholeTypes.has(type.kind)
    ? `${cast(cell, stagedType(type))}::text`
    : `to_jsonb(${cast(cell, stagedType(type))})::text`

/** An object of numbers and truth values as one text: parsing it once costs half of parsing each. */
const objectText = (
  parts: ReadonlyArray<{
    readonly field: { readonly name: string; readonly type: ScalarType }
    readonly cell: Cell
  }>
): string => {
  const values = parts.map(({ field, cell }, at) => {
    const name = literal(`${at === 0 ? "{" : ","}${JSON.stringify(field.name)}:`)
    return `${name} || coalesce(${partJson(cell, field.type)}, 'null')`
  })
  return `${values.join(" || ")} || '}'`
}

/**
 * A compound as `jsonb`, null when all of its parts are. Texts go through `jsonb_object`, numbers and truth values
 * are appended; both are immutable, so that a first load can compute them while it copies.
 */
export const compound = (column: Column, cells: Cells): string | null => {
  if (!("struct" in column.from) || column.type.kind !== "struct") return null
  const source = column.from.struct
  const found = column.type.fields.map((field) => {
    const header = source[field.name]
    return { field, cell: header === undefined ? null : cells(header) }
  })
  const present = found.flatMap(({ cell }) => (cell === null ? [] : [cell.sql]))
  if (present.length === 0) return null
  const texts = found.filter(({ field, cell }) => cell === null || field.type.kind === "text")
  const others = found.flatMap(({ field, cell }) =>
    cell === null || field.type.kind === "text" ? [] : [{ field, cell }]
  )
  const names = texts.map(({ field }) => literal(field.name)).join(", ")
  const values = texts.map(({ cell }) => (cell === null ? "NULL" : cast(cell, "text"))).join(", ")
  const parts = [
    ...(texts.length === 0 ? [] : [`jsonb_object(ARRAY[${names}]::text[], ARRAY[${values}]::text[])`]),
    ...(others.length === 0 ? [] : [`(${objectText(others)})::jsonb`])
  ]
  const nothing = present.map((sql) => `${sql} IS NULL`).join(" AND ")
  return `CASE WHEN ${nothing} THEN NULL ELSE ${parts.join(" || ")} END`
}

const separatorOf = ({ from }: Column): string => literal("splitOn" in from ? from.splitOn : ";")

/** The text that a list was split from. */
export const joinedList = (name: string, column: Column): string =>
  `array_to_string(${identifier(name)}, ${separatorOf(column)})`

/** The column's value from a row of a segment, or null when the segment has nothing for the column. */
export const columnValue = (column: Column, cells: Cells): string | null => {
  if ("struct" in column.from) return compound(column, cells)
  const cell = cells(column.from.header)
  if (cell === null) return null
  if (column.mask !== undefined) return cast(cell, "text")
  if (column.type.kind === "textList") {
    return `string_to_array(${cast(cell, "text")}, ${separatorOf(column)})`
  }
  if (column.type.kind === "struct") return null
  return cast(
    { ...cell, sql: cast(cell, stagedType(column.type)), type: stagedType(column.type) },
    scalarType(column.type)
  )
}

/** A condition that holds for values which would be changed by their column's type; null when none would. */
export const losesDigits = (column: Column, cells: Cells): string | null => {
  if (column.mask !== undefined || "struct" in column.from) return null
  const cell = cells(column.from.header)
  if (cell === null) return null
  const value = cast(cell, "numeric")
  switch (column.type.kind) {
    case "int32":
      return `(${value} <> trunc(${value}) OR ${value} NOT BETWEEN -2147483648 AND 2147483647)`
    case "int64":
      return `(${value} <> trunc(${value}) OR ${value} NOT BETWEEN -9223372036854775808 AND 9223372036854775807)`
    case "decimal": {
      const { precision, scale } = column.type
      return `(${value} <> round(${value}, ${scale}) OR abs(${value}) >= 1e${precision - scale})`
    }
    default:
      return null
  }
}

export const columnDefinition = (name: string, column: Column, isKey: boolean): string =>
  `${identifier(name)} ${sqlType(column)}${collationOf(column, isKey)}`
