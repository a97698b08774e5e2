/**
 * One ingest job of Bulk API 2.0 over the wire.
 * https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/bulk_api_2_0_ingest.htm
 */
import { Effect, Schema, type Stream } from "effect"
import type { OrgError, OrgFailure } from "../org-error.ts"
import { decodeAnswer } from "../wire/decode-answer.ts"
import type { Download, OrgWire } from "../wire/org-wire.ts"
import type { LoadState } from "./load-state.ts"

const IngestJob = Schema.Struct({
  id: Schema.String,
  state: Schema.String,
  numberRecordsProcessed: Schema.optionalKey(Schema.Int),
  numberRecordsFailed: Schema.optionalKey(Schema.Int),
  errorMessage: Schema.optionalKey(Schema.NullOr(Schema.String))
})
export type IngestJob = typeof IngestJob.Type

export type ResultFile = "successfulResults" | "failedResults" | "unprocessedrecords"

const json = (value: unknown) => ({ type: "application/json", content: JSON.stringify(value) })

export const makeIngest = (wire: OrgWire, version: string) => {
  const base = `/services/data/v${version}/jobs/ingest`
  const decode = (
    answer: Effect.Effect<{ status: number; headers: Download["headers"]; text: string }, OrgFailure>
  ) => Effect.flatMap(answer, (found) => decodeAnswer(IngestJob, "an ingest job", found))
  const setState = (id: string, state: "UploadComplete" | "Aborted") =>
    decode(wire.send({ method: "PATCH", path: `${base}/${id}`, body: json({ state }) }))
  return {
    create: (of: Pick<LoadState, "object" | "operation" | "externalId" | "lineEnding">) =>
      decode(
        wire.send({
          method: "POST",
          path: base,
          body: json({
            object: of.object,
            operation: of.operation,
            ...(of.operation === "upsert" ? { externalIdFieldName: of.externalId } : {}),
            contentType: "CSV",
            columnDelimiter: "COMMA",
            lineEnding: of.lineEnding
          })
        })
      ),
    /** Once to a job. */
    upload: (
      id: string,
      content: { readonly stream: Stream.Stream<Uint8Array, OrgError>; readonly bytes: number | undefined }
    ) =>
      Effect.asVoid(
        wire.send({ method: "PUT", path: `${base}/${id}/batches`, body: { type: "text/csv", content } })
      ),
    close: (id: string) => setState(id, "UploadComplete"),
    abort: (id: string) => setState(id, "Aborted"),
    look: (id: string) => decode(wire.send({ method: "GET", path: `${base}/${id}` })),
    results: (id: string, file: ResultFile) =>
      wire.download({ method: "GET", path: `${base}/${id}/${file}`, headers: { accept: "text/csv" } })
  }
}

export type Ingest = ReturnType<typeof makeIngest>
