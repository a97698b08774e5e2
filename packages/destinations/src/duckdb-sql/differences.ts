/**
 * Compares a staged segment, which holds all rows of a range of keys as the source has them, with the rows that
 * are stored in that range: one join, whose differing pairs of row positions become a small table. Rows that have
 * moved on since the cut are left out on the way.
 */
import type { Comparison, DifferenceKind, Differences, IdRange, RowDifference } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { columnOf, identifier, literal } from "../sql-text.ts"
import { asOfColumn, type LayoutColumn, type TableLayout } from "../table-layout.ts"
import { stagedValue, type Target } from "./classify.ts"
import type { Sql } from "./sql.ts"
import { filePositionColumn, keysEqual, keyText, type Stage } from "./stage.ts"

const pairsTable = "temp._decant_pairs"
const doubledTable = "temp._decant_doubled"

export type Compared = Omit<Differences, "kind">

export const noDifferences: Compared = {
  compared: 0,
  movedOn: 0,
  counts: { missing: 0, extra: 0, doubled: 0, stamp: 0, values: 0 },
  rows: []
}

interface Join {
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
    : `${keyText(key, alias)} IN (${["", ...comparison.keys].map(literal).join(", ")})`

const storedRows = (join: Join): string =>
  `(SELECT t.*, t.rowid AS target_row FROM ${join.target.sql} t
    WHERE ${inRange(join.key, join.stage.batch.segments[0]?.covers.ids)} AND ${amongKeys(join, "t")})`

const stagedRows = (join: Join): string =>
  `(SELECT s.*, s.rowid AS stage_row FROM ${join.stage.table} s WHERE ${amongKeys(join, "s")})`

const hasColumn = (join: Join, column: LayoutColumn): boolean =>
  join.target.types.has(column.name.toLowerCase())

/** The guard where the segment has it; without it only presence and values can be compared. */
const guardOf = (join: Join): LayoutColumn | null =>
  join.layout.guard !== null && join.stage.columns.includes(join.layout.guard) ? join.layout.guard : null

const movedOn = (column: LayoutColumn | null, alias: "s" | "t", before: string | null): string =>
  before === null || column?.column.type.kind !== "timestamp"
    ? "false"
    : `coalesce(${columnOf(alias, column.name)} >= TIMESTAMPTZ ${literal(before)}, false)`

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
    `DELETE FROM ${stage.table} WHERE rowid IN (SELECT row_id FROM (
       SELECT rowid AS row_id, row_number() OVER (PARTITION BY ${names} ORDER BY ${guard}${filePositionColumn} DESC, rowid DESC) AS place
       FROM ${stage.table} WHERE (${names}) IN (SELECT (${names}) FROM ${stage.table} GROUP BY ALL HAVING count(*) > 1)) WHERE place > 1)`
  )
})

const findDoubled = Effect.fnUntraced(function* (sql: Sql, join: Join) {
  const names = join.key.map(({ name }) => columnOf("t", name)).join(", ")
  return yield* sql.run(
    `CREATE OR REPLACE TEMP TABLE _decant_doubled AS SELECT ${keyText(join.key, "t")} AS key, min(target_row) AS target_row
      FROM ${storedRows(join)} t GROUP BY ${names} HAVING count(*) > 1`
  )
})

const iso = (value: string): string => `strftime(${value}, '%Y-%m-%dT%H:%M:%S.%gZ')`

const guardText = (column: LayoutColumn | null, alias: "s" | "t"): string => {
  if (column === null) return "CAST(NULL AS VARCHAR)"
  const value = columnOf(alias, column.name)
  return column.column.type.kind === "timestamp" ? iso(value) : `CAST(${value} AS VARCHAR)`
}

const list = Effect.fnUntraced(function* (
  sql: Sql,
  join: Join,
  limit: number
): Effect.fn.Return<ReadonlyArray<RowDifference>, DestinationError> {
  if (limit <= 0) return []
  const names = differing(join).map(
    ({ name, sql: condition }) => `CASE WHEN ${condition} THEN ${literal(name)} END`
  )
  const columns =
    names.length === 0
      ? "''"
      : `CASE WHEN p.kind IN ('stamp', 'values') THEN concat_ws(chr(31), ${names.join(", ")}) ELSE '' END`
  const rows = yield* sql.rows(
    `SELECT p.key, p.kind, ${guardText(join.layout.guard, "t")} AS stored, ${guardText(guardOf(join), "s")} AS actual,
       ${iso(`t.${asOfColumn}`)} AS read_at, ${columns} AS columns
     FROM (SELECT * FROM ${pairsTable} WHERE kind NOT IN ('same', 'moved') ORDER BY key LIMIT ${limit}) p
     LEFT JOIN ${join.stage.table} s ON s.rowid = p.stage_row
     LEFT JOIN ${join.target.sql} t ON t.rowid = p.target_row
     ORDER BY p.key`
  )
  return rows.map((row) => ({
    key: row.key === null ? "" : String(row.key),
    kind: String(row.kind) as DifferenceKind,
    stored: row.stored === null ? null : String(row.stored),
    actual: row.actual === null ? null : String(row.actual),
    readAt: row.read_at === null ? null : String(row.read_at),
    columns: String(row.columns)
      .split("\u001f")
      .filter((name) => name !== "")
  }))
})

/** One segment against its range. */
export const compareStage = Effect.fnUntraced(function* (
  sql: Sql,
  join: Join,
  limit: number
): Effect.fn.Return<Compared, DestinationError> {
  yield* newestOnce(sql, join)
  yield* findDoubled(sql, join)
  const on = keysEqual(join.key, "s", "t")
  const key = `coalesce(${keyText(join.key, "t")}, ${keyText(join.key, "s")})`
  yield* sql.run(
    `CREATE OR REPLACE TEMP TABLE _decant_pairs AS
       SELECT key, kind, stage_row, target_row FROM (
         SELECT ${key} AS key, stage_row, target_row, ${kindOf(join)} AS kind
         FROM ${stagedRows(join)} s FULL JOIN ${storedRows(join)} t ON ${on}) found
       WHERE NOT EXISTS (SELECT 1 FROM ${doubledTable} d WHERE d.key = found.key)
       UNION ALL SELECT key, 'doubled', CAST(NULL AS BIGINT), target_row FROM ${doubledTable}`
  )
  const counted = yield* sql.rows(`SELECT kind, count(*)::DOUBLE AS rows FROM ${pairsTable} GROUP BY ALL`)
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
    rows: differences === 0 ? [] : yield* list(sql, join, limit)
  }
})

export const addCompared = (a: Compared, b: Compared): Compared => ({
  compared: a.compared + b.compared,
  movedOn: a.movedOn + b.movedOn,
  counts: {
    missing: a.counts.missing + b.counts.missing,
    extra: a.counts.extra + b.counts.extra,
    doubled: a.counts.doubled + b.counts.doubled,
    stamp: a.counts.stamp + b.counts.stamp,
    values: a.counts.values + b.counts.values
  },
  rows: [...a.rows, ...b.rows].sort((x, y) => (x.key < y.key ? -1 : x.key > y.key ? 1 : 0))
})
