/**
 * The end of a commit, once its rows are in: a whole generation takes the table's place, what readers see is
 * described, and the checkpoint that covers the rows is written, all in the commit's transaction.
 */
import type { Commit, Segment } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { type ApplyTo, type Counts, noCounts } from "../duckdb-sql/apply.ts"
import { catchUp } from "../duckdb-sql/history-catch-up.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { literal } from "../sql-text.ts"
import type { TableLayout } from "../table-layout.ts"
import { knownColumns, writeDescriptions } from "./descriptions.ts"
import type { DuckdbSettings } from "./duckdb-settings.ts"
import { publish } from "./generations.ts"
import { ensureHistory } from "./history-table.ts"
import { forgetOld, type StreamState, writeState } from "./state.ts"
import { type TargetTable, tableTypes } from "./target-table.ts"
import { writeViews } from "./views.ts"

/** Which table the rows of a commit go into. */
export interface Place {
  readonly table: string
  readonly hidden: boolean
  readonly published: number | null
}

const recordSegments = (sql: Sql, commit: Commit, layout: TableLayout, segments: ReadonlyArray<Segment>) =>
  segments.length === 0
    ? Effect.succeed(0)
    : sql.run(
        `INSERT INTO target._decant.segments VALUES ${segments
          .map((segment) => {
            const texts = [layout.schema, commit.stream, segment.id].map(literal).join(", ")
            const rows = segment.files.reduce((sum, file) => sum + file.rows, 0)
            return `(${texts}, ${segment.generation}, ${literal(segment.work)}, ${literal(segment.effect)}, ${rows},
              TIMESTAMPTZ ${literal(segment.asOf)}, ${commit.checkpoint.version}, TIMESTAMPTZ ${literal(commit.checkpoint.updatedAt)})`
          })
          .join(", ")}`
      )

const countRows = Effect.fnUntraced(function* (sql: Sql, table: string) {
  const [row] = yield* sql.rows(`SELECT count(*) AS rows FROM ${table}`)
  return Number(row?.rows ?? 0)
})

/** Before the generation takes the table's place: what it lacks is still to be seen. */
const publishHistory = Effect.fnUntraced(function* (sql: Sql, to: ApplyTo, state: StreamState | null) {
  const { layout } = to
  if (layout.history === null) return
  const history = yield* ensureHistory(sql, {
    layout,
    types: to.target.types,
    known: yield* knownColumns(sql, layout),
    storedLayout: state?.layout ?? null,
    anew: true
  })
  if (history !== null) yield* catchUp(sql, to, history)
})

export const finish = Effect.fnUntraced(function* (
  sql: Sql,
  { commit, layout }: { readonly commit: Commit; readonly layout: TableLayout },
  at: {
    readonly settings: DuckdbSettings
    readonly orgId: string
    readonly state: StreamState | null
    readonly place: Place
    readonly table: TargetTable
    readonly to: ApplyTo
    readonly fresh: ReadonlyArray<Segment>
  }
): Effect.fn.Return<{ readonly counts: Counts; readonly rows: number }, DestinationError> {
  const publishes = at.place.hidden && commit.publish
  if (publishes) yield* publishHistory(sql, at.to, at.state)
  const counts = publishes
    ? yield* publish(sql, { layout, table: at.table }, commit.checkpoint.updatedAt)
    : noCounts
  const visible = publishes || !at.place.hidden
  const visibleTable = at.table.sql.replace(at.table.name, layout.table)
  const rows = visible ? yield* countRows(sql, visibleTable) : (at.state?.checkpoint.rows ?? 0)
  const checkpoint = { ...commit.checkpoint, rows }
  const described = visible ? layout.text : (at.state?.layout ?? null)
  if (visible && (publishes || at.table.changes.length > 0 || at.state?.layout !== layout.text)) {
    const types = yield* tableTypes(sql, layout.schema, layout.table)
    const table = {
      ...at.table,
      name: layout.table,
      sql: visibleTable,
      types: types ?? at.table.types
    }
    yield* writeDescriptions(sql, layout, table)
    yield* writeViews(sql, layout, table)
  }
  yield* recordSegments(sql, commit, layout, at.fresh)
  yield* forgetOld(sql, layout.schema, commit.stream, checkpoint.updatedAt)
  yield* writeState(sql, {
    schema: layout.schema,
    stream: commit.stream,
    table: layout.table,
    specName: at.settings.specName,
    orgId: at.orgId,
    published: publishes ? checkpoint.generation : at.place.published,
    layout: described,
    checkpoint
  })
  return { counts, rows }
})
