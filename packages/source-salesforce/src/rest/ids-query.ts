/**
 * Single rows by their Ids, recycle bin included, in as many queries as their addresses need. Columns that do not
 * fit into one address are read in parts, of the same Ids: a row of which two parts have different stamps, or that
 * may have changed in the second of the reading, is read again.
 */
import { type Instant, instantToMillis } from "@decant/connector"
import { Effect } from "effect"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { sourceError } from "../source-error.ts"
import { textLiteral } from "../streams/soql.ts"
import { firstPage, LONGEST_ADDRESS, pageAfter, type QueryPage } from "./rest-query.ts"
import { columnParts, mergeParts, type Row, sizeOf } from "./row-parts.ts"

/** An Id with its quotes, comma and space, as an address holds it. */
const BYTES_PER_ID = 27
/** The words of the query and the path before it. */
const BYTES_AROUND = 300

/** Stamps are whole seconds, so a row is still open for a moment after its change. */
const ROUNDS = 6
const BETWEEN_ROUNDS = "400 millis"

export interface FoundRows {
  readonly records: ReadonlyArray<Row>
  /** The org's clock before the first query. */
  readonly asOf: Instant
}

export interface WantedRows {
  readonly stream: string
  readonly object: string
  readonly select: ReadonlyArray<string>
  /** The field that moves when a row changes; null where none does. */
  readonly stamp: string | null
  readonly ids: ReadonlyArray<string>
}

const chunksOf = <A>(items: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size)
  )

const queryRows = Effect.fnUntraced(function* (
  client: SalesforceClient,
  of: WantedRows,
  select: ReadonlyArray<string>,
  ids: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyArray<Row>, ReadError> {
  const rows: Array<Row> = []
  const query = `SELECT ${select.join(", ")} FROM ${of.object} WHERE Id IN (${ids.map(textLiteral).join(", ")})`
  let page: QueryPage | null = yield* firstPage(client, of.stream, query)
  while (page !== null) {
    rows.push(...page.records)
    page = yield* pageAfter(client, of.stream, page)
  }
  return rows
})

const torn = (stream: string, ids: ReadonlyArray<string>) =>
  sourceError(
    "ROW_TORN",
    `${ids.length} rows of ${stream} changed each time that their columns were read in parts, for example ${ids[0]}.`,
    "Run it again when they change less, or list fewer `fields`, so that one query holds them all.",
    { again: true }
  )

/** The rows of one chunk of Ids, each whole. */
const wholeRows = Effect.fnUntraced(function* (
  client: SalesforceClient,
  of: WantedRows,
  parts: ReadonlyArray<ReadonlyArray<string>>,
  ids: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyArray<Row>, ReadError> {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return yield* queryRows(client, of, only, ids)
  const whole: Array<Row> = []
  let open = ids
  for (let round = 1; open.length > 0; round++) {
    const begun = instantToMillis(client.clock.now())
    const asked = open
    const read = yield* Effect.forEach(parts, (part) => queryRows(client, of, part, asked))
    const merged = mergeParts(read, {
      stamp: of.stamp,
      settledBefore: round === ROUNDS ? Number.POSITIVE_INFINITY : begun
    })
    whole.push(...merged.whole)
    open = merged.open
    if (open.length === 0) break
    if (round === ROUNDS) return yield* torn(of.stream, open)
    yield* Effect.sleep(BETWEEN_ROUNDS)
  }
  return whole
})

/** Rows that are not there any more are left out. */
export const rowsById = Effect.fnUntraced(function* (
  client: SalesforceClient,
  of: WantedRows
): Effect.fn.Return<FoundRows, ReadError> {
  const asOf = client.clock.now()
  const room = LONGEST_ADDRESS - BYTES_AROUND
  // Ids times parts is least when both have half of the address.
  const parts = columnParts(of.select, { stamp: of.stamp, room: room / 2 })
  const widest = Math.max(...parts.map(sizeOf))
  const chunks = chunksOf(of.ids, Math.floor((room - widest) / BYTES_PER_ID))
  const found = yield* Effect.forEach(chunks, (ids) => wholeRows(client, of, parts, ids))
  return { records: found.flat(), asOf }
})
