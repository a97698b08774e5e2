/**
 * What each staged row does to the table, decided by one join before anything is written: a narrow table of
 * (staged row, table row, action). Counting and writing both read it. The table is locked against other writers
 * meanwhile, so that the positions of its rows hold; readers are not.
 *
 * The guard: a row applies when its (guard value, time of reading) is not smaller than the stored one. A key
 * that was removed comes back only by a row that was read after the removal was, or changed after it.
 */
import { columnOf, identifier, literal } from "../sql-text.ts"
import { asOfColumn, type LayoutColumn, type TableLayout } from "../table-layout.ts"
import { sqlType } from "./postgres-types.ts"
import { keysEqual, keyText } from "./reduce.ts"
import { type Stage, segmentColumn, stageRowColumn } from "./stage.ts"

/**
 * `insert`, `update`: as they say · `delete`: the row stays and its flag is set · `remove`: the row goes ·
 * `gone`: was never here and shall not be · `same`, `stale`: nothing to do · `clash`: another row of this
 * read already stands under the key.
 */
export type Action = "insert" | "update" | "delete" | "remove" | "gone" | "same" | "stale" | "clash"

export interface Target {
  /** Qualified and quoted. */
  readonly sql: string
  readonly types: ReadonlyMap<string, string>
  /** Not published yet: all its rows come from one read, so no key may come twice. */
  readonly hidden: boolean
}

/** `d` are the stream's tombstones, where there are any. */
export type Tombstones = string | null

/** The staged value as the table would hold it: the stored type may have been widened. */
export const stagedValue = (target: Target, column: LayoutColumn): string => {
  const stored = target.types.get(column.name) ?? sqlType(column.column)
  const value = columnOf("s", column.name)
  return stored === sqlType(column.column) ? value : `${value}::${stored}`
}

const columnsEqual = (target: Target, columns: ReadonlyArray<LayoutColumn>): string =>
  columns.length === 0
    ? "true"
    : columns
        .map((column) => `${stagedValue(target, column)} IS NOT DISTINCT FROM ${columnOf("t", column.name)}`)
        .join(" AND ")

/** The staged row's guard value is smaller, or equal and the row was read earlier. */
const older = (layout: TableLayout, target: Target): string => {
  const readEarlier = `s.${asOfColumn} < t.${asOfColumn}`
  if (layout.guard === null) return readEarlier
  const staged = stagedValue(target, layout.guard)
  const stored = columnOf("t", layout.guard.name)
  return (
    `coalesce(${staged} < ${stored}, ${staged} IS NULL AND ${stored} IS NOT NULL) ` +
    `OR (${staged} IS NOT DISTINCT FROM ${stored} AND ${readEarlier})`
  )
}

const isTime = (layout: TableLayout): boolean => layout.guard?.column.type.kind === "timestamp"

/** The row `alias` is no newer than the removal of its key, `d`. */
export const barred = (layout: TableLayout, alias: string): string => {
  const notChangedSince =
    layout.guard !== null && isTime(layout)
      ? ` AND coalesce(${columnOf(alias, layout.guard.name)} <= d.removed_at, true)`
      : ""
  return `coalesce(${alias}.${asOfColumn} < d.as_of${notChangedSince}, false)`
}

const flagSet = (layout: TableLayout, stage: Stage, alias: "s" | "t"): string => {
  const flag = layout.flag
  if (flag === null) return "false"
  if (alias === "s" && !stage.columns.includes(flag)) return "false"
  return `(${columnOf(alias, flag.name)} IS TRUE)`
}

/** A row that is read is there, so a read without the flag takes it back from rows that had been marked. */
export const resetsFlag = (layout: TableLayout, stage: Stage): boolean =>
  layout.flag !== null && !stage.columns.includes(layout.flag)

const staysFlagged = (layout: TableLayout, stage: Stage): string =>
  resetsFlag(layout, stage) ? ` AND NOT ${flagSet(layout, stage, "t")}` : ""

const keyOf = (layout: TableLayout): ReadonlyArray<LayoutColumn> => layout.key ?? []

const stagedRow = `s.${stageRowColumn} AS stage_row, t.ctid AS target_row`

export const classifyUpserts = (
  layout: TableLayout,
  stage: Stage,
  target: Target,
  tombstones: Tombstones
): string => {
  if (layout.key === null) {
    return `SELECT s.${stageRowColumn} AS stage_row, NULL::tid AS target_row, 'insert' AS action FROM ${stage.typed} s`
  }
  const removes = layout.deletes.soft === "remove" ? flagSet(layout, stage, "s") : "false"
  const same = `${columnsEqual(target, stage.columns)}${staysFlagged(layout, stage)}`
  const sameVersion =
    `s.${asOfColumn} = t.${asOfColumn}` +
    (layout.guard === null
      ? ""
      : ` AND ${stagedValue(target, layout.guard)} IS NOT DISTINCT FROM ${columnOf("t", layout.guard.name)}`)
  const buried =
    tombstones === null ? "" : `LEFT JOIN (${tombstones}) d ON d.key = ${keyText(layout.key, "s")}`
  return `SELECT ${stagedRow}, CASE
      ${tombstones === null ? "" : `WHEN ${barred(layout, "s")} THEN 'stale'`}
      WHEN t.ctid IS NULL THEN CASE WHEN ${removes} THEN 'gone' ELSE 'insert' END
      WHEN ${older(layout, target)} THEN 'stale'
      WHEN ${removes} THEN 'remove'
      WHEN ${same} THEN 'same'
      ${target.hidden ? `WHEN ${sameVersion} THEN 'clash'` : ""}
      WHEN ${flagSet(layout, stage, "s")} AND NOT ${flagSet(layout, stage, "t")} THEN 'delete'
      ELSE 'update' END AS action
    FROM ${stage.typed} s LEFT JOIN ${target.sql} t ON ${keysEqual(layout.key, "s", "t")} ${buried}`
}

/** Every stored row of the staged keys, the newest of each first: somebody may have taken the key's index away. */
const storedUnderKeys = (layout: TableLayout, stage: Stage, target: Target): string => {
  const guard = layout.guard === null ? "" : `${columnOf("t", layout.guard.name)} DESC NULLS LAST, `
  return `SELECT s.${stageRowColumn} AS stage_row, t.ctid AS target_row, row_number() OVER (
      PARTITION BY s.${stageRowColumn} ORDER BY ${guard}t.${asOfColumn} DESC, t.ctid DESC) AS place
    FROM ${stage.typed} s JOIN ${target.sql} t ON ${keysEqual(keyOf(layout), "s", "t")}`
}

/**
 * Rows that take the place of what is stored, whatever its version; `same` only where it is stored once. Other rows
 * of their keys go: they have no staged row.
 */
export const classifyReplacements = (layout: TableLayout, stage: Stage, target: Target): string => {
  const removes = layout.deletes.soft === "remove" ? flagSet(layout, stage, "s") : "false"
  const once = "NOT EXISTS (SELECT 1 FROM stored o WHERE o.stage_row = k.stage_row AND o.place > 1)"
  const same = `${columnsEqual(target, stage.columns)}${staysFlagged(layout, stage)} AND ${once}`
  return `WITH stored AS MATERIALIZED (${storedUnderKeys(layout, stage, target)})
    SELECT ${stagedRow}, CASE
      WHEN t.ctid IS NULL THEN CASE WHEN ${removes} THEN 'gone' ELSE 'insert' END
      WHEN ${removes} THEN 'remove'
      WHEN ${same} THEN 'same'
      WHEN ${flagSet(layout, stage, "s")} AND NOT ${flagSet(layout, stage, "t")} THEN 'delete'
      ELSE 'update' END AS action
    FROM ${stage.typed} s LEFT JOIN stored k ON k.stage_row = s.${stageRowColumn} AND k.place = 1
    LEFT JOIN ${target.sql} t ON t.ctid = k.target_row
    UNION ALL SELECT NULL, target_row, 'doubled' FROM stored WHERE place > 1`
}

/** The columns that a patch changes: its own, without the key and the guard that it is recognised by. */
export const patchedColumns = (layout: TableLayout, stage: Stage): ReadonlyArray<LayoutColumn> =>
  stage.columns.filter((column) => !keyOf(layout).includes(column) && column !== layout.guard)

export const classifyPatches = (layout: TableLayout, stage: Stage, target: Target): string => {
  const sameVersion =
    layout.guard === null
      ? "true"
      : `${stagedValue(target, layout.guard)} IS NOT DISTINCT FROM ${columnOf("t", layout.guard.name)}`
  return `SELECT ${stagedRow}, CASE
      WHEN NOT (${sameVersion}) OR s.${asOfColumn} < t.${asOfColumn} THEN 'stale'
      WHEN ${columnsEqual(target, patchedColumns(layout, stage))} THEN 'same'
      ELSE 'update' END AS action
    FROM ${stage.typed} s JOIN ${target.sql} t ON ${keysEqual(keyOf(layout), "s", "t")}`
}

/** When a staged deletion happened: the guard's header if the segment has it, else when it was read. */
export const removedAt = (layout: TableLayout, stage: Stage): string =>
  layout.guard !== null && isTime(layout) && stage.columns.includes(layout.guard)
    ? `coalesce(${columnOf("s", layout.guard.name)}, s.${asOfColumn})`
    : `s.${asOfColumn}`

const deletion = (layout: TableLayout, stage: Stage): string =>
  layout.deletes.hard === "remove" || layout.flag === null
    ? "'remove'"
    : `CASE WHEN ${flagSet(layout, stage, "t")} THEN 'same' ELSE 'delete' END`

export const classifyDeletes = (layout: TableLayout, stage: Stage, target: Target): string => {
  const changedSince =
    layout.guard === null || !isTime(layout)
      ? "false"
      : `coalesce(${columnOf("t", layout.guard.name)} > ${removedAt(layout, stage)}, false)`
  return `SELECT ${stagedRow}, CASE
      WHEN t.ctid IS NULL THEN 'gone'
      WHEN ${changedSince} OR s.${asOfColumn} < t.${asOfColumn} THEN 'stale'
      ELSE ${deletion(layout, stage)} END AS action
    FROM ${stage.typed} s LEFT JOIN ${target.sql} t ON ${keysEqual(keyOf(layout), "s", "t")}`
}

/** Rows inside a range of Ids that a complete list of the range does not name. */
export const classifyAbsent = (
  layout: TableLayout,
  stage: Stage,
  target: Target,
  list: {
    readonly position: number
    readonly asOf: string
    readonly from: string | null
    readonly to: string | null
  }
): string => {
  const first = keyOf(layout)[0]
  const bound = (operator: string, value: string | null): ReadonlyArray<string> =>
    value === null || first === undefined
      ? []
      : [`${columnOf("t", first.name)} ${operator} ${literal(value)}`]
  const asOf = `${literal(list.asOf)}::timestamptz`
  const changedSince =
    layout.guard === null || !isTime(layout)
      ? ""
      : ` AND coalesce(${columnOf("t", layout.guard.name)} <= ${asOf}, true)`
  const listed = `${keysEqual(keyOf(layout), "s", "t")} AND s.${identifier(segmentColumn)} = ${list.position}`
  const conditions = [
    ...bound(">=", list.from),
    ...bound("<", list.to),
    `t.${asOfColumn} <= ${asOf}${changedSince}`
  ]
  return `SELECT NULL::tid AS stage_row, t.ctid AS target_row, ${deletion(layout, stage)} AS action
    FROM ${target.sql} t WHERE ${conditions.join(" AND ")}
    AND NOT EXISTS (SELECT 1 FROM ${stage.typed} s WHERE ${listed})`
}
