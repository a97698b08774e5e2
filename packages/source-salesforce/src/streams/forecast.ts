/**
 * What planned streams will read and cost: rows by COUNT() of each window, or by Salesforce's own estimate of the
 * whole object, and from them the calls that reading so many rows takes.
 */
import type { ReadyStream, StreamForecast, Work } from "@decant/connector"
import { Effect, Schema } from "effect"
import { isUnserved } from "../bulk/bulk-refusals.ts"
import { decodeReply } from "../org/api-reply.ts"
import { getTogether } from "../org/composite.ts"
import { recordCounts } from "../org/record-counts.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { fitsAddress, ROWS_PER_PAGE } from "../rest/rest-query.ts"
import { CALLS_PER_CUT, partsFor, type Tuning } from "../tuning.ts"
import { countQuery } from "./soql.ts"
import type { StreamDefinition } from "./stream-definition.ts"
import { isParted, rowsWork, wholeWork } from "./window-parts.ts"
import { queryOf } from "./work.ts"

export interface ForecastStream {
  readonly plan: ReadyStream
  readonly definition: StreamDefinition
}

/** Of the parts of one composite call as many may be queries. */
const QUERIES_PER_CALL = 5
/** A wide row's columns by REST: some 250 rows to a query, in two parts at least. */
const WIDE_ROWS_PER_CALL = 125
/** A job is made and its state asked for; its result is fetched. */
const CALLS_PER_JOB = 6
const PAGES_PER_LIST = 5

const Count = Schema.Struct({ totalSize: Schema.Finite })

/** A window with a beginning is small enough to be counted; the whole of an object may not be. */
const countPath = (client: SalesforceClient, { plan, definition }: ForecastStream): string | null => {
  const [work] = rowsWork(plan.checkpoint)
  if (definition.soql !== null || work?.window == null || work.window.from === null) return null
  const { object, cursorField, where } = definition
  const query = countQuery({ object, cursorField, window: work.window, ids: work.ids ?? null, where })
  return client.resource(`/queryAll?q=${encodeURIComponent(query)}`)
}

const windowCounts = Effect.fnUntraced(function* (
  client: SalesforceClient,
  streams: ReadonlyArray<ForecastStream>
): Effect.fn.Return<ReadonlyMap<string, number>, ReadError> {
  const asked = streams.flatMap((stream) => {
    const path = countPath(client, stream)
    return path === null ? [] : [{ stream: stream.plan.stream, path }]
  })
  const paths = asked.map(({ path }) => path)
  const replies = yield* getTogether(client, paths, QUERIES_PER_CALL)
  const counts = new Map<string, number>()
  for (const [at, { stream }] of asked.entries()) {
    const reply = replies[at]
    // One that Salesforce could not count is estimated like the others.
    if (reply?.status !== 200) continue
    counts.set(stream, (yield* decodeReply(Count, `the number of rows of ${stream}`, reply)).totalSize)
  }
  return counts
})

interface Cost {
  readonly api: "bulk" | "rest"
  readonly apiCalls: number
}

const restCalls = (rows: number, isWide: boolean): number =>
  isWide ? 1 + Math.ceil(rows / WIDE_ROWS_PER_CALL) : Math.max(1, Math.ceil(rows / ROWS_PER_PAGE))

const bulkCalls = (rows: number, { pageRows }: Tuning): number => {
  const pages = Math.ceil(rows / pageRows)
  return pages <= 1 ? CALLS_PER_JOB : CALLS_PER_JOB + pages + Math.ceil(pages / PAGES_PER_LIST)
}

interface Reads {
  readonly rows: number
  readonly isWhole: boolean
  readonly isWide: boolean
  readonly tuning: Tuning
}

const costOf = ({ definition }: ForecastStream, { rows, isWhole, isWide, tuning }: Reads): Cost => {
  const mayBulk = !isUnserved(definition.object) && definition.soql?.bulk !== false
  const most = isWide ? tuning.mostRowsByRest / 20 : tuning.mostRowsByRest
  if (!mayBulk || (!isWhole && rows <= most)) return { api: "rest", apiCalls: restCalls(rows, isWide) }
  return { api: "bulk", apiCalls: bulkCalls(rows, tuning) + (isWhole ? 0 : 1) }
}

/** Columns or Ids of all rows that are read besides. */
const againCalls = (stream: ForecastStream, work: ReadonlyArray<Work>, all: number, tuning: Tuning): number =>
  work
    .filter(({ kind }) => kind === "fields" || kind === "formulas" || kind === "ids")
    .map(() => costOf(stream, { rows: all, isWhole: false, isWide: false, tuning }).apiCalls)
    .reduce((sum, calls) => sum + calls, 0)

const isCut = ({ schema, cursorField }: StreamDefinition): boolean =>
  schema.key !== null && cursorField !== null

/** Of the whole: by one job, by several that are still to be cut, or by those of an earlier run that are left. */
const wholeCost = (
  stream: ForecastStream,
  all: number,
  { isWide, tuning }: Omit<Reads, "rows" | "isWhole">
) => {
  const { plan, definition } = stream
  const cut = isCut(definition) ? partsFor(all, tuning) : 1
  const isOpen = isParted(plan.checkpoint)
  const left = isOpen ? rowsWork(plan.checkpoint).length : cut
  const rows = Math.ceil((all * left) / Math.max(cut, left, 1))
  if (left === 0) return { rows, api: "rest" as const, apiCalls: 1 }
  const each = costOf(stream, { rows: rows / left, isWhole: true, isWide, tuning })
  const cutting = isOpen || cut === 1 || each.api === "rest" ? 0 : cut * CALLS_PER_CUT
  return { rows, api: each.api, apiCalls: each.apiCalls * left + cutting }
}

const forecastOf = (
  client: SalesforceClient,
  stream: ForecastStream,
  known: { readonly window: number | undefined; readonly all: number | undefined },
  tuning: Tuning
): StreamForecast => {
  const { plan, definition } = stream
  const [work] = rowsWork(plan.checkpoint)
  const window = wholeWork(plan.checkpoint)?.window
  const isWhole = definition.soql === null && (window === undefined || window.from === null)
  const isWide =
    definition.soql === null && work !== undefined && !fitsAddress(client, queryOf(definition, work))
  const isIncrement = !isWhole && definition.soql === null
  const whole = isWhole ? wholeCost(stream, known.all ?? 0, { isWide, tuning }) : null
  const all = known.all === undefined ? null : (whole?.rows ?? known.all)
  const isRead = isParted(plan.checkpoint) && work === undefined
  const rows = isRead ? 0 : (known.window ?? (isIncrement ? null : all))
  const { api, apiCalls } = whole ?? costOf(stream, { rows: rows ?? 0, isWhole, isWide, tuning })
  const filtered = definition.where !== null && isIncrement ? 2 : 0
  return {
    stream: plan.stream,
    api,
    rows,
    apiCalls: apiCalls + filtered + againCalls(stream, plan.checkpoint.work, known.all ?? 0, tuning)
  }
}

/** In the order of the streams. */
export const forecastStreams = Effect.fn("salesforce.forecast")(function* (
  client: SalesforceClient,
  streams: ReadonlyArray<ForecastStream>,
  tuning: Tuning
): Effect.fn.Return<ReadonlyArray<StreamForecast>, ReadError> {
  const all = yield* recordCounts(
    client,
    streams.map(({ definition }) => definition.object)
  )
  const windows = yield* windowCounts(client, streams)
  return streams.map((stream) =>
    forecastOf(
      client,
      stream,
      { window: windows.get(stream.plan.stream), all: all.get(stream.definition.object.toLowerCase()) },
      tuning
    )
  )
})
