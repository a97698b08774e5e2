/**
 * Cuts a large object into ranges of Ids with about as many rows each, so that several Bulk jobs read it at one time.
 * Ids are not evenly spread, so Salesforce is asked how many rows it expects in a range (`explain`, which runs
 * nothing); the largest range is halved until the rest is a matter of putting neighbours together. Where it does not
 * say, ranges of Ids stand for rows. Nothing but the even load depends on these numbers.
 *
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_query_explain.htm
 */
import type { IdRange } from "@decant/connector"
import { Effect, Schema } from "effect"
import { decodeReply } from "../org/api-reply.ts"
import type { ReadError } from "../read-error.ts"
import { firstPage } from "../rest/rest-query.ts"
import { middleId } from "../streams/middle-id.ts"
import { countQuery, edgeQuery, type RowsQuery } from "../streams/soql.ts"
import type { StreamReading } from "./stream-reading.ts"

interface Piece {
  readonly range: IdRange
  /** The least and the greatest Id that may be in it. */
  readonly first: string
  readonly last: string
  readonly rows: number
}

const Plans = Schema.Struct({ plans: Schema.NonEmptyArray(Schema.Struct({ cardinality: Schema.Finite })) })

const allRows = ({ definition }: StreamReading, ids: IdRange | null): Omit<RowsQuery, "select"> => ({
  object: definition.object,
  cursorField: null,
  window: null,
  ids,
  where: null
})

/** An answer that does not come leaves the cut to be made without it. */
const orNull = <A>(asked: Effect.Effect<A, ReadError>): Effect.Effect<A | null, ReadError> =>
  asked.pipe(
    Effect.catchIf(
      (error) => error.disposition === "failed" || error.disposition === "spec",
      () => Effect.succeed(null)
    )
  )

const edge = (reading: StreamReading, direction: "ASC" | "DESC") =>
  orNull(
    Effect.map(
      firstPage(
        reading.client,
        reading.definition.stream,
        edgeQuery(allRows(reading, null), "Id", direction)
      ),
      ({ records }) => records[0]?.Id ?? null
    )
  )

const expectedRows = ({ client, definition }: StreamReading, query: string) =>
  orNull(
    client
      .text({
        stream: definition.stream,
        path: client.resource(`/query?explain=${encodeURIComponent(query)}`)
      })
      .pipe(
        Effect.flatMap((reply) => decodeReply(Plans, "its plan of a query", reply)),
        Effect.map(({ plans }) => plans[0].cardinality)
      )
  )

const halves = Effect.fnUntraced(function* (
  reading: StreamReading,
  piece: Piece
): Effect.fn.Return<ReadonlyArray<Piece> | null, ReadError> {
  const middle = middleId(piece.first, piece.last)
  if (middle === null) return null
  const [below, above] = [
    { from: piece.range.from, to: middle },
    { from: middle, to: piece.range.to }
  ]
  const told = yield* expectedRows(reading, countQuery(allRows(reading, below)))
  const rows = Math.min(told ?? piece.rows / 2, piece.rows)
  return [
    { range: below, first: piece.first, last: middle, rows },
    { range: above, first: middle, last: piece.last, rows: piece.rows - rows }
  ]
})

/** Neighbours are put together as long as that brings their sum nearer to an equal share. */
const merged = (pieces: ReadonlyArray<Piece>, share: number): ReadonlyArray<IdRange> => {
  const ranges: Array<{ range: IdRange; rows: number }> = []
  for (const { range, rows } of pieces) {
    const last = ranges.at(-1)
    if (last !== undefined && last.rows + rows / 2 < share) {
      last.range = { from: last.range.from, to: range.to }
      last.rows += rows
    } else ranges.push({ range, rows })
  }
  return ranges.map(({ range }) => range)
}

/** Each half is asked for once, so this bounds the calls as well. */
const PIECES_PER_PART = 3

/** Null where the object cannot be cut. */
export const partRanges = Effect.fnUntraced(function* (
  reading: StreamReading,
  of: { readonly rows: number; readonly parts: number }
): Effect.fn.Return<ReadonlyArray<IdRange> | null, ReadError> {
  const first = yield* edge(reading, "ASC")
  const last = first === null ? null : yield* edge(reading, "DESC")
  if (typeof first !== "string" || typeof last !== "string") return null
  const share = of.rows / of.parts
  let pieces: ReadonlyArray<Piece> = [{ range: { from: null, to: null }, first, last, rows: of.rows }]
  while (pieces.length < of.parts * PIECES_PER_PART) {
    const largest = pieces.reduce((one, other) => (other.rows > one.rows ? other : one))
    if (pieces.length >= of.parts && largest.rows <= share / 2) break
    const cut = yield* halves(reading, largest)
    if (cut === null) break
    pieces = pieces.flatMap((piece) => (piece === largest ? cut : [piece]))
  }
  const ranges = merged(pieces, share)
  return ranges.length < 2 ? null : ranges
})
