/**
 * Rows of a window by REST: pages become CSV files in the dialect of Bulk results, one page at a time while the next
 * is on its way. The number of rows must be the one that the query announced; if not, the window is read once more.
 * Where the columns do not fit into an address, pages tell the Ids, whose rows are then read in parts.
 */
import { join } from "node:path"
import { inPhase, type Segment, segmentId, type Work } from "@decant/connector"
import { Effect, Option, type Scope, Stream } from "effect"
import { progress, roomOf, type StreamReading } from "../read/stream-reading.ts"
import type { WorkEvent } from "../read/work-event.ts"
import type { ReadError } from "../read-error.ts"
import { sourceError } from "../source-error.ts"
import { openSpoolFile, spoolFailure } from "../spool-file.ts"
import { anew, coversOf, queryOf } from "../streams/work.ts"
import { csvLine, recordWriter } from "./csv-record.ts"
import { rowsById } from "./ids-query.ts"
import { type PagesAhead, pagesAfter } from "./pages-ahead.ts"
import { firstPage, fitsAddress, type QueryPage } from "./rest-query.ts"

/** Rows to a file: enough that a commit is worth its cost, few enough to be fetched again. */
const ROWS_PER_SEGMENT = 50_000

interface Position {
  readonly page: QueryPage | null
  readonly received: number
}

/** More columns than an address holds. */
const isWide = ({ client, definition }: StreamReading, work: Work): boolean =>
  definition.soql === null && !fitsAddress(client, queryOf(definition, work))

/** What a wide row costs in calls, as against an ordinary one: each of its parts asks for few Ids at a time. */
const WIDE = 20

/** A window of more rows is better read by Bulk. */
export const mostRows = (reading: StreamReading, work: Work): number =>
  reading.tuning.mostRowsByRest / (isWide(reading, work) ? WIDE : 1)

/** A row that is gone by the time that its columns are asked for is left out. */
const recordsOf = (reading: StreamReading, work: Work, page: QueryPage) => {
  const { client, definition } = reading
  if (!isWide(reading, work)) return Effect.succeed(page.records)
  const { stream, object, select, cursorField } = definition
  const ids = page.records.map(({ Id }) => String(Id))
  return Effect.map(
    rowsById(client, { stream, object, select, stamp: cursorField, ids }),
    ({ records }) => records
  )
}

/** Pages from `start` on, until the file is full or the result ends. */
const writeSegment = Effect.fnUntraced(function* (
  reading: StreamReading,
  work: Work,
  start: QueryPage,
  pages: PagesAhead,
  received: number
): Effect.fn.Return<{ readonly segment: Segment; readonly position: Position }, ReadError, Scope.Scope> {
  const { definition, client, context } = reading
  const id = segmentId({
    stream: definition.stream,
    generation: reading.generation,
    work: work.id,
    locator: `rest ${received}`
  })
  const path = join(context.spool, `${id}.csv`)
  const line = recordWriter(definition.select)
  let bytes = 0
  const file = yield* openSpoolFile(path, roomOf(reading))
  const put = (text: string) => {
    const data = Buffer.from(text, "utf8")
    bytes += data.length
    return Effect.tryPromise({ try: () => file.append(data), catch: spoolFailure })
  }
  yield* put(csvLine(definition.select))
  let page: QueryPage | null = start
  let rows = 0
  let announced = 0
  while (page !== null && rows < ROWS_PER_SEGMENT) {
    const records = yield* recordsOf(reading, work, page)
    yield* put(records.map(line).join(""))
    rows += records.length
    announced += page.records.length
    client.ledger.bytes(definition.stream, page.bytes)
    yield* progress(reading, {
      phase: "download",
      rows: page.records.length,
      bytes: page.bytes,
      total: start.totalSize
    })
    page = yield* pages.next
  }
  const segment: Segment = {
    id,
    stream: definition.stream,
    generation: reading.generation,
    work: work.id,
    effect: "upsert",
    files: [{ path, gzip: false, rows, bytes }],
    header: definition.select,
    asOf: start.asOf,
    covers: coversOf(work)
  }
  return { segment, position: { page, received: received + announced } }
})

const countError = (stream: string, expected: number, received: number) =>
  sourceError(
    "ROW_COUNT_MISMATCH",
    `Salesforce announced ${expected} rows of ${stream} and sent ${received}, twice.`,
    "Run it again: the cursor has not moved. If it lasts, look for a proxy or a scanner between this machine and Salesforce.",
    { again: true }
  )

const attempt = (
  reading: StreamReading,
  work: Work,
  first: QueryPage,
  isLast: boolean
): Stream.Stream<WorkEvent, ReadError> => {
  let received = 0
  const segmentsOf = (pages: PagesAhead) =>
    Stream.paginate(
      { page: first, received: 0 } as Position,
      Effect.fnUntraced(function* (position: Position) {
        if (position.page === null || position.page.records.length === 0) {
          return [[], Option.none<Position>()] as const
        }
        const { segment, position: next } = yield* writeSegment(
          reading,
          work,
          position.page,
          pages,
          position.received
        ).pipe(Effect.scoped, inPhase("download"))
        received = next.received
        const more = next.page === null ? Option.none<Position>() : Option.some(next)
        return [[{ kind: "segment", segment } satisfies WorkEvent], more] as const
      })
    )
  const segments = Stream.unwrap(
    Effect.map(pagesAfter(reading.client, reading.definition.stream, first), segmentsOf)
  )
  const ending = Stream.suspend(() => {
    if (received === first.totalSize) return Stream.make<[WorkEvent]>({ kind: "done" })
    if (isLast) return Stream.fail(countError(reading.definition.stream, first.totalSize, received))
    return onceMore(reading, work)
  })
  return segments.pipe(
    Stream.concat(ending),
    Stream.catchIf(
      (error) => !isLast && error.code === "API_LOCATOR_EXPIRED",
      () => onceMore(reading, work)
    )
  )
}

/** The first page of the window's rows, or of their Ids. */
export const firstRows = (reading: StreamReading, work: Work): Effect.Effect<QueryPage, ReadError> => {
  const { definition, client } = reading
  const resource = definition.soql === null ? "queryAll" : "query"
  const asked = isWide(reading, work) ? { ...definition, select: ["Id"] } : definition
  return firstPage(client, definition.stream, queryOf(asked, work), resource).pipe(inPhase("download"))
}

/** New work: the rows of the first attempt may be committed, under other segment ids. */
const onceMore = (reading: StreamReading, work: Work): Stream.Stream<WorkEvent, ReadError> => {
  const again = anew(work)
  return Stream.unwrap(
    Effect.map(firstRows(reading, again), (first) =>
      Stream.concat(
        Stream.make<[WorkEvent]>({ kind: "work", work: again }),
        attempt(reading, again, first, true)
      )
    )
  )
}

/** `first` is the query's first page, which has told how many rows there are. */
export const restRows = (
  reading: StreamReading,
  work: Work,
  first: QueryPage
): Stream.Stream<WorkEvent, ReadError> =>
  Stream.suspend(() => {
    reading.client.ledger.api(reading.definition.stream, "rest")
    // Without a key the rows of a first attempt would stay beside those of a second.
    return attempt(reading, work, first, reading.definition.schema.key === null)
  })
