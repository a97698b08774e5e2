/**
 * What Decant knows about a stream after a commit: `_decant/checkpoints/<stream>/<version>.json`. It is written
 * before the commit and becomes true by it: the table's log holds `txn {appId: "decant:<name>:<stream>", version}`.
 *
 * A writer that died, or lost, may have left a file of the version that the next writer makes. It is not replaced,
 * for its writer may be slow and not dead: the next attempt has a name of its own, and a second `txn` says which.
 */
import { createHash, randomInt, randomUUID } from "node:crypto"
import { StreamCheckpoint } from "@decant/connector"
import { Effect, Option, Schema } from "effect"
import { DestinationError } from "../destination-error.ts"
import { AddFile, type Txn } from "./delta/actions.ts"
import type { Snapshot } from "./delta/snapshot.ts"
import type { Store } from "./store.ts"

const Row = Schema.Record(Schema.String, Schema.Unknown)
const Column = Schema.Struct({ name: Schema.String, type: Schema.String })

/** A table that no reader of the log sees yet. */
const HiddenTable = Schema.Struct({
  table: Schema.String,
  generation: Schema.Int,
  columns: Schema.Array(Column),
  files: Schema.Array(AddFile)
})
export type HiddenTable = typeof HiddenTable.Type

const Details = Schema.Struct({
  format: Schema.Literal(1),
  attempt: Schema.optionalKey(Schema.String),
  stream: Schema.String,
  table: Schema.String,
  orgId: Schema.String,
  /** Rows of `_decant` tables. */
  checkpoints: Schema.Array(Row),
  segments: Schema.Array(Row),
  /** Key of a Parquet file; null when there are none. */
  tombstones: Schema.NullOr(Schema.String),
  /** Key of a JSON file with the rows of `fields` and `picklist_values`. */
  descriptions: Schema.NullOr(Schema.String),
  /** Null until the table is visible. */
  columns: Schema.NullOr(Schema.Array(Column)),
  views: Schema.Array(Schema.String),
  /** How often a record was erased: what was written before that, and is in no log yet, may hold it. */
  erasures: Schema.optionalKey(Schema.Int),
  hidden: Schema.NullOr(HiddenTable),
  /** `<Object>_history`: the files stand here, its log follows. */
  history: Schema.NullOr(
    Schema.Struct({ table: Schema.String, columns: Schema.Array(Column), files: Schema.Array(AddFile) })
  )
})
export type Details = typeof Details.Type

const StateFile = Schema.Struct({ ...StreamCheckpoint.fields, _decant: Details })
type StateFile = typeof StateFile.Type

export interface StreamState {
  readonly key: string
  readonly checkpoint: StreamCheckpoint
  readonly details: Details
}

const folder = (stream: string): string => `_decant/checkpoints/${stream}`
const fileName = (version: number, attempt: number): string =>
  attempt === 0 ? `${version}.json` : `${version}.${attempt}.json`

const prefix = "decant:"
const attemptSuffix = "#attempt"
const historySuffix = "#history"

export const appId = (name: string, stream: string): string => `${prefix}${name}:${stream}`

/** In the log of `<Object>_history`. */
export const historyAppId = (name: string, stream: string): string => `${appId(name, stream)}${historySuffix}`

export interface Pointer {
  readonly version: number
  readonly attempt: number
}

/** The stream that a table's log names, whatever the spec was called that wrote it. */
export const streamOf = (
  snapshot: Snapshot
): { readonly stream: string; readonly pointer: Pointer } | null => {
  const own = [...snapshot.txns.values()]
    .filter((txn) => txn.appId.startsWith(prefix) && !/#(attempt|history)$/.test(txn.appId))
    .sort((a, b) => b.version - a.version || (b.lastUpdated ?? 0) - (a.lastUpdated ?? 0))[0]
  if (own === undefined) return null
  const stream = own.appId.slice(own.appId.indexOf(":", prefix.length) + 1)
  const attempt = snapshot.txns.get(`${own.appId}${attemptSuffix}`)
  return { stream, pointer: { version: own.version, attempt: attempt?.version ?? 0 } }
}

export const txnsOf = (id: string, pointer: Pointer, now: number): ReadonlyArray<{ readonly txn: Txn }> => [
  { txn: { appId: id, version: pointer.version, lastUpdated: now } },
  { txn: { appId: `${id}${attemptSuffix}`, version: pointer.attempt, lastUpdated: now } }
]

const damaged = (key: string): DestinationError =>
  DestinationError.of(
    "TARGET_CHANGED",
    `${key}, which the table's log names, is gone or cannot be read; something else than this Decant changed it.`,
    "Restore the file, run the Decant version that wrote it, or move the table's folder away and sync again from the beginning."
  )

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(StateFile))

export const readStreamState = Effect.fnUntraced(function* (
  store: Store,
  stream: string,
  pointer: Pointer
): Effect.fn.Return<StreamState, DestinationError> {
  const key = `${folder(stream)}/${fileName(pointer.version, pointer.attempt)}`
  const bytes = yield* store.read(key)
  const state = decode(bytes?.toString("utf8"))
  if (Option.isNone(state)) return yield* damaged(key)
  const { _decant: details, ...checkpoint } = state.value
  return { key, checkpoint, details }
})

/** Writes it under a free name of its version. Nothing refers to it yet. */
export const writeStreamState = Effect.fnUntraced(function* (
  store: Store,
  checkpoint: StreamCheckpoint,
  details: Details
): Effect.fn.Return<Pointer & { readonly key: string }, DestinationError> {
  // No two attempts write the same bytes, so a file with ours is ours.
  const state: StateFile = { ...checkpoint, _decant: { ...details, attempt: randomUUID() } }
  const bytes = Buffer.from(`${JSON.stringify(state, null, 1)}\n`)
  // Several writers try the same version at one time: one that finds a name taken does not go through all of theirs.
  for (let attempt = 0; ; attempt = randomInt(1, 1_000_000)) {
    const key = `${folder(details.stream)}/${fileName(checkpoint.version, attempt)}`
    if (yield* store.putIfAbsent(key, bytes)) return { key, version: checkpoint.version, attempt }
  }
})

const Descriptions = Schema.Struct({ fields: Schema.Array(Row), picklist_values: Schema.Array(Row) })
export type Descriptions = typeof Descriptions.Type
const decodeDescriptions = Schema.decodeUnknownOption(Schema.fromJsonString(Descriptions))

/** Named by its content, so that it is written only when it changes. `stands` is in use, and so it is there. */
export const writeDescriptionFile = Effect.fnUntraced(function* (
  store: Store,
  stream: string,
  descriptions: Descriptions,
  stands: string | null
): Effect.fn.Return<string, DestinationError> {
  const text = JSON.stringify(descriptions)
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 16)
  const key = `_decant/descriptions/${stream}/${digest}.json`
  if (key !== stands) yield* store.putIfAbsent(key, Buffer.from(text))
  return key
})

export const readDescriptionFile = Effect.fnUntraced(function* (
  store: Store,
  key: string
): Effect.fn.Return<Descriptions, DestinationError> {
  const descriptions = decodeDescriptions((yield* store.read(key))?.toString("utf8"))
  return Option.isSome(descriptions) ? descriptions.value : yield* damaged(key)
})

/** Files beside the state of this version that no later version needs. */
export const supersededState = (
  files: ReadonlyArray<{ readonly name: string; readonly modified: number }>,
  current: string,
  before: number
): ReadonlyArray<string> =>
  files.filter((file) => !current.endsWith(`/${file.name}`) && file.modified < before).map(({ name }) => name)

export const stateFolder = folder
