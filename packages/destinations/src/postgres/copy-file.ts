/**
 * The bytes of a spooled file on their way into `COPY`: inflated in big pieces (the default of 16 KiB costs twice the
 * time), without NUL bytes, which Postgres cannot store; how many were left out is counted.
 */
import { createReadStream } from "node:fs"
import { type Readable, Transform } from "node:stream"
import { createGunzip } from "node:zlib"

const chunkSize = 1024 * 1024

export interface CsvFile {
  readonly path: string
  readonly gzip: boolean
}

export interface NulCount {
  removed: number
}

const withoutNul = (chunk: Buffer, count: NulCount): Buffer => {
  if (chunk.indexOf(0) < 0) return chunk
  const kept = Buffer.from(chunk.filter((byte) => byte !== 0))
  count.removed += chunk.length - kept.length
  return kept
}

export const csvBytes = (
  file: CsvFile,
  count: NulCount
): readonly [Readable, ...ReadonlyArray<NodeJS.ReadWriteStream>] => {
  const filter = new Transform({
    transform: (chunk: Buffer, _encoding, done) => done(null, withoutNul(chunk, count)),
    readableHighWaterMark: chunkSize,
    writableHighWaterMark: chunkSize
  })
  const source = createReadStream(file.path, { highWaterMark: chunkSize })
  return file.gzip ? [source, createGunzip({ chunkSize }), filter] : [source, filter]
}
