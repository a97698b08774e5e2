/** Removes what no reader needs any more, and shortens logs by checkpoints. */
import { basename } from "node:path"
import { Effect, Option, Schema } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import type { Writer } from "./base.ts"
import { checkpointKey, lastCheckpointKey, logFolder, supersededLog } from "./delta/log.ts"
import { actionsOf, writeLogCheckpoint } from "./delta/log-checkpoint.ts"
import type { Snapshot } from "./delta/snapshot.ts"
import { type StreamState, stateFolder, supersededState } from "./stream-state.ts"

interface Sweeping {
  readonly writer: Writer
  readonly sql: Sql
}

const minute = 60_000
/** A commit that takes longer than this would find its own files gone, and fail. */
export const leftoverAge = 24 * 60 * minute
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

export const sweepData = Effect.fnUntraced(function* (
  { writer }: Sweeping,
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

/** States of earlier versions, and what they refer to, after an hour or, when nothing may stay, at once. */
export const sweepState = Effect.fnUntraced(function* (
  { writer }: Sweeping,
  state: StreamState,
  before: number
): Effect.fn.Return<void, DestinationError> {
  const { store } = writer
  const { details, key } = state
  const { stream } = details
  for (const [folder, current] of [
    [stateFolder(stream), key],
    [`_decant/tombstones/${stream}`, details.tombstones ?? ""],
    [`_decant/descriptions/${stream}`, details.descriptions ?? ""]
  ] as const) {
    const old = supersededState(yield* store.list(folder), current, before)
    yield* store.remove(old.map((name) => `${folder}/${name}`))
  }
})

const decodeLast = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ version: Schema.Int })))

/** Log files before it that are older than `before` go. */
export const checkpointLog = Effect.fnUntraced(function* (
  { writer, sql }: Sweeping,
  table: string,
  snapshot: Snapshot,
  before: number
): Effect.fn.Return<void, DestinationError> {
  const { store, settings } = writer
  const forgetBefore = Date.now() - settings.retentionMillis
  const actions = actionsOf(snapshot, forgetBefore)
  yield* writeLogCheckpoint(store, sql, checkpointKey(table, snapshot.version), actions)
  const last = { version: snapshot.version, size: actions.length }
  const stands = decodeLast((yield* store.read(lastCheckpointKey(table)))?.toString("utf8"))
  // Another writer may have been at a later version before this one got here.
  if (Option.isNone(stands) || stands.value.version <= last.version) {
    yield* store.write(lastCheckpointKey(table), Buffer.from(JSON.stringify(last)))
  }
  const folder = logFolder(table)
  const old = supersededLog(yield* store.list(folder), snapshot.version, before)
  yield* store.remove(old.map((name) => `${folder}/${name}`))
})
