/**
 * Writes what was classified. Rows that stay as they are are not written, so an increment that changes nothing makes
 * no dead rows. Keys that went are remembered.
 */
import { randomBytes } from "node:crypto"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import { addCounts, type Counts, noCounts } from "../duckdb-sql/apply.ts"
import { nonUniqueKey } from "../duckdb-sql/stage.ts"
import { identifier, literal } from "../sql-text.ts"
import { asOfColumn, type LayoutColumn, type TableLayout } from "../table-layout.ts"
import {
  type Action,
  classifyAbsent,
  classifyDeletes,
  classifyPatches,
  classifyReplacements,
  classifyUpserts,
  patchedColumns,
  removedAt,
  resetsFlag,
  stagedValue,
  type Target,
  type Tombstones
} from "./classify.ts"
import { endAbsent, recordHistory } from "./history.ts"
import { keyText } from "./reduce.ts"
import type { Sql } from "./sql.ts"
import { type Stage, stageRowColumn } from "./stage.ts"
import type { HistoryTable } from "./timeline.ts"

export interface ApplyTo {
  readonly layout: TableLayout
  readonly target: Target
  /** Null when the stream keeps none, or the table is hidden still. */
  readonly history: HistoryTable | null
  readonly now: string
}

interface Actions {
  readonly table: string
  readonly counts: Counts
  readonly of: (action: Action) => number
}

/** An ordinary table of `_decant`: temporary ones need a right of their own. It goes with the transaction. */
const classified = <A>(
  sql: Sql,
  select: string,
  rows: number,
  body: (actions: Actions) => Effect.Effect<A, DestinationError>
): Effect.Effect<A, DestinationError> =>
  Effect.gen(function* () {
    const table = `_decant.${identifier(`actions_${randomBytes(8).toString("hex")}`)}`
    yield* sql.run(`CREATE UNLOGGED TABLE ${table} AS ${select}`)
    const found = yield* sql.rows(`SELECT action, count(*)::float8 AS rows FROM ${table} GROUP BY action`)
    const by = new Map(found.map((row) => [String(row.action), Number(row.rows)]))
    const of = (action: Action): number => by.get(action) ?? 0
    const inserted = of("insert")
    const updated = of("update")
    const deleted = of("delete") + of("remove")
    const counts = { inserted, updated, deleted, unchanged: Math.max(0, rows - inserted - updated - deleted) }
    const result = yield* body({ table, counts, of })
    yield* sql.run(`DROP TABLE ${table}`)
    return result
  })

const mine = ({ schema, stream }: TableLayout): string =>
  `schema_name = ${literal(schema)} AND stream = ${literal(stream)}`

const bury = (
  sql: Sql,
  { layout, now }: Pick<ApplyTo, "layout" | "now">,
  rows: string
): Effect.Effect<number, DestinationError> =>
  sql.run(
    `INSERT INTO _decant.tombstones SELECT ${literal(layout.schema)}, ${literal(layout.stream)}, key, max(removed_at), max(as_of),
       ${literal(now)}::timestamptz FROM (${rows}) buried GROUP BY key
     ON CONFLICT (schema_name, stream, key) DO UPDATE SET (removed_at, as_of, recorded_at) =
       (excluded.removed_at, excluded.as_of, excluded.recorded_at)`
  )

export const liveTombstones = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout
): Effect.fn.Return<Tombstones, DestinationError> {
  const select = `FROM _decant.tombstones WHERE ${mine(layout)}`
  const found = yield* sql.rows(`SELECT 1 ${select} LIMIT 1`)
  return found.length === 0 ? null : `SELECT key, removed_at, as_of ${select}`
})

const staged = (actions: Actions, stage: Stage, kinds: string): string =>
  `FROM ${actions.table} a JOIN ${stage.typed} s ON s.${stageRowColumn} = a.stage_row WHERE a.action IN (${kinds})`

const assignments = (target: Target, columns: ReadonlyArray<LayoutColumn>): string =>
  [
    ...columns.map((column) => `${identifier(column.name)} = ${stagedValue(target, column)}`),
    `${asOfColumn} = s.${asOfColumn}`
  ].join(", ")

/** Rows of objects that carry no deleted flag themselves begin as not deleted. */
const insertInto = (layout: TableLayout, stage: Stage, target: Target) => {
  const own = stage.columns.map((column) => [identifier(column.name), stagedValue(target, column)] as const)
  const flag =
    layout.flag !== null && resetsFlag(layout, stage)
      ? [[identifier(layout.flag.name), "false"] as const]
      : []
  const cells = [...own, ...flag, [asOfColumn, `s.${asOfColumn}`] as const]
  const columns = cells.map(([name]) => name).join(", ")
  return `INSERT INTO ${target.sql} (${columns}) SELECT ${cells.map(([, value]) => value).join(", ")}`
}

const update = (
  to: ApplyTo,
  actions: Actions,
  stage: Stage,
  columns: ReadonlyArray<LayoutColumn>
): string => {
  const { layout, target } = to
  const takeBack =
    layout.flag !== null && stage.batch.effect !== "patch" && resetsFlag(layout, stage)
      ? `, ${identifier(layout.flag.name)} = false`
      : ""
  return `UPDATE ${target.sql} t SET ${assignments(target, columns)}${takeBack}
    FROM ${actions.table} a JOIN ${stage.typed} s ON s.${stageRowColumn} = a.stage_row
    WHERE t.ctid = a.target_row AND a.action IN ('update', 'delete')`
}

const remove = (target: Target, actions: Actions, kinds: string): string =>
  `DELETE FROM ${target.sql} t USING ${actions.table} a WHERE t.ctid = a.target_row AND a.action IN (${kinds})`

const record = (
  sql: Sql,
  to: ApplyTo,
  stage: Stage,
  actions: Actions
): Effect.Effect<void, DestinationError> =>
  to.history === null ? Effect.void : recordHistory(sql, to, to.history, stage, actions.table)

/** Writes rows that were classified as whole ones. */
const writeRows = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  stage: Stage,
  actions: Actions,
  tombstones: Tombstones
): Effect.fn.Return<Counts, DestinationError> {
  const { layout, target } = to
  const key = layout.key ?? []
  const { of, counts } = actions
  if (of("clash") > 0) {
    const example = yield* sql.rows(
      `SELECT ${keyText(key, "s")} AS key ${staged(actions, stage, "'clash'")} LIMIT 1`
    )
    return yield* nonUniqueKey(layout, String(example[0]?.key))
  }
  if (of("remove") > 0) yield* sql.run(remove(target, actions, "'remove'"))
  if (of("update") + of("delete") > 0) yield* sql.run(update(to, actions, stage, stage.columns))
  if (of("insert") > 0) {
    const insert = insertInto(layout, stage, target)
    const all = counts.inserted === stage.rows
    yield* sql.run(
      all ? `${insert} FROM ${stage.typed} s` : `${insert} ${staged(actions, stage, "'insert'")}`
    )
  }
  if (tombstones !== null && of("insert") + of("update") > 0) {
    yield* sql.run(
      `DELETE FROM _decant.tombstones WHERE ${mine(layout)}
        AND key IN (SELECT ${keyText(key, "s")} ${staged(actions, stage, "'insert', 'update'")})`
    )
  }
  if (of("remove") + of("gone") > 0) {
    const rows = `SELECT ${keyText(key, "s")} AS key, ${removedAt(layout, stage)} AS removed_at, s.${asOfColumn} AS as_of`
    yield* bury(sql, to, `${rows} ${staged(actions, stage, "'remove', 'gone'")}`)
  }
  yield* record(sql, to, stage, actions)
  return counts
})

const applyUpserts = Effect.fnUntraced(function* (sql: Sql, to: ApplyTo, stage: Stage) {
  const tombstones = yield* liveTombstones(sql, to.layout)
  const select = classifyUpserts(to.layout, stage, to.target, tombstones)
  return yield* classified(sql, select, stage.rows, (actions) =>
    writeRows(sql, to, stage, actions, tombstones)
  )
})

const applyReplacements = Effect.fnUntraced(function* (sql: Sql, to: ApplyTo, stage: Stage) {
  const tombstones = yield* liveTombstones(sql, to.layout)
  return yield* classified(sql, classifyReplacements(to.layout, stage, to.target), stage.rows, (actions) =>
    Effect.gen(function* () {
      yield* sql.run(remove(to.target, actions, "'doubled'"))
      return yield* writeRows(sql, to, stage, actions, tombstones)
    })
  )
})

const applyPatches = (sql: Sql, to: ApplyTo, stage: Stage) =>
  classified(sql, classifyPatches(to.layout, stage, to.target), stage.rows, (actions) =>
    Effect.gen(function* () {
      if (actions.counts.updated > 0) {
        yield* sql.run(update(to, actions, stage, patchedColumns(to.layout, stage)))
        yield* record(sql, to, stage, actions)
      }
      return actions.counts
    })
  )

/** Marks or takes out the rows that were classified `delete` or `remove`; `times` are rows `target_row, as_of`. */
const strike = Effect.fnUntraced(function* (sql: Sql, to: ApplyTo, actions: Actions, times: string) {
  const { flag } = to.layout
  if (actions.of("remove") > 0) yield* sql.run(remove(to.target, actions, "'remove'"))
  if (flag !== null && actions.of("delete") > 0) {
    yield* sql.run(
      `UPDATE ${to.target.sql} t SET ${identifier(flag.name)} = true, ${asOfColumn} = x.as_of
        FROM (${times}) x WHERE t.ctid = x.target_row`
    )
  }
})

const applyDeletes = (sql: Sql, to: ApplyTo, stage: Stage) =>
  classified(sql, classifyDeletes(to.layout, stage, to.target), stage.rows, (actions) =>
    Effect.gen(function* () {
      const { layout } = to
      const rows = `SELECT ${keyText(layout.key ?? [], "s")} AS key, ${removedAt(layout, stage)} AS removed_at, s.${asOfColumn} AS as_of`
      yield* bury(sql, to, `${rows} ${staged(actions, stage, "'gone', 'same', 'delete', 'remove'")}`)
      const times = `SELECT a.target_row, s.${asOfColumn} AS as_of ${staged(actions, stage, "'delete'")}`
      if (actions.counts.deleted > 0) yield* strike(sql, to, actions, times)
      yield* record(sql, to, stage, actions)
      return actions.counts
    })
  )

const applyPresent = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  stage: Stage
): Effect.fn.Return<Counts, DestinationError> {
  let total = noCounts
  for (const [position, segment] of stage.batch.segments.entries()) {
    const asOf = `${literal(segment.asOf)}::timestamptz`
    const select = classifyAbsent(to.layout, stage, to.target, {
      position,
      asOf: segment.asOf,
      from: segment.covers.ids?.from ?? null,
      to: segment.covers.ids?.to ?? null
    })
    const strikeAbsent = Effect.fnUntraced(function* (actions: Actions) {
      if (actions.counts.deleted > 0) {
        yield* bury(
          sql,
          to,
          `SELECT ${keyText(to.layout.key ?? [], "t")} AS key, ${asOf} AS removed_at, ${asOf} AS as_of
            FROM ${to.target.sql} t JOIN ${actions.table} a ON t.ctid = a.target_row WHERE a.action IN ('delete', 'remove')`
        )
        const times = `SELECT target_row, ${asOf} AS as_of FROM ${actions.table} WHERE action = 'delete'`
        yield* strike(sql, to, actions, times)
      }
      return actions.counts
    })
    total = addCounts(total, yield* classified(sql, select, 0, strikeAbsent))
  }
  if (to.history !== null) yield* endAbsent(sql, to, to.history, stage)
  return total
})

const needsKey = (layout: TableLayout): DestinationError =>
  DestinationError.of(
    "SCHEMA_INCOMPATIBLE",
    `${layout.stream} has no key, so single rows of it can be neither deleted nor patched.`,
    "Give the stream a `primaryKey`, or let it be read whole each time."
  )

/** Applies one staged and reduced batch and says what it did. */
export const applyStage = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  stage: Stage
): Effect.fn.Return<Counts, DestinationError> {
  if (to.layout.key === null && stage.batch.effect !== "upsert") return yield* needsKey(to.layout)
  switch (stage.batch.effect) {
    case "upsert":
      return yield* applyUpserts(sql, to, stage)
    case "patch":
      return yield* applyPatches(sql, to, stage)
    case "delete":
      return yield* applyDeletes(sql, to, stage)
    case "present":
      return yield* applyPresent(sql, to, stage)
    case "replace":
      return yield* applyReplacements(sql, to, stage)
  }
})
