/**
 * Cuts a large object into ranges of Ids with about as many rows each, so that several Bulk jobs read it at one time.
 * Ids are not evenly spread: those of each instance that the org has lived on are a run of their own, with room for
 * millions of runs in between. So the heaviest range is halved until the rest is a matter of putting neighbours
 * together, and where nearly all rows are in one half, that half is drawn in to where its rows begin or end. Where
 * nobody says how many rows a range has, the length of its runs stands for them. Nothing but the even load depends on
 * these numbers.
 */
import type { IdRange } from "@decant/connector"
import { Effect } from "effect"
import type { ReadError } from "../read-error.ts"
import { idsBetween, middleId } from "../streams/middle-id.ts"
import { edgeOf, type Scale, scaleFor } from "./range-questions.ts"
import type { StreamReading } from "./stream-reading.ts"

interface Piece {
  readonly range: IdRange
  /** No row of it is before the one or behind the other. */
  readonly first: string
  readonly last: string
  /** Without a scale the Ids that there may be. */
  readonly rows: number
}

type Halves = readonly [IdRange, IdRange]

const halvesOf = ({ from, to }: IdRange, middle: string): Halves => [
  { from, to: middle },
  { from: middle, to }
]

/** A half with less than this of its rows tells that there may be next to none near the cut. */
const LIGHT = 1 / 8

interface Cutting {
  readonly reading: StreamReading
  /** Null where nobody says how many rows a range has. */
  readonly scale: Scale | null
}

const cutByRows = Effect.fnUntraced(function* (
  { reading }: Cutting,
  piece: Piece,
  middle: string,
  told: number
): Effect.fn.Return<ReadonlyArray<Piece>, ReadError> {
  const [below, above] = halvesOf(piece.range, middle)
  const rows = Math.min(told, piece.rows)
  const light = piece.rows * LIGHT
  const last = piece.rows - rows < light ? yield* edgeOf(reading, below, "DESC") : null
  const first = rows < light ? yield* edgeOf(reading, above, "ASC") : null
  return [
    { range: below, first: piece.first, last: last ?? middle, rows },
    { range: above, first: first ?? middle, last: piece.last, rows: piece.rows - rows }
  ]
})

const cutByLength = Effect.fnUntraced(function* (
  { reading, scale }: Cutting,
  piece: Piece,
  middle: string
): Effect.fn.Return<ReadonlyArray<Piece>, ReadError> {
  const [below, above] = halvesOf(piece.range, middle)
  const last = (yield* edgeOf(reading, below, "DESC")) ?? middle
  const first = (yield* edgeOf(reading, above, "ASC")) ?? middle
  const [lower, upper] = [idsBetween(piece.first, last), idsBetween(first, piece.last)]
  const each = scale === null ? 1 : piece.rows / (lower + upper)
  return [
    { range: below, first: piece.first, last, rows: lower * each },
    { range: above, first, last: piece.last, rows: upper * each }
  ]
})

/** What each part should have: less, once gaps between runs are left out of their length. */
const shareOf = (pieces: ReadonlyArray<Piece>, parts: number): number =>
  pieces.reduce((sum, { rows }) => sum + rows, 0) / parts

/** Null where there is nothing to be cut. */
const halved = Effect.fnUntraced(function* (
  cutting: Cutting,
  piece: Piece
): Effect.fn.Return<ReadonlyArray<Piece> | null, ReadError> {
  const middle = middleId(piece.first, piece.last)
  if (middle === null) return null
  const told = yield* cutting.scale?.(halvesOf(piece.range, middle)[0]) ?? Effect.succeed(null)
  return told === null
    ? yield* cutByLength(cutting, piece, middle)
    : yield* cutByRows(cutting, piece, middle, told)
})

/** Neighbours are put together as long as that brings their sum nearer to an equal share; next to nothing is no part. */
const merged = (pieces: ReadonlyArray<Piece>, share: number): ReadonlyArray<IdRange> => {
  const ranges: Array<{ range: IdRange; rows: number }> = []
  for (const { range, rows } of pieces) {
    const last = ranges.at(-1)
    const isNearer = last !== undefined && last.rows + rows / 2 < share
    const isLittle = last !== undefined && rows < share / 16 && last.rows < share * 1.25
    if (last !== undefined && (isNearer || isLittle)) {
      last.range = { from: last.range.from, to: range.to }
      last.rows += rows
    } else ranges.push({ range, rows })
  }
  return ranges.map(({ range }) => range)
}

/** A range of nearly all rows is cut a few times before it is drawn in. Each cut costs a call or two. */
const CUTS_PER_PART = 3
const CUTS_BESIDES = 20
const CUTS_AT_ONCE = 4

/** Null where the object cannot be cut. */
export const partRanges = Effect.fnUntraced(function* (
  reading: StreamReading,
  of: { readonly rows: number; readonly parts: number }
): Effect.fn.Return<ReadonlyArray<IdRange> | null, ReadError> {
  const everything: IdRange = { from: null, to: null }
  const first = yield* edgeOf(reading, everything, "ASC")
  const last = first === null ? null : yield* edgeOf(reading, everything, "DESC")
  const middle = first === null || last === null ? null : middleId(first, last)
  if (first === null || last === null || middle === null) return null
  const weighed = yield* scaleFor(reading, of.rows, halvesOf(everything, middle))
  const rows = weighed?.rows ?? idsBetween(first, last)
  const cutting = { reading, scale: weighed?.scale ?? null }
  let pieces: ReadonlyArray<Piece> = [{ range: everything, first, last, rows }]
  let left = of.parts * CUTS_PER_PART + CUTS_BESIDES
  for (;;) {
    const most = shareOf(pieces, of.parts) / 2
    const heavy = pieces
      .filter(({ rows }) => rows > most)
      .toSorted((one, other) => other.rows - one.rows)
      .slice(0, left)
    const cut = yield* Effect.forEach(heavy, (piece) => halved(cutting, piece), { concurrency: CUTS_AT_ONCE })
    const halves = new Map(heavy.map((piece, at) => [piece, cut[at] ?? [piece]]))
    if (cut.every((found) => found === null)) break
    left -= heavy.length
    pieces = pieces.flatMap((piece) => halves.get(piece) ?? [piece])
  }
  const ranges = merged(pieces, shareOf(pieces, of.parts))
  return ranges.length < 2 ? null : ranges
})
