/**
 * A segment is an immutable spooled piece of one stream: CSV bytes on disk as the source system sent them,
 * with its header, its row count and where in the stream it lies. Sources make segments, destinations
 * commit them together with the checkpoint that covers them; no row of them becomes a JavaScript object.
 */
import { createHash } from "node:crypto"
import type { Instant } from "./instant.ts"

/**
 * What the rows of a segment do to the table:
 * `upsert` whole rows · `patch` only its own columns, of existing rows whose guard value equals the row's ·
 * `delete` keys that are gone, with the time they went under the guard's header ·
 * `present` the complete list of keys of `covers.ids` ·
 * `replace` whole rows that take the place of whatever is stored under their keys, however often and with
 * whatever stamp it is stored, and come back if they were removed: the repair of a copy that something else has
 * changed.
 */
export type Effect = "upsert" | "patch" | "delete" | "present" | "replace"

export interface SegmentFile {
  readonly path: string
  readonly gzip: boolean
  readonly rows: number
  /** Size on disk, compressed if `gzip`. */
  readonly bytes: number
}

/** Half-open, `from <= t < to`; `from` null reaches back to the beginning. */
export interface Window {
  readonly from: Instant | null
  readonly to: Instant
}

/** Half-open range of 18-character Ids; null is open on that side. */
export interface IdRange {
  readonly from: string | null
  readonly to: string | null
}

export interface Segment {
  /** The idempotence key: see `segmentId`. */
  readonly id: string
  readonly stream: string
  readonly generation: number
  /** The `id` of the checkpoint's work item that this segment belongs to. */
  readonly work: string
  readonly effect: Effect
  /** Each begins with the header line; comma, `"` quotes, `""` for null, UTF-8. */
  readonly files: ReadonlyArray<SegmentFile>
  /** The header line of every file: exact and ordered. The source has compared it with what it asked for. */
  readonly header: ReadonlyArray<string>
  /** The org's clock when the query or job began. */
  readonly asOf: Instant
  readonly covers: { readonly window?: Window; readonly ids?: IdRange }
}

/** The same page of the same work of the same generation has the same id, in any process, after any crash. */
export const segmentId = (of: {
  readonly stream: string
  readonly generation: number
  readonly work: string
  readonly locator: string
}): string =>
  createHash("sha256")
    .update(JSON.stringify([of.stream, of.generation, of.work, of.locator]))
    .digest("hex")
    .slice(0, 32)

export const segmentRows = (segment: Segment): number =>
  segment.files.reduce((rows, file) => rows + file.rows, 0)

export const segmentBytes = (segment: Segment): number =>
  segment.files.reduce((bytes, file) => bytes + file.bytes, 0)
