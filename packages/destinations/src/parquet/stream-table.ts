/** A stream as it stands: the newest version of its table's log, and what Decant wrote with it. */
import { Effect, Result } from "effect"
import { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { readLog } from "./delta/log.ts"
import { noTable, type Snapshot } from "./delta/snapshot.ts"
import type { Store } from "./store.ts"
import { type Pointer, readStreamState, type StreamState, streamOf } from "./stream-state.ts"

export interface StreamTable {
  readonly folder: string
  readonly snapshot: Snapshot
  /** Null when the table is not there yet. */
  readonly state: StreamState | null
  readonly pointer: Pointer | null
}

/** What was read of logs before, by folder; a log only grows. */
export type Snapshots = Map<string, Snapshot>

const changedOutside = (folder: string, what: string, fix: string): DestinationError =>
  DestinationError.of(
    "TARGET_CHANGED",
    `The table ${folder} was changed by something else than Decant: ${what}.`,
    fix
  )

const refuseForeign = (folder: string, snapshot: Snapshot): Effect.Effect<void, DestinationError> => {
  const { protocol } = snapshot
  if (protocol !== null && (protocol.minReaderVersion > 1 || protocol.minWriterVersion > 2)) {
    return Effect.fail(
      changedOutside(
        folder,
        "features of newer Delta writers were switched on",
        "Undo that with the tool that did it, or move the folder away and sync again from the beginning."
      )
    )
  }
  // Counts and ranges of keys are told from them.
  if ([...snapshot.files.values()].some((file) => !file.stats?.includes('"numRecords"'))) {
    return Effect.fail(
      changedOutside(
        folder,
        "it has files without statistics",
        "Let the program that wrote them write statistics (numRecords), or move the folder away and sync again from the beginning."
      )
    )
  }
  return Effect.void
}

/** A log without our mark is another program's table. */
const notOurs = (folder: string): DestinationError =>
  changedOutside(
    folder,
    "there is a Delta table of this name that Decant did not make",
    "Move that table's folder away, or set another `path` in the spec's destination."
  )

export const readSnapshot = Effect.fnUntraced(function* (
  at: { readonly sql: Sql; readonly store: Store; readonly snapshots: Snapshots },
  folder: string
): Effect.fn.Return<Snapshot, DestinationError> {
  const snapshot = yield* readLog(
    { sql: at.sql, store: at.store, table: folder },
    at.snapshots.get(folder) ?? noTable
  )
  at.snapshots.set(folder, snapshot)
  return snapshot
})

/**
 * The state that a log names goes some time after the next commit. Whoever has read the log just before finds it gone,
 * and a newer one named.
 */
const stateOf = Effect.fnUntraced(function* (
  at: { readonly sql: Sql; readonly store: Store; readonly snapshots: Snapshots },
  table: { readonly folder: string; readonly snapshot: Snapshot },
  named: NonNullable<ReturnType<typeof streamOf>>
): Effect.fn.Return<StreamTable & { readonly state: StreamState }, DestinationError> {
  let { snapshot } = table
  let { pointer } = named
  for (;;) {
    const read = yield* Effect.result(readStreamState(at.store, named.stream, pointer))
    if (Result.isSuccess(read)) return { folder: table.folder, snapshot, pointer, state: read.success }
    const newer = yield* readSnapshot(at, table.folder)
    const found = streamOf(newer)
    if (newer.version === snapshot.version || found?.stream !== named.stream) return yield* read.failure
    snapshot = newer
    pointer = found.pointer
  }
})

/** For a commit: fails when the folder is not this stream's. */
export const readStreamTable = Effect.fnUntraced(function* (
  at: { readonly sql: Sql; readonly store: Store; readonly snapshots: Snapshots },
  folder: string,
  stream: string
): Effect.fn.Return<StreamTable, DestinationError> {
  const snapshot = yield* readSnapshot(at, folder)
  yield* refuseForeign(folder, snapshot)
  if (snapshot.version < 0) return { folder, snapshot, state: null, pointer: null }
  const found = streamOf(snapshot)
  if (found === null || found.stream !== stream) return yield* notOurs(folder)
  return yield* stateOf(at, { folder, snapshot }, found)
})

/** All streams that are here; tables of other programs are left out. */
export const readAllStreams = Effect.fnUntraced(function* (at: {
  readonly sql: Sql
  readonly store: Store
  readonly snapshots: Snapshots
}): Effect.fn.Return<ReadonlyArray<StreamTable & { readonly state: StreamState }>, DestinationError> {
  const folders = (yield* at.store.folders).filter((name) => name !== "_decant").sort()
  const found = yield* Effect.forEach(
    folders,
    Effect.fnUntraced(function* (folder: string) {
      const snapshot = yield* readSnapshot(at, folder)
      const own = snapshot.version < 0 ? null : streamOf(snapshot)
      if (own === null) return []
      return [yield* stateOf(at, { folder, snapshot }, own)]
    })
  )
  return found.flat()
})
