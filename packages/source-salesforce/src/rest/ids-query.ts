/** Asks for single rows by their Ids, in as many queries as their list needs: recycle bin included. */
import type { Instant } from "@decant/connector"
import { Effect } from "effect"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { textLiteral } from "../streams/soql.ts"
import { firstPage, pageAfter, type QueryPage } from "./rest-query.ts"

/** With quotes and commas escaped an Id takes 27 bytes of the address. */
const IDS_PER_QUERY = 400

export interface FoundRows {
  readonly records: ReadonlyArray<Readonly<Record<string, unknown>>>
  /** The org's clock before the first query. */
  readonly asOf: Instant
}

export const rowsById = Effect.fnUntraced(function* (
  client: SalesforceClient,
  of: {
    readonly stream: string
    readonly object: string
    readonly select: ReadonlyArray<string>
    readonly ids: ReadonlyArray<string>
  }
): Effect.fn.Return<FoundRows, ReadError> {
  const asOf = client.clock.now()
  const records: Array<Readonly<Record<string, unknown>>> = []
  for (let at = 0; at < of.ids.length; at += IDS_PER_QUERY) {
    const ids = of.ids.slice(at, at + IDS_PER_QUERY).map(textLiteral)
    const query = `SELECT ${of.select.join(", ")} FROM ${of.object} WHERE Id IN (${ids.join(", ")})`
    let page: QueryPage | null = yield* firstPage(client, of.stream, query)
    while (page !== null) {
      records.push(...page.records)
      page = yield* pageAfter(client, of.stream, page)
    }
  }
  return { records, asOf }
})
