/**
 * Makes the visible table, its views and their descriptions what the stream's layout says, in a transaction that is
 * as short as the change and holds no rows up: its locks are asked for with a time limit, so that readers do not
 * queue behind them, and it is tried again.
 */
import type { SchemaChange } from "@decant/connector"
import { Effect, Schedule } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { MaskKeys } from "../duckdb/masks.ts"
import type { TableLayout } from "../table-layout.ts"
import { keptColumns, knownColumns, writeDescriptions } from "./descriptions.ts"
import { ensureHistory } from "./history-table.ts"
import { maskStored } from "./mask-stored.ts"
import { sqlType } from "./postgres-types.ts"
import type { Sessions } from "./sessions.ts"
import type { Sql } from "./sql.ts"
import { changedOutside, ensureColumns, qualified, type TargetTable, tableTypes } from "./target-table.ts"
import { transaction } from "./transaction.ts"
import { dropViews, writeViews } from "./views.ts"

/** How long a change of the table may keep readers waiting for a reader before it. */
const lockTimeout = "2s"

/** `55P03`: somebody reads or writes for longer; readers get a moment in between. */
const untilUnlocked = <A>(body: Effect.Effect<A, DestinationError>) =>
  Effect.retry(body, {
    schedule: Schedule.spaced("500 millis"),
    times: 60,
    while: (failure) => failure.code === "DESTINATION_LOCKED"
  })

const missing = (layout: TableLayout): DestinationError => changedOutside(layout, "the table is gone")

/** The visible table as it stands; fails when it is not there. */
export const visibleTable = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout
): Effect.fn.Return<TargetTable, DestinationError> {
  const types = yield* tableTypes(sql, layout.schema, layout.table)
  if (types === null) return yield* missing(layout)
  return { sql: qualified(layout.schema, layout.table), types }
})

/** Its columns are there: somebody may have renamed one since the last commit. */
export const checkColumns = Effect.fnUntraced(function* (
  layout: TableLayout,
  { types }: TargetTable
): Effect.fn.Return<void, DestinationError> {
  const lost = [...layout.columns.map(({ name }) => name), "_decant_as_of"].find((name) => !types.has(name))
  if (lost !== undefined) {
    return yield* changedOutside(layout, `its column ${lost} is gone or has another name`)
  }
})

const retypes = (layout: TableLayout, types: ReadonlyMap<string, string>): boolean =>
  layout.columns.some(({ name, column }) => {
    const stored = types.get(name)
    return stored !== undefined && stored !== "text" && stored !== sqlType(column)
  })

/** Views and descriptions of a table that has the layout's columns. */
export const describe = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  grants: ReadonlyArray<string>
): Effect.fn.Return<void, DestinationError> {
  const { types } = yield* visibleTable(sql, layout)
  yield* writeDescriptions(sql, layout)
  yield* writeViews(sql, layout, types, grants)
})

interface Change {
  readonly layout: TableLayout
  readonly maskKeys: MaskKeys
  /** The layout with which the stream was last written. */
  readonly storedLayout: string | null
  readonly mayReplace: boolean
}

/** Inside a transaction: brings the visible table to the layout. */
export const changeTable = Effect.fnUntraced(function* (
  sql: Sql,
  { layout, maskKeys, storedLayout, mayReplace }: Change
): Effect.fn.Return<ReadonlyArray<SchemaChange>, DestinationError> {
  const known = yield* knownColumns(sql, layout)
  const table = yield* visibleTable(sql, layout)
  const grants = retypes(layout, table.types) ? yield* dropViews(sql, layout) : []
  const changes = yield* ensureColumns(sql, { layout, table: layout.table, known, mayReplace }, table.types)
  if (!mayReplace) yield* maskStored(sql, layout, yield* visibleTable(sql, layout), known, maskKeys)
  yield* ensureHistory(sql, { layout, known, storedLayout, maskKeys, anew: mayReplace })
  yield* describe(sql, layout, grants)
  return [...changes, ...keptColumns(layout, known)]
})

/** In a transaction of its own, on a connection of its own; the caller holds the stream's lock. */
export const changeVisibleTable = (
  sessions: Sessions,
  change: Change
): Effect.Effect<ReadonlyArray<SchemaChange>, DestinationError> =>
  untilUnlocked(
    sessions.use((sql) =>
      transaction(
        sql,
        Effect.gen(function* () {
          yield* sql.run(`SET LOCAL lock_timeout = '${lockTimeout}'`)
          return yield* changeTable(sql, change)
        })
      )
    )
  )
