/**
 * After a commit: plain links to the files that count, the log of the history, a checkpoint of the log now and
 * then, and the removal of what nothing needs any more: replaced files after `retention`, what commits that failed
 * or were killed have left, old states. Readers that still use something old have had `retention` to finish.
 */
import { basename } from "node:path"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Concluding } from "./base.ts"
import { appendToLog, checkpointKey, lastCheckpointKey, logFolder, supersededLog } from "./delta/log.ts"
import { actionsOf, writeLogCheckpoint } from "./delta/log-checkpoint.ts"
import type { Snapshot } from "./delta/snapshot.ts"
import { historyAppId, type StreamState, stateFolder, supersededState } from "./stream-state.ts"
import { readSnapshot } from "./stream-table.ts"
import { commitInfo, fileActions, metaDataFor } from "./table-actions.ts"

const checkpointEvery = 10
const minute = 60_000
/** A commit that takes longer than this would find its own files gone, and fail. */
const leftoverAge = 24 * 60 * minute
/** Of a version that has been committed since, so that its writer has lost. */
const lostAge = 10 * minute

type Kept = ReadonlySet<string>

const dataNames = (state: StreamState, snapshot: Snapshot, forgetBefore: number): Kept =>
  new Set(
    [
      ...snapshot.files.keys(),
      ...[...snapshot.removed.values()]
        .filter((remove) => (remove.deletionTimestamp ?? 0) >= forgetBefore)
        .map(({ path }) => path),
      ...(state.details.hidden?.files ?? []).map(({ path }) => path)
    ].map((path) => basename(decodeURI(path)))
  )

const versionOf = (name: string): number => Number(/^\.?(\d+)-/.exec(name)?.[1] ?? Number.NaN)

const sweepData = Effect.fnUntraced(function* (
  { writer }: Concluding,
  folder: string,
  state: StreamState,
  snapshot: Snapshot,
  now: number
): Effect.fn.Return<void, DestinationError> {
  const { store, settings } = writer
  const kept = dataNames(state, snapshot, now - settings.retentionMillis)
  const replaced = new Set([...snapshot.removed.keys()].map((path) => basename(decodeURI(path))))
  const files = yield* store.list(`${folder}/data`)
  const unneeded = files.filter(({ name, modified }) => {
    if (kept.has(name)) return false
    if (replaced.has(name)) return true
    const lost = versionOf(name) <= state.checkpoint.version
    return modified < now - (lost ? lostAge : leftoverAge)
  })
  yield* store.remove(unneeded.map(({ name }) => `${folder}/data/${name}`))
})

const sweepState = Effect.fnUntraced(function* (
  { writer, commit }: Concluding,
  state: StreamState,
  now: number
): Effect.fn.Return<void, DestinationError> {
  const { store } = writer
  const { details, key } = state
  for (const [folder, current] of [
    [stateFolder(commit.stream), key],
    [`_decant/tombstones/${commit.stream}`, details.tombstones ?? ""],
    [`_decant/descriptions/${commit.stream}`, details.descriptions ?? ""]
  ] as const) {
    const old = supersededState(yield* store.list(folder), current, now - 60 * minute)
    yield* store.remove(old.map((name) => `${folder}/${name}`))
  }
})

const checkpointLog = Effect.fnUntraced(function* (
  { writer, sql }: Concluding,
  table: string,
  snapshot: Snapshot,
  now: number
): Effect.fn.Return<void, DestinationError> {
  const { store, settings } = writer
  const forgetBefore = now - settings.retentionMillis
  const actions = actionsOf(snapshot, forgetBefore)
  yield* writeLogCheckpoint(store, sql, checkpointKey(table, snapshot.version), actions)
  const last = JSON.stringify({ version: snapshot.version, size: actions.length })
  yield* store.write(lastCheckpointKey(table), Buffer.from(last))
  const folder = logFolder(table)
  const old = supersededLog(yield* store.list(folder), snapshot.version, forgetBefore)
  yield* store.remove(old.map((name) => `${folder}/${name}`))
})

const tidyTable = Effect.fnUntraced(function* (
  work: Concluding,
  folder: string,
  snapshot: Snapshot,
  state: StreamState
): Effect.fn.Return<boolean, DestinationError> {
  const { store, settings } = work.writer
  const now = Date.now()
  const names = new Set([...snapshot.files.keys()].map((path) => basename(decodeURI(path))))
  yield* store.link(folder, names)
  const dueForCheckpoint = snapshot.version > 0 && snapshot.version % checkpointEvery === 0
  if (dueForCheckpoint) yield* checkpointLog(work, folder, snapshot, now)
  const expired = [...snapshot.removed.values()].some(
    ({ deletionTimestamp }) => (deletionTimestamp ?? 0) < now - settings.retentionMillis
  )
  if (dueForCheckpoint || expired) yield* sweepData(work, folder, state, snapshot, now)
  return dueForCheckpoint
})

/** The log of the history says what the stream's state says; a reader of it alone sees it a moment later. */
const followHistory = Effect.fnUntraced(function* (
  work: Concluding,
  state: StreamState
): Effect.fn.Return<Snapshot | null, DestinationError> {
  const { writer, sql, layout, commit } = work
  const { history } = state.details
  if (history === null) return null
  const snapshot = yield* readSnapshot({ sql, ...writer }, history.table)
  const now = Date.now()
  const id = historyAppId(writer.settings.specName, commit.stream)
  const changes = [
    ...metaDataFor(snapshot, {
      name: history.table,
      stream: `${commit.stream} with all versions`,
      columns: history.columns,
      layout,
      retentionMillis: writer.settings.retentionMillis
    }),
    ...fileActions(snapshot, history.files, now)
  ]
  const { version } = state.checkpoint
  if (changes.length === 0 || (snapshot.txns.get(id)?.version ?? 0) > version) return snapshot
  const actions = [...changes, { txn: { appId: id, version, lastUpdated: now } }]
  const info = commitInfo("WRITE", { version: String(version) }, now)
  const next = yield* appendToLog(writer.store, history.table, snapshot, info, actions)
  if (next !== null) writer.snapshots.set(history.table, next)
  return next
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
  if (checkpointed) yield* sweepState(work, state, Date.now())
})
