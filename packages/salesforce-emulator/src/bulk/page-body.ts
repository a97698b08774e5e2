/**
 * The bytes of one result page, plain or gzip'd, read from the job's files.
 *
 * Large buffers are used again and again: each new one would bring the next garbage collection nearer, which at a few
 * hundred megabytes a second costs more than the reading (measured: a third of the throughput without it).
 */
import { open } from "node:fs/promises"
import { crc32 } from "node:zlib"
import { BLOCK_RECORDS, type Block, type BlockFile, deflatePiece } from "./blocks.ts"
import { joinCrc32 } from "./crc32.ts"
import { afterRecords } from "./csv-records.ts"

export interface PageBody {
  readonly length: number
  /** Each chunk is good until the next one is asked for, which must wait until the socket has drained. */
  readonly chunks: AsyncIterable<Uint8Array>
}

/** Part of a page: bytes at hand, or a range of a file. */
type Piece = Buffer | { readonly path: string; readonly start: number; readonly length: number }

const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])
/** An empty last block, in the fixed code. */
const DEFLATE_END = Buffer.from([3, 0])

/** Records `from` up to `to` of the job, after the header line. */
export async function pageBody(
  file: BlockFile,
  header: string,
  from: number,
  to: number,
  gzip: boolean
): Promise<PageBody> {
  const ranges = await rangesOf(file, from, to)
  const head = Buffer.from(header)
  const pieces = gzip
    ? await gzipPieces(file, head, ranges)
    : [head, ...ranges.map((range) => rawPiece(file, range))]
  return {
    length: pieces.reduce((sum, piece) => sum + piece.length, 0),
    chunks: chunksOf(pieces)
  }
}

/** Whole blocks in a row, or a part of one, as bytes of the raw file. */
type Range =
  | { readonly kind: "blocks"; readonly blocks: ReadonlyArray<Block> }
  | { readonly kind: "part"; readonly start: number; readonly length: number }

async function rangesOf(file: BlockFile, from: number, to: number): Promise<ReadonlyArray<Range>> {
  const ranges: Array<Range> = []
  let whole: Array<Block> = []
  for (let at = Math.floor(from / BLOCK_RECORDS); at * BLOCK_RECORDS < to; at++) {
    const block = file.blocks[at]
    if (block === undefined) break
    const first = Math.max(0, from - at * BLOCK_RECORDS)
    const last = Math.min(block.records, to - at * BLOCK_RECORDS)
    if (first === 0 && last === block.records) {
      whole.push(block)
      continue
    }
    if (whole.length > 0) ranges.push({ kind: "blocks", blocks: whole })
    whole = []
    ranges.push(await partOf(file, block, first, last))
  }
  if (whole.length > 0) ranges.push({ kind: "blocks", blocks: whole })
  return ranges
}

async function partOf(file: BlockFile, block: Block, first: number, last: number): Promise<Range> {
  const bytes = await readRange(file.rawPath, block.rawStart, block.rawLength)
  const start = afterRecords(bytes, first)
  const length = afterRecords(bytes.subarray(start), last - first)
  return { kind: "part", start: block.rawStart + start, length }
}

async function readRange(path: string, start: number, length: number): Promise<Buffer> {
  const handle = await open(path, "r")
  try {
    const { buffer } = await handle.read({ buffer: Buffer.allocUnsafe(length), position: start })
    return buffer
  } finally {
    await handle.close()
  }
}

function rawPiece(file: BlockFile, range: Range): Piece {
  if (range.kind === "part") return { path: file.rawPath, start: range.start, length: range.length }
  const length = range.blocks.reduce((sum, block) => sum + block.rawLength, 0)
  return { path: file.rawPath, start: range.blocks[0]?.rawStart ?? 0, length }
}

async function gzipPieces(
  file: BlockFile,
  head: Buffer,
  ranges: ReadonlyArray<Range>
): Promise<ReadonlyArray<Piece>> {
  const pieces: Array<Piece> = [GZIP_HEADER, await deflatePiece(head)]
  let crc = crc32(head)
  let size = head.length
  const add = (blockCrc: number, length: number) => {
    crc = joinCrc32(crc, blockCrc, length)
    size += length
  }
  for (const range of ranges) {
    if (range.kind === "part") {
      const bytes = await readRange(file.rawPath, range.start, range.length)
      pieces.push(await deflatePiece(bytes))
      add(crc32(bytes), bytes.length)
    } else {
      const length = range.blocks.reduce((sum, block) => sum + block.packedLength, 0)
      pieces.push({ path: file.packedPath, start: range.blocks[0]?.packedStart ?? 0, length })
      for (const block of range.blocks) add(block.crc, block.rawLength)
    }
  }
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc, 0)
  trailer.writeUInt32LE(size % 2 ** 32, 4)
  return [...pieces, DEFLATE_END, trailer]
}

/** Far over any socket's high-water mark, so that a writer always waits for the drain after a full one. */
const CHUNK_BYTES = 512 * 1024
const spare: Array<Buffer> = []

async function* chunksOf(pieces: ReadonlyArray<Piece>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (Buffer.isBuffer(piece)) yield piece
    else if (piece.length > 0) yield* chunksOfFile(piece.path, piece.start, piece.length)
  }
}

async function* chunksOfFile(path: string, start: number, length: number): AsyncGenerator<Uint8Array> {
  const file = await open(path, "r")
  const chunk = spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES)
  try {
    const end = start + length
    for (let position = start; position < end; ) {
      const wanted = Math.min(CHUNK_BYTES, end - position)
      // A short chunk may still wait in the socket when the next is asked for.
      const buffer = wanted < CHUNK_BYTES ? Buffer.allocUnsafeSlow(wanted) : chunk
      const { bytesRead } = await file.read(buffer, 0, wanted, position)
      if (bytesRead < wanted) throw new Error(`${path} ended early`)
      yield buffer
      position += wanted
    }
  } finally {
    spare.push(chunk)
    await file.close()
  }
}
