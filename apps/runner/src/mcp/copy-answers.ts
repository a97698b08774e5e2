/** What the tools over the copy do. */
import { Clock, Effect, Option, type Schema } from "effect"
import type * as Tool from "effect/ai/Tool"
import type * as Toolkit from "effect/ai/Toolkit"
import { copyStatus } from "../status/copy-status.ts"
import { executeRun, prepareRun } from "../sync/run-sync.ts"
import { runVerify } from "../verify/run-verify.ts"
import { askCopy, openCopy } from "./copy-reading.ts"
import { type CopyTable, stateSchema } from "./copy-tables.ts"
import type { CopyTools, SyncTools } from "./copy-tools.ts"
import type { Desk } from "./desk.ts"
import { asObject, dataNotice, fit } from "./limits.ts"
import { asTool, ToolFailure } from "./tool-failure.ts"
import { whatChanged } from "./what-changed.ts"

type Handlers<Kit> = Kit extends Toolkit.Toolkit<infer Tools> ? Toolkit.HandlersFrom<Tools> : never
type Parameters<Name extends keyof Tools, Tools extends Record<string, Tool.Any>> = Tool.Parameters<
  Tools[Name]
>
type CopyParameters<Name extends keyof (typeof CopyTools)["tools"]> = Parameters<
  Name,
  (typeof CopyTools)["tools"]
>

const queryCopy = Effect.fnUntraced(function* (desk: Desk, { sql, limit }: CopyParameters<"query_copy">) {
  const rows = Math.min(limit ?? desk.limits.rows, desk.limits.rows)
  const result = yield* askCopy(desk, sql, rows)
  const fitted = fit({
    // Cells of a query are JSON.
    rows: result.rows as ReadonlyArray<ReadonlyArray<Schema.Json>>,
    total: null,
    more: result.truncated,
    limits: { ...desk.limits, rows },
    advice: "Count or sum in SQL, name fewer columns, or narrow it with WHERE."
  })
  return { notice: dataNotice, columns: result.columns, ...fitted }
})

const labelSql = `SELECT table_name, column_name, label FROM ${stateSchema}.fields`

const labelsOf = Effect.fnUntraced(function* (destination: Effect.Success<ReturnType<typeof openCopy>>) {
  const found = yield* destination.destination
    .query(labelSql, { maxRows: 100_000, seconds: 30 })
    // A role of Postgres may be kept from it; names do without labels.
    .pipe(Effect.orElseSucceed(() => ({ rows: [] })))
  return new Map(found.rows.map(([table, column, label]) => [`${table}.${column}`, String(label)]))
})

const listTables = Effect.fnUntraced(function* (desk: Desk, { table }: CopyParameters<"list_tables">) {
  const copy = yield* openCopy(desk)
  const named = ({ name }: CopyTable): boolean => name.toLowerCase() === table?.toLowerCase()
  const tables = table === undefined ? copy.tables : copy.tables.filter(named)
  if (table !== undefined && tables.length === 0) {
    return yield* ToolFailure.refused(
      `There is no table ${table}, or agents may not read it.`,
      "list_tables without `table` shows those that there are."
    )
  }
  const labels = table === undefined ? new Map<string, string>() : yield* labelsOf(copy)
  return {
    tables: tables.map(({ name, schema, columns }) => ({
      name,
      schema,
      columnCount: columns.length,
      columns:
        table === undefined
          ? []
          : columns.map((column) => ({ ...column, label: labels.get(`${name}.${column.name}`) ?? null }))
    }))
  }
}, Effect.scoped)

const syncStatus = Effect.fnUntraced(function* (desk: Desk) {
  const { destination } = yield* openCopy(desk)
  const status = yield* copyStatus({
    name: desk.specFile.spec.name,
    destination,
    now: yield* Clock.currentTimeMillis
  })
  return { status: asObject(status) }
}, Effect.scoped)

const differencesShown = 20

const verifyCopy = Effect.fnUntraced(function* (
  desk: Desk,
  { streams, whole }: CopyParameters<"verify_copy">
) {
  const { report } = yield* runVerify({
    specFile: desk.specFile,
    screen: desk.screen,
    only: streams ?? [],
    sample: 10_000,
    quick: whole !== true,
    repair: false,
    wait: Option.none()
  })
  const shown = report.streams.map((stream) => ({
    ...stream,
    rows: stream.rows.slice(0, differencesShown),
    notes:
      stream.rows.length > differencesShown
        ? [...stream.notes, `Only ${differencesShown} of ${stream.rows.length} differences are shown.`]
        : stream.notes
  }))
  return { report: asObject({ ...report, streams: shown }) }
}, Effect.scoped)

const syncNow = Effect.fnUntraced(function* (
  desk: Desk,
  { streams }: { readonly streams?: ReadonlyArray<string> | undefined }
) {
  const request = { specFile: desk.specFile, screen: desk.screen, only: streams ?? [], fullRefresh: [] }
  const { report } = yield* executeRun(yield* prepareRun({ ...request, wait: Option.none() }))
  return { report: asObject(report) }
}, Effect.scoped)

export const copyAnswers = (desk: Desk): Handlers<typeof CopyTools> => ({
  query_copy: (parameters) => asTool(queryCopy(desk, parameters)),
  list_tables: (parameters) => asTool(listTables(desk, parameters)),
  sync_status: () => asTool(syncStatus(desk)),
  verify_copy: (parameters) => asTool(verifyCopy(desk, parameters)),
  what_changed: (parameters) => asTool(whatChanged(desk, parameters))
})

export const syncAnswers = (desk: Desk): Handlers<typeof SyncTools> => ({
  sync_now: (parameters) => asTool(syncNow(desk, parameters))
})
