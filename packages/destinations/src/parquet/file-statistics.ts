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

const asJson = (
  of: StatisticsOf,
  values: {
    readonly rows: string
    readonly bound: (which: "min" | "max", column: TableColumn) => string
    readonly nulls: (column: TableColumn) => string
  }
): string => {
  const { counted, bounded } = chosen(of)
  const bound = (which: "min" | "max") =>
    `{${bounded.map((column) => `${literal(column.name)}: ${cell(column.type, values.bound(which, column))}`).join(", ")}}`
  const nulls = counted.map((column) => `${literal(column.name)}: ${values.nulls(column)}`).join(", ")
  return `to_json({'numRecords': ${values.rows}, 'minValues': ${bound("min")}, 'maxValues': ${bound("max")}, 'nullCount': {${nulls}}})::VARCHAR`
}

/** Of every value in the file. */
const byReading = (of: StatisticsOf): string =>
  asJson(of, {
    rows: "count(*)",
    bound: (which, { name }) => `${which}(${identifier(name)})`,
    nulls: ({ name }) => `count(*) - count(${identifier(name)})`
  })

const boundValue = (which: "min" | "max", type: string): string => `TRY_CAST(stats_${which}_value AS ${type})`

/** Long texts are cut in the footer, and others are written there in a way of its own. */
const isWhole = ({ type }: TableColumn): string => {
  const sides = (["min", "max"] as const).map((which) => {
    const plain = type === "VARCHAR" ? ` AND regexp_full_match(stats_${which}_value, '[ -\\[\\]-~]*')` : ""
    return `${which}_is_exact AND ${boundValue(which, type)} IS NOT NULL${plain}`
  })
  return `coalesce(stats_null_count = row_group_num_rows OR (${sides.join(" AND ")}), false)`
}

const byFooter = (of: StatisticsOf): { readonly stats: string; readonly whole: string } => {
  const { counted, bounded } = chosen(of)
  const only = ({ name }: TableColumn) => `FILTER (WHERE path_in_schema = ${literal(name)})`
  const whole = [
    ...counted.map((column) => `bool_and(stats_null_count IS NOT NULL) ${only(column)}`),
    ...bounded.map((column) => `bool_and(${isWhole(column)}) ${only(column)}`)
  ]
  return {
    stats: asJson(of, {
      rows: "coalesce(sum(row_group_num_rows) FILTER (WHERE column_id = 0), 0)::BIGINT",
      bound: (which, column) => `${which}(${boundValue(which, column.type)}) ${only(column)}`,
      nulls: (column) => `(sum(stats_null_count) ${only(column)})::BIGINT`
    }),
    whole: whole.map((one) => `coalesce(${one}, false)`).join(" AND ") || "true"
  }
}

/** The parts of a compound have names with a comma in the footer. */
const isPlain = ({ columns }: StatisticsOf): boolean => columns.every(({ name }) => !name.includes(", "))

const withoutNulls = (_key: string, value: unknown): unknown => (value === null ? undefined : value)

/** The `stats` of a file in the log. */
export const fileStatistics = Effect.fnUntraced(function* (
  sql: Sql,
  path: string,
  of: StatisticsOf
): Effect.fn.Return<string, DestinationError> {
  const { stats, whole } = byFooter(of)
  const [footer] = isPlain(of)
    ? yield* sql.rows(`SELECT ${stats} AS stats, ${whole} AS whole FROM parquet_metadata(${literal(path)})`)
    : []
  const [found] =
    footer?.whole === true
      ? [footer]
      : yield* sql.rows(`SELECT ${byReading(of)} AS stats FROM read_parquet(${literal(path)})`)
  return JSON.stringify(JSON.parse(String(found?.stats)), withoutNulls)
})
