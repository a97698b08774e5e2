/** Ranges of Ids that together are all of an object: cut where its Ids lie, halfway and halfway again. */
import type { IdRange } from "@decant/connector"
import { Effect, Schema } from "effect"
import { decodeValue } from "../org/api-reply.ts"
import type { StreamReading } from "../read/stream-reading.ts"
import type { ReadError } from "../read-error.ts"
import { firstPage } from "../rest/rest-query.ts"
import { middleId } from "../streams/middle-id.ts"
import { edgeQuery } from "../streams/soql.ts"

const Edge = Schema.Struct({ Id: Schema.String })

const edge = Effect.fnUntraced(function* (
  { client, definition }: StreamReading,
  direction: "ASC" | "DESC"
): Effect.fn.Return<string | null, ReadError> {
  const of = { object: definition.object, cursorField: null, window: null, ids: null, where: null }
  const page = yield* firstPage(client, definition.stream, edgeQuery(of, "Id", direction))
  const [row] = page.records
  return row === undefined ? null : (yield* decodeValue(Edge, definition.stream, row)).Id
})

const cutsBetween = (first: string, last: string, depth: number): ReadonlyArray<string> => {
  const middle = depth === 0 ? null : middleId(first, last)
  return middle === null
    ? []
    : [...cutsBetween(first, middle, depth - 1), middle, ...cutsBetween(middle, last, depth - 1)]
}

/** About so many; one open range when few rows need no more. */
export const idRanges = Effect.fnUntraced(function* (
  reading: StreamReading,
  count: number
): Effect.fn.Return<ReadonlyArray<IdRange>, ReadError> {
  if (count <= 1) return [{ from: null, to: null }]
  const first = yield* edge(reading, "ASC")
  const last = yield* edge(reading, "DESC")
  const cuts =
    first === null || last === null ? [] : [...new Set(cutsBetween(first, last, Math.ceil(Math.log2(count))))]
  return [...cuts, null].map((to, at) => ({ from: cuts[at - 1] ?? null, to }))
})
