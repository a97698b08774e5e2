/**
 * How changed rows get into the table. DuckDB keeps columns in groups of 122,880 rows and, when a cell is updated,
 * writes the whole column of its group again: a few changed rows all over a table would cost as much as the table.
 * So rows that change are taken out and put in again as new ones. When they are many, the gaps that they leave are soon
 * closed, which rewrites all columns; then, if only a few columns have changed, those are updated in place.
 */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { identifier } from "../sql-text.ts"
import { asOfColumn, type TableLayout } from "../table-layout.ts"
import { actionsTable, resetsFlag, stagedValue, type Target } from "./classify.ts"
import type { Sql } from "./sql.ts"
import { keysEqual, type Stage } from "./stage.ts"

interface Change {
  readonly layout: TableLayout
  readonly target: Target
  readonly stage: Stage
}

/** How many rows come, stay and go. */
interface Counted {
  readonly inserted: number
  readonly changed: number
  readonly removed: number
}

const ofActions = ({ stage }: Change, actions: string): string =>
  `FROM ${actionsTable} a JOIN ${stage.table} s ON s.rowid = a.stage_row WHERE a.action IN (${actions})`

/** What the stage says about columns; rows of objects that carry no deleted flag themselves are not deleted. */
const cellsOf = ({ layout, stage, target }: Change): ReadonlyMap<string, string> =>
  new Map([
    ...stage.columns.map((column) => [column.name.toLowerCase(), stagedValue(target, column)] as const),
    ...(layout.flag !== null && resetsFlag(layout, stage)
      ? [[layout.flag.name.toLowerCase(), "false"] as const]
      : []),
    [asOfColumn, `s.${asOfColumn}`] as const
  ])

const insertNew = (sql: Sql, change: Change) => {
  const cells = cellsOf(change)
  const columns = [...cells.keys()].map(identifier).join(", ")
  return sql.run(
    `INSERT INTO ${change.target.sql} (${columns}) SELECT ${[...cells.values()].join(", ")} ${ofActions(change, "'insert'")}`
  )
}

const takeOut = (sql: Sql, { target }: Change, actions: string) =>
  sql.run(
    `DELETE FROM ${target.sql} WHERE rowid IN (SELECT target_row FROM ${actionsTable} WHERE action IN (${actions}))`
  )

/** One MERGE for all that happens would carry every column of every row along: twice the time. */
const updateInPlace = Effect.fnUntraced(function* (
  sql: Sql,
  change: Change,
  { inserted, removed }: Counted,
  changed: ReadonlySet<string>
) {
  const cells = [...cellsOf(change)].filter(([name]) => changed.has(name) || name === asOfColumn)
  const values = cells.map(([name, value]) => `${value} AS ${identifier(name)}`).join(", ")
  const assignments = cells.map(([name]) => `${identifier(name)} = s.${identifier(name)}`).join(", ")
  if (removed > 0) yield* takeOut(sql, change, "'remove'")
  yield* sql.run(
    `UPDATE ${change.target.sql} AS t SET ${assignments}
       FROM (SELECT a.target_row, ${values} ${ofActions(change, "'update', 'delete'")}) s WHERE t.rowid = s.target_row`
  )
  if (inserted > 0) yield* insertNew(sql, change)
})

/** The keys are equal anyway, and DuckDB reads less of the table for them than for a position alone. */
const sameRow = ({ layout }: Change): string =>
  ["t.rowid = a.target_row", ...(layout.key === null ? [] : [keysEqual(layout.key, "s", "t")])].join(" AND ")

/** Columns in which any of the rows differs from what is stored. */
const changedColumns = Effect.fnUntraced(function* (sql: Sql, change: Change) {
  const cells = [...cellsOf(change)].filter(([name]) => name !== asOfColumn)
  const differs = cells.map(([name, value]) => `bool_or(${value} IS DISTINCT FROM t.${identifier(name)})`)
  const [found] = yield* sql.rows(
    `SELECT [${differs.join(", ")}]::VARCHAR AS differs FROM ${actionsTable} a
       JOIN ${change.stage.table} s ON s.rowid = a.stage_row JOIN ${change.target.sql} t ON ${sameRow(change)}
       WHERE a.action IN ('update', 'delete')`
  )
  const flags = String(found?.differs).slice(1, -1).split(", ")
  return new Set(cells.flatMap(([name], at) => (flags[at] === "true" ? [name] : [])))
})

/** Columns that the stage does not have keep what they hold, so the old rows go after the new ones have come. */
const takeOutAndPutIn = Effect.fnUntraced(function* (sql: Sql, change: Change) {
  const { target } = change
  const cells = cellsOf(change)
  const names = [...target.types.keys()]
  const kept = names.some((name) => !cells.has(name))
  const columns = names.map(identifier).join(", ")
  const values = names.map((name) => cells.get(name) ?? `t.${identifier(name)}`).join(", ")
  const [old, actions] = kept
    ? [`JOIN ${target.sql} t ON t.rowid = a.target_row`, "'update', 'delete'"]
    : ["", "'insert', 'update', 'delete'"]
  yield* sql.run(
    `INSERT INTO ${target.sql} (${columns}) SELECT ${values} FROM ${actionsTable} a
       JOIN ${change.stage.table} s ON s.rowid = a.stage_row ${old} WHERE a.action IN (${actions})`
  )
  yield* takeOut(sql, change, "'update', 'delete', 'remove'")
  if (kept) yield* insertNew(sql, change)
})

/** Of `rows` rows: from here on a few syncs would leave gaps enough to be closed. */
const isMany = (changed: number, rows: number): boolean => changed * 25 > rows && rows > 20_000

/** Carries the classified actions out. */
export const changeRows = Effect.fnUntraced(function* (
  sql: Sql,
  change: Change,
  counts: Counted
): Effect.fn.Return<void, DestinationError> {
  const others = counts.changed + counts.removed
  if (others === 0) {
    if (counts.inserted > 0) yield* insertNew(sql, change)
    return
  }
  const [found] = yield* sql.rows(`SELECT count(*)::DOUBLE AS rows FROM ${change.target.sql}`)
  if (isMany(others, Number(found?.rows))) {
    const changed = yield* changedColumns(sql, change)
    if (changed.size * 2 < change.target.types.size) return yield* updateInPlace(sql, change, counts, changed)
  }
  yield* takeOutAndPutIn(sql, change)
})
