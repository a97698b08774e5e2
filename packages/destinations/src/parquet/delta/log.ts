/**
 * Reads a table's log and adds commits to it. A commit is a file whose name is its number, put only if there is
 * none of that name: so of two writers one wins, and a reader sees a commit whole or not at all.
 *
 * https://github.com/delta-io/delta/blob/master/PROTOCOL.md#delta-log-entries
 */
import { Effect, Schema } from "effect"
import { DestinationError } from "../../destination-error.ts"
import type { Sql } from "../../duckdb-sql/sql.ts"
import type { Store } from "../store.ts"
import { Action, type CommitInfo } from "./actions.ts"
import { readLogCheckpoint } from "./log-checkpoint.ts"
import { noTable, replay, type Snapshot } from "./snapshot.ts"

const name = (version: number): string => `${String(version).padStart(20, "0")}.json`
const namePattern = /^(\d{20})\.json$/
const checkpointPattern = /^(\d{20})\.checkpoint\.parquet$/

export const logFolder = (table: string): string => `${table}/_delta_log`
export const checkpointKey = (table: string, version: number): string =>
  `${logFolder(table)}/${String(version).padStart(20, "0")}.checkpoint.parquet`
export const lastCheckpointKey = (table: string): string => `${logFolder(table)}/_last_checkpoint`

const decodeAction = Schema.decodeUnknownOption(Schema.fromJsonString(Action))

const damagedLog = (table: string, detail: string): DestinationError =>
  DestinationError.of(
    "TARGET_CHANGED",
    `The log of the table ${table} cannot be read: ${detail}.`,
    "Something else than Decant changed the files in _delta_log. Restore them, or move the table's folder away and sync again from the beginning."
  )

const parseCommit = (table: string, file: string, text: string) =>
  Effect.forEach(
    text.split("\n").filter((line) => line.trim() !== ""),
    (line) =>
      Effect.mapError(Effect.fromOption(decodeAction(line)), () =>
        damagedLog(table, `${file} has a line that is no action`)
      )
  )

interface Log {
  readonly store: Store
  readonly sql: Sql
  readonly table: string
}

const versionsOf = (names: ReadonlyArray<string>, pattern: RegExp): ReadonlyArray<number> =>
  names.flatMap((file) => {
    const found = pattern.exec(file)?.[1]
    return found === undefined ? [] : [Number(found)]
  })

const beginning = Effect.fnUntraced(function* (
  log: Log,
  names: ReadonlyArray<string>,
  known: Snapshot
): Effect.fn.Return<Snapshot, DestinationError> {
  const commits = new Set(versionsOf(names, namePattern))
  const checkpoint = Math.max(-1, ...versionsOf(names, checkpointPattern))
  if (known.version >= 0 && (known.version >= checkpoint || commits.has(known.version + 1))) return known
  return checkpoint < 0
    ? noTable
    : replay(
        noTable,
        checkpoint,
        yield* readLogCheckpoint(log.store, log.sql, checkpointKey(log.table, checkpoint))
      )
})

/** Or the name of a commit that is missing. */
const readOnce = Effect.fnUntraced(function* (
  log: Log,
  known: Snapshot
): Effect.fn.Return<Snapshot | string, DestinationError> {
  const names = (yield* log.store.list(logFolder(log.table))).map((file) => file.name)
  const commits = new Set(versionsOf(names, namePattern))
  const newest = Math.max(-1, ...commits)
  // A table that was taken away and made anew is not the one that is known.
  let snapshot = yield* beginning(log, names, known.version > newest ? noTable : known)
  while (snapshot.version < newest) {
    const file = name(snapshot.version + 1)
    const bytes = yield* log.store.read(`${logFolder(log.table)}/${file}`)
    if (bytes === null) return file
    const actions = yield* parseCommit(log.table, file, bytes.toString("utf8"))
    snapshot = replay(snapshot, snapshot.version + 1, actions)
  }
  return snapshot
})

/** The newest version; `known` is an earlier one of the same table, from which it goes on. */
export const readLog = Effect.fnUntraced(function* (
  log: Log,
  known: Snapshot = noTable
): Effect.fn.Return<Snapshot, DestinationError> {
  const first = yield* readOnce(log, known)
  // A commit that was listed and is gone has been put into a checkpoint meanwhile.
  const found = typeof first === "string" ? yield* readOnce(log, noTable) : first
  return typeof found === "string" ? yield* damagedLog(log.table, `${found} is missing`) : found
})

/**
 * Below a checkpoint names become free again. A writer that froze for longer than the log keeps its entries has put what
 * nobody reads; one that was only overtaken finds its files.
 */
const countsFor = Effect.fnUntraced(function* (
  log: Log,
  version: number,
  actions: ReadonlyArray<Action>
): Effect.fn.Return<boolean, DestinationError> {
  const names = (yield* log.store.list(logFolder(log.table))).map((file) => file.name)
  if (Math.max(-1, ...versionsOf(names, checkpointPattern)) <= version) return true
  const now = yield* readLog(log)
  const added = actions.flatMap(({ add }) => (add ? [add.path] : []))
  return added.length > 0 && added.every((path) => now.files.has(path) || now.removed.has(path))
})

/** The snapshot that holds the actions, or null when another writer was first. */
export const appendToLog = Effect.fnUntraced(function* (
  log: Log,
  before: Snapshot,
  info: CommitInfo,
  actions: ReadonlyArray<Action>
): Effect.fn.Return<Snapshot | null, DestinationError> {
  const version = before.version + 1
  const text = [info, ...actions].map((action) => `${JSON.stringify(action)}\n`).join("")
  const key = `${logFolder(log.table)}/${name(version)}`
  const won = yield* log.store.putIfAbsent(key, Buffer.from(text))
  return won && (yield* countsFor(log, version, actions)) ? replay(before, version, actions) : null
})

/** Log files that a reader of this version, or of a later one, does not need. */
export const supersededLog = (
  files: ReadonlyArray<{ readonly name: string; readonly modified: number }>,
  checkpoint: number,
  before: number
): ReadonlyArray<string> =>
  files
    .filter(({ name: file, modified }) => {
      const version = Number((namePattern.exec(file) ?? checkpointPattern.exec(file))?.[1] ?? Number.NaN)
      const leftover = file.startsWith(".") && file.endsWith(".tmp")
      return (version < checkpoint || leftover) && modified < before
    })
    .map(({ name: file }) => file)
