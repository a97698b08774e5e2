/** Cuts work in two, between the first and the last of its rows: they are asked for by two small queries. */
import type { Instant, Work } from "@decant/connector"
import { instantFromMillis } from "@decant/connector"
import { Effect } from "effect"
import type { ReadError } from "../read-error.ts"
import { firstPage } from "../rest/rest-query.ts"
import { halveWindow, type Stamps } from "../streams/halve-window.ts"
import { middleId } from "../streams/middle-id.ts"
import { edgeQuery, type RowsQuery } from "../streams/soql.ts"
import { newRowsWork } from "../streams/work.ts"
import type { StreamReading } from "./stream-reading.ts"

/** How often work may still be cut. */
export interface Cuts {
  readonly byTime: number
  readonly byId: number
}

export interface Split {
  readonly parts: readonly [Work, Work]
  readonly cuts: Cuts
}

type Rows = Omit<RowsQuery, "select">

const rowsIn = ({ definition }: StreamReading, work: Work): Rows => ({
  object: definition.object,
  cursorField: definition.cursorField,
  window: work.window ?? null,
  ids: work.ids ?? null,
  where: definition.where
})

/** The least and the greatest value of a field; null when there is no row. */
const edges = Effect.fnUntraced(function* (
  { client, definition }: StreamReading,
  rows: Rows,
  field: string
): Effect.fn.Return<readonly [string, string] | null, ReadError> {
  const edge = (direction: "ASC" | "DESC") =>
    Effect.map(
      firstPage(client, definition.stream, edgeQuery(rows, field, direction)),
      ({ records }) => records[0]?.[field]
    )
  const first = yield* edge("ASC")
  const last = first === undefined ? undefined : yield* edge("DESC")
  return typeof first === "string" && typeof last === "string" ? [first, last] : null
})

/** A small query that fails leaves the cut to be made without it. */
const orNull = <A>(asked: Effect.Effect<A, ReadError>): Effect.Effect<A | null, ReadError> =>
  asked.pipe(
    Effect.catchIf(
      (error) => error.disposition === "failed" || error.disposition === "spec",
      () => Effect.succeed(null)
    )
  )

const instant = (text: string): Instant => instantFromMillis(Date.parse(text))

/** Null when the rows bear one stamp, or time does not tell them apart. */
const splitByTime = Effect.fnUntraced(function* (
  reading: StreamReading,
  work: Work
): Effect.fn.Return<Split["parts"] | null, ReadError> {
  const { cursorField } = reading.definition
  if (work.window === undefined || work.ids !== undefined || cursorField === null) return null
  const found = yield* orNull(edges(reading, rowsIn(reading, work), cursorField))
  const stamps: Stamps | null = found === null ? null : { first: instant(found[0]), last: instant(found[1]) }
  const halves = halveWindow(work.window, stamps)
  return halves === null ? null : [newRowsWork(halves[0]), newRowsWork(halves[1])]
})

/** Where even that is too much to ask of the window's rows it is asked of the object: the primary key always answers. */
const splitById = Effect.fnUntraced(function* (
  reading: StreamReading,
  work: Work
): Effect.fn.Return<Split["parts"] | null, ReadError> {
  const rows = rowsIn(reading, work)
  const found =
    (yield* orNull(edges(reading, rows, "Id"))) ??
    (yield* orNull(edges(reading, { ...rows, window: null, where: null }, "Id")))
  const middle = found === null ? null : middleId(...found)
  if (middle === null) return null
  return [
    newRowsWork(work.window, { from: work.ids?.from ?? null, to: middle }),
    newRowsWork(work.window, { from: middle, to: work.ids?.to ?? null })
  ]
})

/**
 * Null when it cannot be cut, or has been too often. A person's own query is never cut, nor are rows without a key,
 * of which some may have come already.
 */
export const splitWork = Effect.fnUntraced(function* (
  reading: StreamReading,
  work: Work,
  cuts: Cuts
): Effect.fn.Return<Split | null, ReadError> {
  const { soql, schema } = reading.definition
  if (soql !== null || schema.key === null) return null
  const byTime = cuts.byTime === 0 ? null : yield* splitByTime(reading, work)
  if (byTime !== null) return { parts: byTime, cuts: { ...cuts, byTime: cuts.byTime - 1 } }
  const byId = cuts.byId === 0 ? null : yield* splitById(reading, work)
  return byId === null ? null : { parts: byId, cuts: { ...cuts, byId: cuts.byId - 1 } }
})
