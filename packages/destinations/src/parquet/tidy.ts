/**
 * After a commit: plain links to the files that count, the log of the history, a checkpoint of the log now and
 * then, and the removal of what nothing needs any more: replaced files after `retention`, what commits that failed
 * or were killed have left, old states. Readers that still use something old have had `retention` to finish.
 */
import { basename } from "node:path"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { TableLayout } from "../table-layout.ts"
import type { Concluding } from "./base.ts"
import { appendToLog } from "./delta/log.ts"
import type { Snapshot } from "./delta/snapshot.ts"
import { historyAppId, type StreamState } from "./stream-state.ts"
import { readSnapshot } from "./stream-table.ts"
import { checkpointLog, sweepData, sweepState } from "./sweep.ts"
import { commitInfo, fileActions, metaDataFor } from "./table-actions.ts"

const checkpointEvery = 10
/** A reader looks for the state of a version right after it has read the log. */
const stateAge = 3_600_000

/** Another writer may link what is newer meanwhile; whoever ends last has looked at the newest. */
const linkNewest = Effect.fnUntraced(function* (
  { writer, sql }: Pick<Concluding, "writer" | "sql">,
  folder: string,
  snapshot: Snapshot
): Effect.fn.Return<void, DestinationError> {
  let linked = snapshot
  for (;;) {
    const names = [...linked.files.keys()].map((path) => basename(decodeURI(path)))
    yield* writer.store.link(folder, new Set(names))
    if (!writer.store.isLocal) return
    const newest = yield* readSnapshot({ sql, ...writer }, folder)
    if (newest.version === linked.version) return
    linked = newest
  }
})

const tidyTable = Effect.fnUntraced(function* (
  work: Concluding,
  folder: string,
  snapshot: Snapshot,
  state: StreamState
): Effect.fn.Return<boolean, DestinationError> {
  const { settings } = work.writer
  const now = Date.now()
  yield* linkNewest(work, folder, snapshot)
  const dueForCheckpoint = snapshot.version > 0 && snapshot.version % checkpointEvery === 0
  if (dueForCheckpoint) yield* checkpointLog(work, folder, snapshot, now - settings.retentionMillis)
  const expired = [...snapshot.removed.values()].some(
    ({ deletionTimestamp }) => (deletionTimestamp ?? 0) < now - settings.retentionMillis
  )
  if (dueForCheckpoint || expired) yield* sweepData(work, folder, state, snapshot, now)
  return dueForCheckpoint
})

type Following = Pick<Concluding, "writer" | "sql"> & { readonly layout: TableLayout | null }

const followOnce = Effect.fnUntraced(function* (
  { writer, sql, layout }: Following,
  { checkpoint, details }: StreamState,
  history: NonNullable<StreamState["details"]["history"]>
): Effect.fn.Return<Snapshot | null, DestinationError> {
  const snapshot = yield* readSnapshot({ sql, ...writer }, history.table)
  const now = Date.now()
  const id = historyAppId(writer.settings.specName, details.stream)
  const changes = [
    ...metaDataFor(snapshot, {
      name: history.table,
      stream: `${details.stream} with all versions`,
      columns: history.columns,
      layout,
      retentionMillis: writer.settings.retentionMillis
    }),
    ...fileActions(snapshot, history.files, now)
  ]
  const { version } = checkpoint
  if (changes.length === 0 || (snapshot.txns.get(id)?.version ?? 0) > version) return snapshot
  const actions = [...changes, { txn: { appId: id, version, lastUpdated: now } }]
  const info = commitInfo("WRITE", { version: String(version) }, now)
  const log = { store: writer.store, sql, table: history.table }
  const next = yield* appendToLog(log, snapshot, info, actions)
  if (next !== null) writer.snapshots.set(history.table, next)
  return next
})

const followTries = 20

/** The log of the history says what the stream's state says; a reader of it alone sees it a moment later. */
export const followHistory = Effect.fnUntraced(function* (
  following: Following,
  state: StreamState
): Effect.fn.Return<Snapshot | null, DestinationError> {
  const { history } = state.details
  if (history === null) return null
  for (let tries = 0; tries < followTries; tries++) {
    const followed = yield* followOnce(following, state, history)
    if (followed !== null) return followed
  }
  return null
})

export const tidy = Effect.fnUntraced(function* (
  work: Concluding,
  snapshot: Snapshot,
  state: StreamState
): Effect.fn.Return<void, DestinationError> {
  const history = yield* followHistory(work, state)
  if (history !== null && state.details.history !== null) {
    yield* tidyTable(work, state.details.history.table, history, state)
  }
  const checkpointed = yield* tidyTable(work, work.table.folder, snapshot, state)
  if (checkpointed) yield* sweepState(work, state, Date.now() - stateAge)
})
