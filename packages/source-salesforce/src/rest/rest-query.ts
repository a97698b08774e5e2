/**
 * One query by REST, page by page. Values stay the text that Salesforce sent.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_queryall.htm
 */
import type { Instant } from "@decant/connector"
import { Effect, Schema } from "effect"
import { decodeValue, parseReply } from "../org/api-reply.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { parseKeepingNumbers } from "./json-text.ts"

/** The limit of 16,384 bytes is for the address and the headers together, of which a token may be 2,000. */
export const LONGEST_ADDRESS = 13_500
export const ROWS_PER_PAGE = 2000

const PageReply = Schema.Struct({
  totalSize: Schema.FiniteFromString,
  nextRecordsUrl: Schema.optionalKey(Schema.NullOr(Schema.String)),
  records: Schema.Array(Schema.Record(Schema.String, Schema.Unknown))
})

export interface QueryPage {
  readonly totalSize: number
  readonly records: ReadonlyArray<Readonly<Record<string, unknown>>>
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

const getPage = Effect.fnUntraced(function* (
  client: SalesforceClient,
  stream: string,
  path: string,
  asOf: Instant
): Effect.fn.Return<QueryPage, ReadError> {
  const reply = yield* client.text({
    stream,
    path,
    headers: { "sforce-query-options": `batchSize=${ROWS_PER_PAGE}` }
  })
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
