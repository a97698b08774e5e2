/**
 * Compares a staged segment, which holds all rows of a range of keys as the source has them, with the rows that are
 * stored in that range: one join, whose differing pairs of row positions become a small table. Rows that have moved
 * on since the cut are left out on the way.
 */
import { randomBytes } from "node:crypto"
import type { Comparison, DifferenceKind, IdRange, RowDifference } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Compared } from "../duckdb-sql/differences.ts"
import { columnOf, identifier, literal } from "../sql-text.ts"
import { asOfColumn, type LayoutColumn, type TableLayout } from "../table-layout.ts"
import { stagedValue, type Target } from "./classify.ts"
import { keysEqual, keyText } from "./reduce.ts"
import type { Sql } from "./sql.ts"
import { type Stage, segmentColumn, stageRowColumn } from "./stage.ts"

export interface Join {
  readonly layout: TableLayout
  readonly key: ReadonlyArray<LayoutColumn>
  readonly stage: Stage
  readonly target: Target
  readonly comparison: Comparison
  /** Null where no stored row can have moved on. */
  readonly storedBefore: string | null
}

/** Rows whose key is null are nobody's; they count to the beginning. */
const inRange = (key: ReadonlyArray<LayoutColumn>, ids: IdRange | undefined): string => {
  const first = key[0]
  if (first === undefined || ids === undefined) return "true"
  const name = columnOf("t", first.name)
  const upper = ids.to === null ? "true" : `${name} < ${literal(ids.to)}`
  return ids.from === null ? `(${name} IS NULL OR ${upper})` : `${name} >= ${literal(ids.from)} AND ${upper}`
}

const amongKeys = ({ key, comparison }: Join, alias: "s" | "t"): string =>
  comparison.keys === undefined
    ? "true"
    : `${keyText(key, alias)} = ANY(ARRAY[${comparison.keys.map(literal).join(", ")}]::text[])`

const storedRows = (join: Join): string =>
  `(SELECT t.*, t.ctid AS target_row FROM ${join.target.sql} t
    WHERE ${inRange(join.key, join.stage.batch.segments[0]?.covers.ids)} AND ${amongKeys(join, "t")})`

const stagedRows = (join: Join): string =>
  `(SELECT s.*, s.${stageRowColumn} AS stage_row FROM ${join.stage.typed} s WHERE ${amongKeys(join, "s")})`

const hasColumn = (join: Join, column: LayoutColumn): boolean => join.target.types.has(column.name)

/** The guard where the segment has it; without it only presence and values can be compared. */
const guardOf = (join: Join): LayoutColumn | null =>
  join.layout.guard !== null && join.stage.columns.includes(join.layout.guard) ? join.layout.guard : null

const movedOn = (column: LayoutColumn | null, alias: "s" | "t", before: string | null): string =>
  before === null || column?.column.type.kind !== "timestamp"
    ? "false"
    : `coalesce(${columnOf(alias, column.name)} >= ${literal(before)}::timestamptz, false)`

/** Without a flag of its own a row that the source has is not deleted. */
const differing = (join: Join): ReadonlyArray<{ readonly name: string; readonly sql: string }> => {
  const { layout, stage, target, key } = join
  const compared = stage.columns
    .filter((column) => !key.includes(column) && column !== layout.guard && hasColumn(join, column))
    .map((column) => ({
      name: column.column.name,
      sql: `${stagedValue(target, column)} IS DISTINCT FROM ${columnOf("t", column.name)}`
    }))
  const { flag } = layout
  return flag === null || stage.columns.includes(flag) || !hasColumn(join, flag)
    ? compared
    : [...compared, { name: flag.column.name, sql: `${columnOf("t", flag.name)} IS TRUE` }]
}

const kindOf = (join: Join): string => {
  const { layout, stage, comparison } = join
  const { flag } = layout
  const guard = guardOf(join)
  const isGone =
    flag !== null && stage.columns.includes(flag) && layout.deletes.soft === "remove"
      ? `${columnOf("s", flag.name)} IS TRUE`
      : "false"
  const isMarked = flag !== null && hasColumn(join, flag) ? `${columnOf("t", flag.name)} IS TRUE` : "false"
  const otherStamp =
    guard === null
      ? "false"
      : `${stagedValue(join.target, guard)} IS DISTINCT FROM ${columnOf("t", guard.name)}`
  const otherValues = differing(join).map(({ sql }) => sql)
  return `CASE
    WHEN ${movedOn(guard, "s", comparison.before)} OR ${movedOn(layout.guard, "t", join.storedBefore)} THEN 'moved'
    WHEN target_row IS NULL THEN CASE WHEN ${isGone} THEN 'same' ELSE 'missing' END
    WHEN stage_row IS NULL THEN CASE WHEN ${isMarked} THEN 'same' ELSE 'extra' END
    WHEN ${isGone} THEN 'extra'
    WHEN ${otherStamp} THEN 'stamp'
    WHEN ${otherValues.length === 0 ? "false" : otherValues.join(" OR ")} THEN 'values'
    ELSE 'same' END`
}

/** A row that was read twice in one reading: the later version counts. */
const newestOnce = Effect.fnUntraced(function* (sql: Sql, { key, layout, stage }: Join) {
  const names = key.map(({ name }) => identifier(name)).join(", ")
  const guard =
    layout.guard !== null && stage.columns.includes(layout.guard)
      ? `${identifier(layout.guard.name)} DESC NULLS LAST, `
      : ""
  yield* sql.run(
    `DELETE FROM ${stage.table} WHERE ctid IN (SELECT row FROM (
       SELECT ${stageRowColumn} AS row, count(*) OVER (PARTITION BY ${names}) AS rows,
         row_number() OVER (PARTITION BY ${names} ORDER BY ${guard}${segmentColumn} DESC, ${stageRowColumn} DESC) AS place
       FROM ${stage.typed} s) placed WHERE rows > 1 AND place > 1)`
  )
})

const iso = (value: string): string => `to_char(${value}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const guardText = (column: LayoutColumn | null, alias: "s" | "t"): string => {
  if (column === null) return "NULL::text"
  const value = columnOf(alias, column.name)
  return column.column.type.kind === "timestamp" ? iso(value) : `${value}::text`
}

const list = Effect.fnUntraced(function* (
  sql: Sql,
  join: Join,
  pairs: string,
  limit: number
): Effect.fn.Return<ReadonlyArray<RowDifference>, DestinationError> {
  if (limit <= 0) return []
  const names = differing(join).map(
    ({ name, sql: condition }) => `CASE WHEN ${condition} THEN ${literal(name)} END`
  )
  const columns =
    names.length === 0
      ? "ARRAY[]::text[]"
      : `CASE WHEN p.kind IN ('stamp', 'values') THEN array_remove(ARRAY[${names.join(", ")}]::text[], NULL) ELSE ARRAY[]::text[] END`
  const rows = yield* sql.rows(
    `SELECT p.key, p.kind, ${guardText(join.layout.guard, "t")} AS stored, ${guardText(guardOf(join), "s")} AS actual,
       ${iso(`t.${asOfColumn}`)} AS read_at, ${columns} AS columns
     FROM (SELECT * FROM ${pairs} WHERE kind NOT IN ('same', 'moved') ORDER BY key COLLATE pg_catalog."C" LIMIT ${limit}) p
     LEFT JOIN ${join.stage.typed} s ON s.${stageRowColumn} = p.stage_row
     LEFT JOIN ${join.target.sql} t ON t.ctid = p.target_row
     ORDER BY p.key COLLATE pg_catalog."C"`
  )
  const text = (value: unknown): string | null => (value === null ? null : String(value))
  return rows.map((row) => ({
    key: text(row.key) ?? "",
    kind: String(row.kind) as DifferenceKind,
    stored: text(row.stored),
    actual: text(row.actual),
    readAt: text(row.read_at),
    columns: row.columns as ReadonlyArray<string>
  }))
})

/** One segment against its range; what it makes goes with the transaction. */
export const compareStage = Effect.fnUntraced(function* (
  sql: Sql,
  join: Join,
  limit: number
): Effect.fn.Return<Compared, DestinationError> {
  yield* newestOnce(sql, join)
  const token = randomBytes(8).toString("hex")
  const [doubled, pairs] = [`_decant.doubled_${token}`, `_decant.pairs_${token}`]
  const names = join.key.map(({ name }) => columnOf("t", name)).join(", ")
  yield* sql.run(
    `CREATE UNLOGGED TABLE ${doubled} AS SELECT ${keyText(join.key, "t")} AS key, min(target_row) AS target_row
      FROM ${storedRows(join)} t GROUP BY ${names} HAVING count(*) > 1`
  )
  const key = `coalesce(${keyText(join.key, "t")}, ${keyText(join.key, "s")})`
  yield* sql.run(
    `CREATE UNLOGGED TABLE ${pairs} AS
       SELECT key, kind, stage_row, target_row FROM (
         SELECT ${key} AS key, stage_row, target_row, ${kindOf(join)} AS kind
         FROM ${stagedRows(join)} s FULL JOIN ${storedRows(join)} t ON ${keysEqual(join.key, "s", "t")}) found
       WHERE NOT EXISTS (SELECT 1 FROM ${doubled} d WHERE d.key = found.key)
       UNION ALL SELECT key, 'doubled', NULL::tid, target_row FROM ${doubled}`
  )
  const counted = yield* sql.rows(`SELECT kind, count(*)::float8 AS rows FROM ${pairs} GROUP BY kind`)
  const by = new Map(counted.map((row) => [String(row.kind), Number(row.rows)]))
  const of = (kind: string): number => by.get(kind) ?? 0
  const counts = {
    missing: of("missing"),
    extra: of("extra"),
    doubled: of("doubled"),
    stamp: of("stamp"),
    values: of("values")
  }
  const differences = counts.missing + counts.extra + counts.doubled + counts.stamp + counts.values
  return {
    compared: differences + of("same"),
    movedOn: of("moved"),
    counts,
    rows: differences === 0 ? [] : yield* list(sql, join, pairs, limit)
  }
})
