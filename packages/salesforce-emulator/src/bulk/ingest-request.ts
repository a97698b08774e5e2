/** What a client may ask of an ingest job. */
import { Effect, Schema } from "effect"
import type { Field, SObject } from "../org/field.ts"
import type { Org } from "../org/org.ts"
import { badRequest } from "../server/salesforce-error.ts"
import { type Delimiter, delimiterOf, type LineEnding, lineEndingOf } from "./query-request.ts"
import { isBulkObject } from "./unsupported-objects.ts"

const OPERATIONS = ["insert", "update", "upsert", "delete", "hardDelete"] as const

export type IngestOperation = (typeof OPERATIONS)[number]

const Body = Schema.Struct({
  object: Schema.String,
  operation: Schema.String,
  externalIdFieldName: Schema.optionalKey(Schema.NullOr(Schema.String)),
  contentType: Schema.optionalKey(Schema.NullOr(Schema.String)),
  columnDelimiter: Schema.optionalKey(Schema.NullOr(Schema.String)),
  lineEnding: Schema.optionalKey(Schema.NullOr(Schema.String)),
  assignmentRuleId: Schema.optionalKey(Schema.NullOr(Schema.String))
})

export interface IngestRequest {
  readonly operation: IngestOperation
  readonly object: SObject
  /** What an upsert finds its records by. */
  readonly by: Field | undefined
  readonly columnDelimiter: Delimiter
  readonly lineEnding: LineEnding
  readonly assignmentRuleId: string | undefined
}

const refused = (message: string) => badRequest("INVALIDJOB", message)

const isOperation = (name: string): name is IngestOperation =>
  OPERATIONS.some((operation) => operation === name)

export const decodeIngestRequest = Effect.fnUntraced(function* (org: Org["Service"], body: unknown) {
  const given = yield* Schema.decodeUnknownEffect(Body)(body, { errors: "all" }).pipe(
    Effect.mapError((cause) => refused(cause.message))
  )
  const { operation } = given
  if (!isOperation(operation))
    return yield* refused(`operation must be one of ${OPERATIONS.join(", ")}: ${operation}`)
  if (!["CSV", null, undefined].includes(given.contentType)) {
    return yield* refused(`contentType must be CSV: ${given.contentType}`)
  }
  const object = org.schema.object(given.object)
  if (object === undefined) return yield* refused(`InvalidEntity : Unable to find object: ${given.object}`)
  if (!isBulkObject(object.name)) {
    return yield* badRequest("INVALIDENTITY", `${object.name} is not supported by the Bulk API`)
  }
  const request: IngestRequest = {
    operation,
    object,
    by: operation === "upsert" ? yield* externalId(org, object, given.externalIdFieldName ?? "") : undefined,
    columnDelimiter: yield* delimiterOf(given.columnDelimiter),
    lineEnding: yield* lineEndingOf(given.lineEnding),
    assignmentRuleId: given.assignmentRuleId ?? undefined
  }
  return request
})

const externalId = Effect.fnUntraced(function* (org: Org["Service"], object: SObject, name: string) {
  if (name === "") return yield* refused("externalIdFieldName is required for upsert")
  const field = org.schema.field(object, name)
  if (field === undefined || !(field.externalId || field.idLookup)) {
    return yield* refused(
      `InvalidJob : Field name provided, ${name} is not an External ID or indexed field for ${object.name}`
    )
  }
  return field
})
