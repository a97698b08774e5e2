/**
 * What Salesforce is asked of a range of Ids before it is cut: where its rows begin and end, and about how many there
 * are. `explain` says what it expects and runs nothing; where it is refused, or says the same of every range, rows
 * are counted. Answers that do not come are null: the cut is made without them.
 *
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_query_explain.htm
 */
import type { IdRange } from "@decant/connector"
import { Effect, Schema } from "effect"
import { decodeReply } from "../org/api-reply.ts"
import type { ReadError } from "../read-error.ts"
import { firstPage } from "../rest/rest-query.ts"
import { countQuery, edgeQuery, type RowsQuery } from "../streams/soql.ts"
import type { StreamReading } from "./stream-reading.ts"

/** How many rows there are in a range. */
export type Scale = (ids: IdRange) => Effect.Effect<number | null, ReadError>

const Plans = Schema.Struct({ plans: Schema.NonEmptyArray(Schema.Struct({ cardinality: Schema.Finite })) })

const allRows = ({ definition }: StreamReading, ids: IdRange): Omit<RowsQuery, "select"> => ({
  object: definition.object,
  cursorField: null,
  window: null,
  ids,
  where: null
})

const orNull = <A>(asked: Effect.Effect<A, ReadError>): Effect.Effect<A | null, ReadError> =>
  asked.pipe(
    Effect.catchIf(
      (error) => error.disposition === "failed" || error.disposition === "spec",
      () => Effect.succeed(null)
    )
  )

/** The least or the greatest Id in the range; null also when it has no row. */
export const edgeOf = (
  reading: StreamReading,
  ids: IdRange,
  direction: "ASC" | "DESC"
): Effect.Effect<string | null, ReadError> =>
  orNull(
    Effect.map(
      firstPage(reading.client, reading.definition.stream, edgeQuery(allRows(reading, ids), "Id", direction)),
      ({ records: [record] }) => (typeof record?.Id === "string" ? record.Id : null)
    )
  )

const expected =
  (reading: StreamReading): Scale =>
  (ids) => {
    const { client, definition } = reading
    const query = countQuery(allRows(reading, ids))
    return orNull(
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
  }

const counted =
  (reading: StreamReading): Scale =>
  (ids) =>
    orNull(
      Effect.map(
        firstPage(reading.client, reading.definition.stream, countQuery(allRows(reading, ids))),
        ({ totalSize }) => totalSize
      )
    )

/** Both halves together are about all rows. */
const isLikely = (sum: number, rows: number): boolean => sum > rows / 2 && sum < rows * 1.5

/** The way to weigh ranges that answers, tried on the halves of all rows; null where none does. */
export const scaleFor = Effect.fnUntraced(function* (
  reading: StreamReading,
  rows: number,
  [below, above]: readonly [IdRange, IdRange]
): Effect.fn.Return<{ readonly scale: Scale; readonly rows: number } | null, ReadError> {
  for (const scale of [expected(reading), counted(reading)]) {
    const one = yield* scale(below)
    const other = one === null ? null : yield* scale(above)
    if (one !== null && other !== null && isLikely(one + other, rows)) return { scale, rows: one + other }
  }
  return null
})
