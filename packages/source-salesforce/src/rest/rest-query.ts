/**
 * One query by REST, page by page. Values stay the text that Salesforce sent.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_queryall.htm
 */
import type { ApiReply } from "@decant/auth"
import type { Instant } from "@decant/connector"
import { Effect, Schema } from "effect"
import { decodeValue, parseReply } from "../org/api-reply.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { parseKeepingNumbers } from "./json-text.ts"

/** The limit of 16,384 bytes is for the address and the headers together, of which a token may be 2,000. */
export const LONGEST_ADDRESS = 13_500
export const ROWS_PER_PAGE = 2000

type JsonRecord = Readonly<Record<string, unknown>>

/** Told by a look at each: to walk through all their values would take as long as to parse them. */
const Row = Schema.declare(
  (value): value is JsonRecord => typeof value === "object" && value !== null && !Array.isArray(value)
)

const PageReply = Schema.Struct({
  totalSize: Schema.FiniteFromString,
  nextRecordsUrl: Schema.optionalKey(Schema.NullOr(Schema.String)),
  records: Schema.Array(Row)
})

export interface QueryPage {
  readonly totalSize: number
  readonly records: ReadonlyArray<JsonRecord>
  readonly next: string | null
  /** The org's clock before the query was sent: nothing read here is older knowledge than that. */
  readonly asOf: Instant
  readonly bytes: number
}

/** A person's own query sees what a person sees; all others the recycle bin as well. */
export type QueryResource = "query" | "queryAll"

const firstAddress = (client: SalesforceClient, query: string, resource: QueryResource): string =>
  client.resource(`/${resource}?q=${encodeURIComponent(query)}`)

export const fitsAddress = (client: SalesforceClient, query: string): boolean =>
  firstAddress(client, query, "queryAll").length <= LONGEST_ADDRESS

/** A page as it comes, not read yet. */
export const askPage = (
  client: SalesforceClient,
  stream: string,
  path: string
): Effect.Effect<ApiReply, ReadError> =>
  client.text({ stream, path, headers: { "sforce-query-options": `batchSize=${ROWS_PER_PAGE}` } })

export const readPage = Effect.fnUntraced(function* (
  stream: string,
  reply: ApiReply,
  asOf: Instant
): Effect.fn.Return<QueryPage, ReadError> {
  const value = yield* parseReply(parseKeepingNumbers, stream, reply)
  const page = yield* decodeValue(PageReply, stream, value)
  return {
    totalSize: page.totalSize,
    records: page.records,
    next: page.nextRecordsUrl ?? null,
    asOf,
    bytes: reply.text.length
  }
})

const getPage = (
  client: SalesforceClient,
  stream: string,
  path: string,
  asOf: Instant
): Effect.Effect<QueryPage, ReadError> =>
  Effect.flatMap(askPage(client, stream, path), (reply) => readPage(stream, reply, asOf))

export const firstPage = (
  client: SalesforceClient,
  stream: string,
  query: string,
  resource: QueryResource = "queryAll"
): Effect.Effect<QueryPage, ReadError> =>
  Effect.suspend(() => getPage(client, stream, firstAddress(client, query, resource), client.clock.now()))

/** Null after the last page. */
export const pageAfter = (
  client: SalesforceClient,
  stream: string,
  page: QueryPage
): Effect.Effect<QueryPage | null, ReadError> =>
  page.next === null ? Effect.succeed(null) : getPage(client, stream, page.next, page.asOf)
