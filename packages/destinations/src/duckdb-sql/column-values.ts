/**
 * How the text of a segment becomes the value of a column, in DuckDB's SQL. Types are chosen so that nothing
 * is rounded in silence: `read_csv` would read 5.7 as the BIGINT 6, so whole numbers are read wider and
 * refused when they are not whole; decimals are refused when digits would be lost.
 */
import type { Column, ColumnType, ScalarType } from "@decant/connector"
import { identifier, literal } from "../sql-text.ts"

const scalarTypes: Readonly<Record<Exclude<ScalarType["kind"], "decimal">, string>> = {
  text: "VARCHAR",
  boolean: "BOOLEAN",
  int32: "INTEGER",
  int64: "BIGINT",
  double: "DOUBLE",
  date: "DATE",
  time: "TIME",
  timestamp: "TIMESTAMP WITH TIME ZONE"
}

const scalarType = (type: ScalarType): string =>
  type.kind === "decimal" ? `DECIMAL(${type.precision},${type.scale})` : scalarTypes[type.kind]

const typeOf = (type: ColumnType): string => {
  if (type.kind === "textList") return "VARCHAR[]"
  if (type.kind !== "struct") return scalarType(type)
  return `STRUCT(${type.fields.map((field) => `${identifier(field.name)} ${scalarType(field.type)}`).join(", ")})`
}

/** The type of the column in the table, as `information_schema` spells it; a masked value is text. */
export const sqlType = (column: Column): string =>
  column.mask === undefined ? typeOf(column.type) : "VARCHAR"

const readAs: Readonly<Record<ScalarType["kind"], string>> = {
  text: "VARCHAR",
  boolean: "BOOLEAN",
  int32: "DOUBLE",
  int64: "VARCHAR",
  double: "DOUBLE",
  decimal: "VARCHAR",
  date: "DATE",
  time: "VARCHAR",
  // As TIMESTAMPTZ, `read_csv` would make NULL of what is no time; as TIMESTAMP, it would drop the offset.
  timestamp: "VARCHAR"
}

const headerUses = (column: Column): ReadonlyArray<readonly [header: string, type: string]> => {
  if (column.mask !== undefined && "header" in column.from) return [[column.from.header, "VARCHAR"]]
  if ("header" in column.from) {
    const { type } = column
    return [
      [column.from.header, type.kind === "struct" || type.kind === "textList" ? "VARCHAR" : readAs[type.kind]]
    ]
  }
  const fields = column.type.kind === "struct" ? column.type.fields : []
  return Object.entries(column.from.struct).map(([name, header]) => {
    const type = fields.find((field) => field.name === name)?.type
    return [header, type === undefined ? "VARCHAR" : readAs[type.kind]]
  })
}

/** Header → the type that `read_csv` gives it; text where two columns want different types of one header. */
export const readTypes = (
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
      return [name, types.length === 1 ? (types[0] ?? "VARCHAR") : "VARCHAR"]
    })
  )
}

/** Begins the text of errors that our own expressions raise; the column's name follows. */
export const refusalMark = "DECANT refuses "

const refuse = (column: string, why: string): string => `error(${literal(`${refusalMark}${column}: ${why}`)})`

const int32 = (value: string, column: string): string =>
  `CASE WHEN ${value} IS NULL THEN NULL WHEN ${value} = trunc(${value}) AND ${value} BETWEEN -2147483648 AND 2147483647 ` +
  `THEN CAST(${value} AS INTEGER) ELSE ${refuse(column, "not a whole number of 32 bits")} END`

const int64 = (value: string, column: string): string => {
  const refused = refuse(column, "not a whole number of 64 bits")
  const double = `TRY_CAST(${value} AS DOUBLE)`
  return (
    `CASE WHEN ${value} IS NULL THEN NULL WHEN regexp_full_match(${value}, '[-+]?[0-9]+([.]0*)?') THEN coalesce(TRY_CAST(${value} AS BIGINT), ${refused}) ` +
    `WHEN ${double} = trunc(${double}) AND abs(${double}) <= 9007199254740992 THEN CAST(${double} AS BIGINT) ELSE ${refused} END`
  )
}

const decimal = (value: string, column: string, type: string, scale: number): string => {
  const refused = refuse(column, `not a number of ${type.slice("DECIMAL".length)} digits`)
  const exact = `TRY_CAST(${value} AS ${type})`
  return (
    `CASE WHEN ${value} IS NULL THEN NULL WHEN regexp_full_match(${value}, '[-+]?[0-9]*([.][0-9]{0,${scale}}0*)?') THEN coalesce(${exact}, ${refused}) ` +
    `WHEN regexp_matches(${value}, '[eE]') AND CAST(${exact} AS DOUBLE) = TRY_CAST(${value} AS DOUBLE) THEN ${exact} ELSE ${refused} END`
  )
}

const time = (value: string, column: string): string =>
  `CASE WHEN ${value} IS NULL THEN NULL ELSE coalesce(TRY_CAST(${value} AS TIME), ${refuse(column, "not a time of day")}) END`

const scalarValue = (header: string, read: string, type: ScalarType, column: string): string => {
  const raw = identifier(header)
  const wanted = readAs[type.kind]
  const value = read === wanted ? raw : `CAST(${raw} AS ${wanted})`
  switch (type.kind) {
    case "int32":
      return int32(value, column)
    case "int64":
      return int64(value, column)
    case "decimal":
      return decimal(value, column, scalarType(type), type.scale)
    case "time":
      return time(value, column)
    case "timestamp":
      return `CAST(${value} AS TIMESTAMPTZ)`
    default:
      return value
  }
}

/** HMAC-SHA-256 of RFC 2104 out of SHA-256; the padded keys are rows of a temporary table, never SQL text. */
export const hmac = (text: string, keyName: string): string => {
  const pad = (which: "inner_pad" | "outer_pad") =>
    `(SELECT ${which} FROM temp._decant_mask_keys WHERE name = ${literal(keyName)})`
  return (
    `CASE WHEN ${text} IS NULL THEN NULL ELSE ` +
    `sha256(${pad("outer_pad")} || unhex(sha256(${pad("inner_pad")} || encode(${text})))) END`
  )
}

const structValue = (
  column: Column,
  source: Readonly<Record<string, string>>,
  read: ReadonlyMap<string, string>
) => {
  const fields = column.type.kind === "struct" ? column.type.fields : []
  const present = Object.values(source).filter((header) => read.has(header))
  const parts = fields.map((field) => {
    const header = source[field.name]
    const type = header === undefined ? undefined : read.get(header)
    const value =
      header === undefined || type === undefined
        ? `CAST(NULL AS ${scalarType(field.type)})`
        : scalarValue(header, type, field.type, column.name)
    return `${literal(field.name)}: ${value}`
  })
  const allNull = present.map((header) => `${identifier(header)} IS NULL`).join(" AND ")
  return `CASE WHEN ${allNull} THEN NULL ELSE {${parts.join(", ")}} END`
}

/** The column's value from the row of a segment, or null when the segment has nothing for the column. */
export const columnValue = (column: Column, read: ReadonlyMap<string, string>): string | null => {
  const source = column.from
  if ("struct" in source) {
    return Object.values(source.struct).some((header) => read.has(header))
      ? structValue(column, source.struct, read)
      : null
  }
  const type = read.get(source.header)
  if (type === undefined) return null
  const raw = identifier(source.header)
  if (column.mask !== undefined) {
    return hmac(type === "VARCHAR" ? raw : `CAST(${raw} AS VARCHAR)`, column.mask.hmac)
  }
  if (column.type.kind === "textList") {
    const separator = "splitOn" in source ? source.splitOn : ";"
    return `CASE WHEN ${raw} IS NULL THEN NULL ELSE string_split(${raw}, ${literal(separator)}) END`
  }
  if (column.type.kind === "struct") return null
  return scalarValue(source.header, type, column.type, column.name)
}
