/**
 * A query by a Bulk API 2.0 job: CSV as Salesforce sends it, page after page, the header once. Meant for results
 * that are too many for REST; the bytes pass through.
 * https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/queries.htm
 */
import { Duration, Effect, Option, Schedule, Schema, Stream } from "effect"
import type { QueryOptions } from "../org.ts"
import { type OrgFailure, orgError } from "../org-error.ts"
import { decodeAnswer } from "../wire/decode-answer.ts"
import type { OrgWire } from "../wire/org-wire.ts"
import { withoutFirstLine } from "./without-first-line.ts"

export interface BulkAnswer {
  readonly jobId: string
  readonly rows: number
  /** The header line and the records; can be read once. */
  readonly csv: Stream.Stream<Uint8Array, OrgFailure>
}

const Job = Schema.Struct({
  id: Schema.String,
  state: Schema.String,
  numberRecordsProcessed: Schema.optionalKey(Schema.Finite),
  errorMessage: Schema.optionalKey(Schema.NullOr(Schema.String))
})
type Job = typeof Job.Type

const ended = new Set(["JobComplete", "Failed", "Aborted"])

/** 0.2 s → 30 s. */
export const pollingPauses = Schedule.min([
  Schedule.exponential("200 millis", 1.5),
  Schedule.spaced(Duration.seconds(30))
])

export const bulkQuery = Effect.fn("org.bulkQuery")(function* (
  wire: OrgWire,
  version: string,
  statement: string,
  options: QueryOptions
): Effect.fn.Return<BulkAnswer, OrgFailure> {
  const base = `/services/data/v${version}/jobs/query`
  const created = yield* wire.send({
    method: "POST",
    path: base,
    body: {
      type: "application/json",
      content: JSON.stringify({
        operation: options.allRows === true ? "queryAll" : "query",
        query: statement,
        contentType: "CSV",
        columnDelimiter: "COMMA",
        lineEnding: "LF"
      })
    }
  })
  const { id } = yield* decodeAnswer(Job, "a Bulk query job", created)
  const look = Effect.flatMap(wire.send({ method: "GET", path: `${base}/${id}` }), (answer) =>
    decodeAnswer(Job, "a Bulk query job", answer)
  )
  const abort = wire.send({
    method: "PATCH",
    path: `${base}/${id}`,
    body: { type: "application/json", content: JSON.stringify({ state: "Aborted" }) }
  })
  const job: Job = yield* look.pipe(
    Effect.repeat({ schedule: pollingPauses, until: ({ state }) => ended.has(state) }),
    Effect.onInterrupt(() => Effect.ignore(abort))
  )
  if (job.state !== "JobComplete") {
    return yield* orgError("BULK_QUERY_FAILED", {
      message: `The Bulk query ended as ${job.state}: ${job.errorMessage ?? "Salesforce gives no reason"}.`
    })
  }
  const page = (locator: string | null) =>
    wire.download({
      method: "GET",
      path: `${base}/${id}/results${locator === null ? "" : `?locator=${encodeURIComponent(locator)}`}`,
      headers: { accept: "text/csv" }
    })
  const pages = Stream.paginate(null as string | null, (locator) =>
    Effect.map(page(locator), ({ headers, body }) => {
      const next = headers["sforce-locator"]
      const content = locator === null ? body : withoutFirstLine(body)
      // The locator of the last page is the text "null".
      const more = next === undefined || next === "null" || next === "" ? null : next
      return [[content], more === null ? Option.none() : Option.some(more)] as const
    })
  )
  return {
    jobId: id,
    rows: job.numberRecordsProcessed ?? 0,
    csv: Stream.flatMap(pages, (content) => content).pipe(
      // Results take room in the org for a week; if they stay, no harm is done.
      Stream.ensuring(Effect.ignore(wire.send({ method: "DELETE", path: `${base}/${id}` })))
    )
  }
})
