/**
 * Lands one result page on disk, inflated: that it is whole is known only from gzip's own checksum and from counting
 * its records, so that it has to be inflated here, and whoever reads the files need not do it again. Destinations read
 * gzip without looking at the checksum and at several times the cost.
 */
import { Writable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { createGunzip } from "node:zlib"
import type { SegmentFile } from "@decant/connector"
import { Effect, Stream } from "effect"
import type { Download } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { parseHeader } from "../rest/csv-record.ts"
import { type SourceError, sourceError } from "../source-error.ts"
import { type SpoolRoom, spoolFailure } from "../spool-file.ts"
import { PagePieces } from "./page-pieces.ts"

/** zlib's default of 16 KiB halves the speed. */
const INFLATE_CHUNK = 512 * 1024

export interface SpooledPage {
  /** As they came, compressed or not. */
  readonly received: number
  readonly rows: number
  /** Those that have rows. */
  readonly files: ReadonlyArray<SegmentFile>
  /** Null when not one byte came. */
  readonly header: ReadonlyArray<string> | null
}

type Put = (chunk: Uint8Array) => Promise<void>

interface Landing {
  readonly write: (chunk: Uint8Array) => Promise<void> | undefined
  readonly end: () => Promise<void>
  readonly destroy: () => void
}

const plainLanding = (put: Put): Landing => ({
  write: put,
  end: () => Promise.resolve(),
  destroy: () => {}
})

/**
 * Gives a buffer's memory back as soon as its last bytes are on disk, which is when zlib has begun another one. Left to
 * V8, such memory has the whole heap marked several times a second while pages come: a tenth of a first sync's processor time.
 */
const giveBack = ({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): void => {
  if (buffer.byteLength === INFLATE_CHUNK && byteOffset + byteLength === INFLATE_CHUNK) buffer.transfer(0)
}

const gzipLanding = (put: Put): Landing => {
  const inflate = createGunzip({ chunkSize: INFLATE_CHUNK })
  const land = async (chunk: Uint8Array<ArrayBuffer>) => {
    await put(chunk)
    giveBack(chunk)
  }
  const file = new Writable({
    highWaterMark: 1,
    write: (chunk, _, done) => void land(chunk).then(() => done(), done)
  })
  const landed = pipeline(inflate, file)
  landed.catch(() => {})
  const drained = () => new Promise<void>((resolve) => inflate.once("drain", resolve))
  return {
    write: (chunk) => (inflate.write(chunk) ? undefined : Promise.race([drained(), landed])),
    end: () => {
      inflate.end()
      return landed
    },
    destroy: () => void inflate.destroy()
  }
}

const damaged = (what: string): SourceError =>
  sourceError(
    "PAGE_DAMAGED",
    `A result page of Salesforce is damaged: ${what}.`,
    "Run it again: what was committed stays, and the same job goes on. If it lasts, look for a proxy or a scanner between this machine and Salesforce.",
    { again: true }
  )

/** How many bytes came. */
const receive = Effect.fnUntraced(function* (download: Download, pieces: PagePieces) {
  let received = 0
  let unwritten: unknown = null
  const put: Put = (chunk) =>
    pieces.put(chunk).catch((cause) => {
      unwritten = cause
      throw cause
    })
  const why = (what: string) => () => (unwritten === null ? damaged(what) : spoolFailure(unwritten))
  const landing = yield* Effect.acquireRelease(
    Effect.sync(() => (download.gzip ? gzipLanding(put) : plainLanding(put))),
    (opened) => Effect.sync(opened.destroy)
  )
  yield* Stream.runForEach(download.body, (chunk) => {
    received += chunk.length
    return Effect.tryPromise({
      try: async () => landing.write(chunk),
      catch: why("its compressed data cannot be inflated")
    })
  })
  if (received > 0) {
    yield* Effect.tryPromise({
      try: () => landing.end(),
      catch: why("it ends early or its checksum is wrong")
    })
  }
  return received
})

/** The page is on disk; its header and rows are not yet compared with what was asked for. */
export const spoolPage = (
  download: Download,
  place: {
    readonly pathOf: (piece: number) => string
    readonly room: SpoolRoom
    readonly pieceBytes: number
  }
): Effect.Effect<SpooledPage, ReadError> =>
  Effect.suspend(() => {
    const pieces = new PagePieces(place)
    const { counter } = pieces
    return Effect.gen(function* () {
      const received = yield* Effect.scoped(receive(download, pieces))
      if (!counter.closed) return yield* damaged("it ends inside a value")
      const files = yield* Effect.tryPromise({ try: () => pieces.end(), catch: spoolFailure })
      const { header, records: rows } = counter
      return { received, rows, files, header: header === null ? null : parseHeader(header) }
    }).pipe(Effect.onError(() => Effect.promise(() => pieces.discard())))
  })

const sameNames = (one: ReadonlyArray<string>, other: ReadonlyArray<string>): boolean =>
  one.length === other.length && one.every((name, index) => name === other[index])

/** What a page must agree with: the columns that were asked for and the number of rows that it claims. */
export const checkPage = (
  page: SpooledPage,
  asked: ReadonlyArray<string>,
  claimed: number | null
): Effect.Effect<void, SourceError> => {
  if (claimed !== null && page.rows !== claimed) {
    return Effect.fail(damaged(`it says ${claimed} rows and has ${page.rows}`))
  }
  if (page.header !== null && !sameNames(page.header, asked)) {
    return Effect.fail(damaged(`its columns are not those that were asked for (${page.header.join(", ")})`))
  }
  return Effect.void
}
