/**
 * What each staged row does to the table, decided by one join before anything is written: a narrow table of
 * (staged row, table row, action). Counting and writing both read it.
 *
 * The guard: a row applies when its (guard value, time of reading) is not smaller than the stored one. A key
 * that was removed comes back only by a row that was read after the removal was, or changed after it.
 */
import { columnOf, identifier, literal } from "../sql-text.ts"
import { asOfColumn, type LayoutColumn, type TableLayout } from "../table-layout.ts"
import { sqlType } from "./column-values.ts"
import { keysEqual, keyText, type Stage } from "./stage.ts"

export const actionsTable = "temp._decant_actions"

/**
 * `insert`, `update`: as they say · `delete`: the row stays and its flag is set · `remove`: the row goes ·
 * `gone`: was never here and shall not be · `same`, `stale`: nothing to do · `clash`: another row of this
 * read already stands under the key · `compare`: not decided yet, of the version that is stored.
 */
export type Action =
  | "insert"
  | "update"
  | "delete"
  | "remove"
  | "gone"
  | "same"
  | "stale"
  | "clash"
  | "compare"

export interface Target {
  readonly sql: string
  readonly types: ReadonlyMap<string, string>
  /** Not published yet: all its rows come from one read, so no key may come twice. */
  readonly hidden: boolean
}

export interface Tombstones {
  /** Rows `key`, `removed_at`, `as_of` of this stream; null when there are none. */
  readonly sql: string | null
}

const storedType = (target: Target, column: LayoutColumn): string =>
  target.types.get(column.name.toLowerCase()) ?? sqlType(column.column)

/** The staged value as the table would hold it: the stored type may have been widened. */
export const stagedValue = (target: Target, column: LayoutColumn): string => {
  const stored = storedType(target, column)
  const value = columnOf("s", column.name)
  return stored === sqlType(column.column) ? value : `CAST(${value} AS ${stored})`
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

const barred = (layout: TableLayout, tombstones: Tombstones): string => {
  if (tombstones.sql === null) return "false"
  const notChangedSince =
    layout.guard !== null && isTime(layout)
      ? ` AND coalesce(${columnOf("s", layout.guard.name)} <= d.removed_at, true)`
      : ""
  return `coalesce(s.${asOfColumn} < d.as_of${notChangedSince}, false)`
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

const create = (select: string): string => `CREATE OR REPLACE TEMP TABLE _decant_actions AS ${select}`

const key = (layout: TableLayout): ReadonlyArray<LayoutColumn> => layout.key ?? []

/** Equal, or not known to differ: the guard is a column, so rows of two versions are two rows. */
const guardsEqual = ({ guard }: TableLayout, target: Target): string =>
  guard === null ? "true" : `${stagedValue(target, guard)} IS NOT DISTINCT FROM ${columnOf("t", guard.name)}`

const deletes = (layout: TableLayout, stage: Stage): string =>
  `WHEN ${flagSet(layout, stage, "s")} AND NOT ${flagSet(layout, stage, "t")} THEN 'delete'`

/** Of rows whose guard is the stored one. */
const compared = (layout: TableLayout, stage: Stage, target: Target): string => {
  const same = `${columnsEqual(target, stage.columns)}${staysFlagged(layout, stage)}`
  return `CASE WHEN ${same} THEN 'same'
    ${target.hidden ? `WHEN s.${asOfColumn} = t.${asOfColumn} THEN 'clash'` : ""}
    ${deletes(layout, stage)} ELSE 'update' END`
}

/**
 * By key, guard and flag alone. To compare whole rows reads the whole table where the rows are all over it: that is
 * left to `compareVersions`, for the few rows that are of the stored version.
 */
export const classifyUpserts = (
  layout: TableLayout,
  stage: Stage,
  target: Target,
  tombstones: Tombstones
): string => {
  if (layout.key === null) {
    return create(
      `SELECT s.rowid AS stage_row, CAST(NULL AS BIGINT) AS target_row, 'insert' AS action FROM ${stage.table} s`
    )
  }
  const removes = layout.deletes.soft === "remove" ? flagSet(layout, stage, "s") : "false"
  const buried =
    tombstones.sql === null ? "" : `LEFT JOIN (${tombstones.sql}) d ON d.key = ${keyText(key(layout), "s")}`
  return create(
    `SELECT s.rowid AS stage_row, t.rowid AS target_row, CASE
       WHEN ${barred(layout, tombstones)} THEN 'stale'
       WHEN t.rowid IS NULL THEN CASE WHEN ${removes} THEN 'gone' ELSE 'insert' END
       WHEN ${older(layout, target)} THEN 'stale'
       WHEN ${removes} THEN 'remove'
       WHEN ${guardsEqual(layout, target)} THEN 'compare'
       ${deletes(layout, stage)}
       ELSE 'update' END AS action
     FROM ${stage.table} s LEFT JOIN ${target.sql} t ON ${keysEqual(key(layout), "s", "t")} ${buried}`
  )
}

/** Decides the rows that `classifyUpserts` left. */
export const compareVersions = (layout: TableLayout, stage: Stage, target: Target): string =>
  `UPDATE ${actionsTable} a SET action = ${compared(layout, stage, target)}
     FROM ${stage.table} s, ${target.sql} t
     WHERE a.action = 'compare' AND s.rowid = a.stage_row AND t.rowid = a.target_row AND ${keysEqual(key(layout), "s", "t")}`

/** Every stored row of the staged keys, the newest of each first. */
export const storedTable = "temp._decant_stored"

export const storedUnderKeys = (layout: TableLayout, stage: Stage, target: Target): string => {
  const guard = layout.guard === null ? "" : `${columnOf("t", layout.guard.name)} DESC NULLS LAST, `
  const order = `${guard}t.${asOfColumn} DESC, t.rowid DESC`
  return `CREATE OR REPLACE TEMP TABLE _decant_stored AS SELECT s.rowid AS stage_row, t.rowid AS target_row,
    row_number() OVER (PARTITION BY s.rowid ORDER BY ${order}) AS place
    FROM ${stage.table} s JOIN ${target.sql} t ON ${keysEqual(key(layout), "s", "t")}`
}

/** Rows that take the place of what is stored, whatever its version; `same` only where it is stored once. */
export const classifyReplacements = (layout: TableLayout, stage: Stage, target: Target): string => {
  const removes = layout.deletes.soft === "remove" ? flagSet(layout, stage, "s") : "false"
  const once = `NOT EXISTS (SELECT 1 FROM ${storedTable} o WHERE o.stage_row = s.rowid AND o.place > 1)`
  const same = `${columnsEqual(target, stage.columns)}${staysFlagged(layout, stage)} AND ${once}`
  return create(
    `SELECT s.rowid AS stage_row, t.rowid AS target_row, CASE
       WHEN t.rowid IS NULL THEN CASE WHEN ${removes} THEN 'gone' ELSE 'insert' END
       WHEN ${removes} THEN 'remove'
       WHEN ${same} THEN 'same'
       WHEN ${flagSet(layout, stage, "s")} AND NOT ${flagSet(layout, stage, "t")} THEN 'delete'
       ELSE 'update' END AS action
     FROM ${stage.table} s LEFT JOIN ${storedTable} k ON k.stage_row = s.rowid AND k.place = 1
     LEFT JOIN ${target.sql} t ON t.rowid = k.target_row`
  )
}

/** The columns that a patch changes: its own, without the key and the guard that it is recognised by. */
export const patchedColumns = (layout: TableLayout, stage: Stage): ReadonlyArray<LayoutColumn> =>
  stage.columns.filter((column) => !key(layout).includes(column) && column !== layout.guard)

export const classifyPatches = (layout: TableLayout, stage: Stage, target: Target): string => {
  const sameVersion =
    layout.guard === null
      ? "true"
      : `${stagedValue(target, layout.guard)} IS NOT DISTINCT FROM ${columnOf("t", layout.guard.name)}`
  return create(
    `SELECT s.rowid AS stage_row, t.rowid AS target_row, CASE
       WHEN NOT (${sameVersion}) OR s.${asOfColumn} < t.${asOfColumn} THEN 'stale'
       WHEN ${columnsEqual(target, patchedColumns(layout, stage))} THEN 'same'
       ELSE 'update' END AS action
     FROM ${stage.table} s JOIN ${target.sql} t ON ${keysEqual(key(layout), "s", "t")}`
  )
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
  return create(
    `SELECT s.rowid AS stage_row, t.rowid AS target_row, CASE
       WHEN t.rowid IS NULL THEN 'gone'
       WHEN ${changedSince} OR s.${asOfColumn} < t.${asOfColumn} THEN 'stale'
       ELSE ${deletion(layout, stage)} END AS action
     FROM ${stage.table} s LEFT JOIN ${target.sql} t ON ${keysEqual(key(layout), "s", "t")}`
  )
}

/** Rows inside a range of Ids that a complete list of the range does not name. */
export const classifyAbsent = (
  layout: TableLayout,
  stage: Stage,
  target: Target,
  list: {
    readonly files: ReadonlyArray<number>
    readonly fileColumn: string
    readonly asOf: string
    readonly from: string | null
    readonly to: string | null
  }
): string => {
  const first = key(layout)[0]
  const bound = (operator: string, value: string | null): ReadonlyArray<string> =>
    value === null || first === undefined
      ? []
      : [`${columnOf("t", first.name)} ${operator} ${literal(value)}`]
  const asOf = `TIMESTAMPTZ ${literal(list.asOf)}`
  const changedSince =
    layout.guard === null || !isTime(layout)
      ? ""
      : ` AND coalesce(${columnOf("t", layout.guard.name)} <= ${asOf}, true)`
  const listed = `${keysEqual(key(layout), "s", "t")} AND s.${identifier(list.fileColumn)} IN (${[-1, ...list.files].join(", ")})`
  return create(
    `SELECT CAST(NULL AS BIGINT) AS stage_row, t.rowid AS target_row, ${deletion(layout, stage)} AS action
     FROM ${target.sql} t
     WHERE ${[...bound(">=", list.from), ...bound("<", list.to), `t.${asOfColumn} <= ${asOf}${changedSince}`].join(" AND ")}
       AND NOT EXISTS (SELECT 1 FROM ${stage.table} s WHERE ${listed})`
  )
}
