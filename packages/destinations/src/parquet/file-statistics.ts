/**
 * What the log says about a data file, out of the footer that DuckDB has written: it holds the counts and bounds of
 * every row group, so that the file need not be read again. Where the footer does not tell exactly, it is read.
 *
 * https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics
 */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { identifier, literal } from "../sql-text.ts"
import { asOfColumn } from "../table-layout.ts"
import type { TableColumn } from "./delta/table-schema.ts"

interface StatisticsOf {
  readonly columns: ReadonlyArray<TableColumn>
  /** Columns of the key and the guard: they have statistics wherever they stand. */
  readonly leading: ReadonlyArray<string>
}

const ranged = new Set(["INTEGER", "DOUBLE", "DATE", "TIMESTAMP WITH TIME ZONE"])

/** Texts stay out of the log: it lives longer than rows, which hold personal data. Keys are needed. */
const chosen = ({ columns, leading }: StatisticsOf) => {
  const isLeading = (name: string) => leading.includes(name) || name === asOfColumn
  const first = columns.filter((column, at) => at < 32 || isLeading(column.name))
  const counted = first.filter(({ type }) => !type.startsWith("STRUCT") && !type.endsWith("[]"))
  const bounded = counted.filter(
    ({ name, type }) => ranged.has(type) || (type === "VARCHAR" && leading.includes(name))
  )
  return { counted, bounded }
}

const cell = (type: string, value: string): string =>
  type.startsWith("TIMESTAMP") ? `strftime(${value}, '%Y-%m-%dT%H:%M:%S.%gZ')` : value

/** Of every value in the file. */
const byReading = (of: StatisticsOf): string => {
  const { counted, bounded } = chosen(of)
  const bounds = (which: "min" | "max") =>
    `{${bounded.map(({ name, type }) => `${literal(name)}: ${cell(type, `${which}(${identifier(name)})`)}`).join(", ")}}`
  const nulls = counted
    .map(({ name }) => `${literal(name)}: count(*) - count(${identifier(name)})`)
    .join(", ")
  return `to_json({'numRecords': count(*), 'minValues': ${bounds("min")}, 'maxValues': ${bounds("max")}, 'nullCount': {${nulls}}})::VARCHAR`
}

const boundValue = (which: "min" | "max", type: string): string => `TRY_CAST(stats_${which}_value AS ${type})`

/** Long texts are cut in the footer, and others are written there in a way of its own. */
const isWhole = (type: string): string => {
  const sides = (["min", "max"] as const).map((which) => {
    const plain = type === "VARCHAR" ? ` AND regexp_full_match(stats_${which}_value, '[ -\\[\\]-~]*')` : ""
    return `${which}_is_exact AND ${boundValue(which, type)} IS NOT NULL${plain}`
  })
  return `coalesce(stats_null_count = row_group_num_rows OR (${sides.join(" AND ")}), false)`
}

/** One row for each column, with its bounds as each of the types, of which one is the column's own. */
const footerRows = (types: ReadonlyArray<string>, path: string): string => {
  const bound = (which: "min" | "max", type: string) =>
    `to_json(${cell(type, `${which}(${boundValue(which, type)})`)})::VARCHAR`
  const ofType = (type: string) =>
    `${literal(type)}: {'low': ${bound("min", type)}, 'high': ${bound("max", type)}, 'whole': bool_and(${isWhole(type)})}`
  const bounds = types.length === 0 ? "'{}'" : `to_json({${types.map(ofType).join(", ")}})::VARCHAR`
  return (
    `SELECT path_in_schema AS name, sum(row_group_num_rows)::DOUBLE AS rows, sum(stats_null_count)::DOUBLE AS nulls, ` +
    `bool_and(stats_null_count IS NOT NULL) AS counted, ${bounds} AS bounds ` +
    `FROM parquet_metadata(${literal(path)}) GROUP BY path_in_schema`
  )
}

interface Bounds {
  /** JSON of the value as the log has it. */
  readonly low: string | null
  readonly high: string | null
  readonly whole: boolean
}

/** Null when the footer leaves something open. */
const byFooter = Effect.fnUntraced(function* (
  sql: Sql,
  path: string,
  of: StatisticsOf
): Effect.fn.Return<object | null, DestinationError> {
  const { counted, bounded } = chosen(of)
  if (counted.length === 0) return null
  const types = [...new Set(bounded.map(({ type }) => type))]
  const found = new Map((yield* sql.rows(footerRows(types, path))).map((row) => [String(row.name), row]))
  const statistics = {
    numRecords: 0,
    minValues: {} as Record<string, unknown>,
    maxValues: {} as Record<string, unknown>,
    nullCount: {} as Record<string, number>
  }
  for (const column of counted) {
    const row = found.get(column.name)
    if (row?.counted !== true) return null
    statistics.numRecords = Number(row.rows)
    statistics.nullCount[column.name] = Number(row.nulls)
    if (!bounded.includes(column)) continue
    const bounds: Bounds | undefined = JSON.parse(String(row.bounds))[column.type]
    if (bounds?.whole !== true) return null
    if (bounds.low !== null) statistics.minValues[column.name] = JSON.parse(bounds.low)
    if (bounds.high !== null) statistics.maxValues[column.name] = JSON.parse(bounds.high)
  }
  return statistics
})

/** The parts of a compound have names with a comma in the footer. */
const isPlain = ({ columns }: StatisticsOf): boolean => columns.every(({ name }) => !name.includes(", "))

const withoutNulls = (_key: string, value: unknown): unknown => (value === null ? undefined : value)

/** The `stats` of a file in the log. */
export const fileStatistics = Effect.fnUntraced(function* (
  sql: Sql,
  path: string,
  of: StatisticsOf
): Effect.fn.Return<string, DestinationError> {
  const footer = isPlain(of) ? yield* byFooter(sql, path, of) : null
  if (footer !== null) return JSON.stringify(footer, withoutNulls)
  const [read] = yield* sql.rows(`SELECT ${byReading(of)} AS stats FROM read_parquet(${literal(path)})`)
  return JSON.stringify(JSON.parse(String(read?.stats)), withoutNulls)
})
