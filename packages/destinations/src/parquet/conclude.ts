/**
 * The end of a commit: what is in `target` becomes the stream's new state, and one file of the log makes rows,
 * checkpoint and schema true together. What comes after that only tidies up, and may be repeated or left out.
 */
import { randomUUID } from "node:crypto"
import type { StreamCheckpoint } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { literal } from "../sql-text.ts"
import { conflict } from "../writer-conflict.ts"
import type { Concluding, NewTables, Writer } from "./base.ts"
import type { Action } from "./delta/actions.ts"
import { appendToLog } from "./delta/log.ts"
import type { Snapshot } from "./delta/snapshot.ts"
import { claimForOrg } from "./org.ts"
import { storedRows } from "./scratch.ts"
import {
  appId,
  type Details,
  type Pointer,
  type StreamState,
  streamOf,
  txnsOf,
  writeDescriptionFile,
  writeStreamState
} from "./stream-state.ts"
import { readSnapshot, type StreamTable } from "./stream-table.ts"
import { commitInfo, fileActions, metaDataFor } from "./table-actions.ts"
import { tidy } from "./tidy.ts"

/** Tombstones are written only when they changed, and not at all when there are none. */
export const tombstoneFile = Effect.fnUntraced(function* (
  { writer, sql }: { readonly writer: Writer; readonly sql: Sql },
  of: { readonly stream: string; readonly version: number },
  before: string | null
): Effect.fn.Return<string | null, DestinationError> {
  const fingerprint = (source: string) =>
    sql.rows(
      `SELECT count(*)::VARCHAR AS rows, coalesce(bit_xor(hash(stream, key, removed_at, as_of, recorded_at)), 0)::VARCHAR AS mixed,
         coalesce(sum(hash(stream, key, removed_at, as_of, recorded_at)::HUGEINT), 0)::VARCHAR AS total FROM ${source}`
    )
  const now = yield* fingerprint("target._decant.tombstones")
  if (now[0]?.rows === "0") return null
  if (before !== null) {
    const [path = ""] = yield* writer.store.readable([before])
    const stored = yield* fingerprint(`read_parquet(${literal(path)})`)
    if (JSON.stringify(stored) === JSON.stringify(now)) return before
  }
  const key = `_decant/tombstones/${of.stream}/${of.version}-${randomUUID()}.parquet`
  const draft = yield* writer.store.draft(key)
  yield* sql.run(
    `COPY target._decant.tombstones TO ${literal(draft)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`
  )
  yield* writer.store.keep(key)
  return key
})

const viewsOf = Effect.fnUntraced(function* (sql: Sql) {
  const rows = yield* sql.rows(
    "SELECT sql FROM duckdb_views() WHERE database_name = 'target' AND NOT internal ORDER BY view_oid"
  )
  return rows.map((row) => String(row.sql))
})

/** No view was made anew, so the catalog, which is slow to ask, need not be asked. */
const sameShape = (
  before: Details | undefined,
  row: Readonly<Record<string, unknown>>,
  columns: Details["columns"]
): boolean => {
  const stood = before?.checkpoints[0]
  return (
    stood !== undefined &&
    stood.layout === row.layout &&
    stood.published_generation === row.published_generation &&
    JSON.stringify(before?.columns) === JSON.stringify(columns)
  )
}

/** The checkpoint as the commit left it in `target`, with the rows that are really there. */
const storedCheckpoint = (
  row: Readonly<Record<string, unknown>> | undefined,
  rows: number
): { readonly row: Readonly<Record<string, unknown>>; readonly checkpoint: StreamCheckpoint } => {
  const parsed: StreamCheckpoint = JSON.parse(String(row?.checkpoint))
  const checkpoint = { ...parsed, rows }
  return { checkpoint, row: { ...row, rows, checkpoint: JSON.stringify(checkpoint) } }
}

const stateOf = Effect.fnUntraced(function* (
  work: Concluding,
  tables: NewTables,
  rows: number
): Effect.fn.Return<{ readonly checkpoint: StreamCheckpoint; readonly details: Details }, DestinationError> {
  const { writer, sql, layout, commit, orgId, table } = work
  const of = { stream: commit.stream, version: commit.checkpoint.version }
  const { checkpoints, segments, fields, picklist_values } = yield* storedRows(sql)
  const { checkpoint, row } = storedCheckpoint(checkpoints[0], rows)
  const before = table.state?.details
  const columns = tables.visible?.columns ?? null
  const views = sameShape(before, row, columns) ? [] : yield* viewsOf(sql)
  const erasures = before?.erasures
  return {
    checkpoint,
    details: {
      format: 1,
      stream: commit.stream,
      table: layout.table,
      orgId,
      checkpoints: [row],
      segments,
      tombstones: yield* tombstoneFile(work, of, before?.tombstones ?? null),
      descriptions:
        fields.length === 0
          ? null
          : yield* writeDescriptionFile(
              writer.store,
              commit.stream,
              { fields, picklist_values },
              before?.descriptions ?? null
            ),
      columns,
      views: views.length > 0 ? views : (before?.views ?? []),
      hidden: tables.hidden,
      history: tables.history,
      ...(erasures === undefined ? {} : { erasures })
    }
  }
})

const samePointer = (a: Pointer | null, b: Pointer | null): boolean =>
  a?.version === b?.version && a?.attempt === b?.attempt

/** Another writer of this stream has been here, or only another program that tidied its table up. */
const lost = Effect.fnUntraced(function* ({
  writer,
  sql,
  commit,
  table,
  isPart
}: Concluding): Effect.fn.Return<"again", DestinationError> {
  if (isPart) return "again"
  const snapshot = yield* readSnapshot({ sql, ...writer }, table.folder)
  const pointer = streamOf(snapshot)?.pointer ?? null
  if (samePointer(pointer, table.pointer)) return "again"
  return yield* conflict(
    commit.stream,
    `its checkpoint has version ${pointer?.version ?? 0}, expected was ${commit.expectedVersion}`
  )
})

/** Makes the tables and what `target` knows the stream's state; "again" when the log had moved on. */
export const conclude = Effect.fnUntraced(function* (
  work: Concluding,
  tables: NewTables,
  rows: number
): Effect.fn.Return<"done" | "again", DestinationError> {
  const { writer, sql, layout, commit, orgId, table } = work
  const { store, settings } = writer
  const now = Date.now()
  const { checkpoint, details } = yield* stateOf(work, tables, rows)
  yield* claimForOrg(store, settings, orgId)
  const pointer = yield* writeStreamState(store, checkpoint, details)
  const columns = tables.visible?.columns ?? tables.hidden?.columns ?? []
  const actions: ReadonlyArray<Action> = [
    ...metaDataFor(table.snapshot, {
      name: layout.table,
      stream: commit.stream,
      columns,
      layout,
      retentionMillis: settings.retentionMillis
    }),
    ...txnsOf(appId(settings.specName, commit.stream), pointer, now),
    ...fileActions(table.snapshot, tables.visible?.files ?? [], now)
  ]
  const info = commitInfo("WRITE", { version: String(checkpoint.version) }, now)
  const snapshot = yield* appendToLog({ store, sql, table: table.folder }, table.snapshot, info, actions)
  if (snapshot === null) {
    yield* store.remove([pointer.key])
    return yield* lost(work)
  }
  writer.snapshots.set(table.folder, snapshot)
  // The commit is true from here on: what fails now is done by a later one.
  yield* Effect.ignore(tidy(work, snapshot, { key: pointer.key, checkpoint, details }))
  return "done"
})

/** Another state of the same version. */
export const appendState = Effect.fnUntraced(function* (
  { writer, sql }: Pick<Concluding, "writer" | "sql">,
  table: StreamTable & { readonly state: StreamState },
  details: Details,
  change: { readonly operation: string; readonly actions: ReadonlyArray<Action> }
): Effect.fn.Return<{ readonly snapshot: Snapshot; readonly state: StreamState }, DestinationError> {
  const now = Date.now()
  const { checkpoint } = table.state
  const pointer = yield* writeStreamState(writer.store, checkpoint, details)
  const actions = [
    ...txnsOf(appId(writer.settings.specName, details.stream), pointer, now),
    ...change.actions
  ]
  const log = { store: writer.store, sql, table: table.folder }
  const info = commitInfo(change.operation, { version: String(checkpoint.version) }, now)
  const snapshot = yield* appendToLog(log, table.snapshot, info, actions)
  if (snapshot === null) {
    yield* writer.store.remove([pointer.key])
    return yield* conflict(details.stream, "it has committed meanwhile")
  }
  writer.snapshots.set(table.folder, snapshot)
  return { snapshot, state: { key: pointer.key, checkpoint, details } }
})
