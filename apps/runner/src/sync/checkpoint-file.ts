/**
 * The checkpoint file mirrors what the destination holds, for people, `status` and backups. The destination
 * is the truth: it commits checkpoints together with the rows that they cover.
 */
import {
  type Checkpoint,
  ConnectorError,
  decodeCheckpoint,
  encodeCheckpoint,
  type StoredCheckpoints,
  type StreamCheckpoint
} from "@decant/connector"
import { Effect, Semaphore } from "effect"
import { readText, writeDurably } from "../files.ts"
import type { RunnerError } from "../runner-error.ts"

export interface CheckpointFile {
  /** After a commit: the stream's checkpoint is on disk when this returns. */
  readonly record: (stream: string, checkpoint: StreamCheckpoint) => Effect.Effect<void, RunnerError>
}

const sorted = (streams: Checkpoint["streams"]): Checkpoint["streams"] =>
  Object.fromEntries(Object.entries(streams).sort(([a], [b]) => (a < b ? -1 : 1)))

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner
  )

const behind = (mirror: Checkpoint, stored: StoredCheckpoints["streams"]): ReadonlyArray<string> =>
  [...new Set([...Object.keys(mirror.streams), ...Object.keys(stored)])]
    .filter((stream) => canonical(mirror.streams[stream]) !== canonical(stored[stream]))
    .sort()

/** Fails when the file is another org's, of a newer Decant, or damaged; never half reads it. */
export const readMirror = Effect.fnUntraced(function* (path: string, orgId: string | null) {
  const text = yield* readText(path)
  if (text === null) return null
  const mirror = yield* decodeCheckpoint(path, text)
  if (orgId !== null && mirror.orgId !== orgId) {
    return yield* ConnectorError.checkpointOtherOrg(path, mirror.orgId, orgId)
  }
  return mirror
})

export interface OpenCheckpointFile {
  readonly path: string
  readonly name: string
  readonly orgId: string
  readonly stored: StoredCheckpoints["streams"]
  readonly notice: (text: string) => Effect.Effect<void>
}

/** Compares the file with the destination, rewrites it where they differ, and says so. */
export const openCheckpointFile = Effect.fnUntraced(function* (of: OpenCheckpointFile) {
  const mirror = yield* readMirror(of.path, of.orgId)
  let current: Checkpoint = { version: 1, name: of.name, orgId: of.orgId, streams: sorted(of.stored) }
  const differing = mirror === null ? [] : behind(mirror, of.stored)
  if (differing.length > 0) {
    yield* of.notice(
      `${of.path} differed from what the destination holds (${differing.join(", ")}); the destination counts, and the file was rewritten from it.`
    )
  }
  if (differing.length > 0 || (mirror === null && Object.keys(of.stored).length > 0)) {
    yield* writeDurably(of.path, encodeCheckpoint(current))
  }
  const oneWriter = yield* Semaphore.make(1)
  const file: CheckpointFile = {
    record: (stream, checkpoint) =>
      Effect.suspend(() => {
        current = { ...current, streams: sorted({ ...current.streams, [stream]: checkpoint }) }
        return writeDurably(of.path, encodeCheckpoint(current))
      }).pipe(oneWriter.withPermits(1))
  }
  return file
})
