/**
 * The ids by which the org knows custom fields whatever they are called: a field that was renamed keeps its own.
 * https://developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/tooling_api_objects_fielddefinition.htm
 */
import { Effect, Schema } from "effect"
import { decodeReply } from "../org/api-reply.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { textLiteral } from "./soql.ts"

/** Some hundred fields each, two thousand rows to a page. */
const OBJECTS_PER_QUERY = 10

const Page = Schema.Struct({
  nextRecordsUrl: Schema.optionalKey(Schema.NullOr(Schema.String)),
  records: Schema.Array(
    Schema.Struct({
      QualifiedApiName: Schema.String,
      DurableId: Schema.NullOr(Schema.String),
      EntityDefinition: Schema.NullOr(Schema.Struct({ QualifiedApiName: Schema.String }))
    })
  )
})

/** `Invoice__c.00N…`, in lower case, → the field's name. */
export type FieldIds = ReadonlyMap<string, string>

export const fieldKey = (object: string, id: string): string => `${object}.${id}`.toLowerCase()

/** Its object stands before it, by its name or by an id of its own. */
const ownPart = (durableId: string): string => durableId.slice(durableId.lastIndexOf(".") + 1)

const pagesOf = Effect.fnUntraced(function* (
  client: SalesforceClient,
  objects: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyArray<readonly [id: string, name: string]>, ReadError> {
  const list = objects.map(textLiteral).join(", ")
  const query = `SELECT QualifiedApiName, DurableId, EntityDefinition.QualifiedApiName FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName IN (${list})`
  const found: Array<readonly [id: string, name: string]> = []
  let path: string | null = client.resource(`/tooling/query?q=${encodeURIComponent(query)}`)
  while (path !== null) {
    const reply = yield* client.text({ stream: null, path })
    const page: typeof Page.Type = yield* decodeReply(Page, "its fields", reply)
    for (const { DurableId, QualifiedApiName, EntityDefinition } of page.records) {
      if (DurableId === null || EntityDefinition === null) continue
      found.push([fieldKey(EntityDefinition.QualifiedApiName, ownPart(DurableId)), QualifiedApiName])
    }
    path = page.nextRecordsUrl ?? null
  }
  return found
})

/** Null where this user may not ask: then a renamed field is one that went and another that came. */
export const readFieldIds = (
  client: SalesforceClient,
  objects: ReadonlyArray<string>
): Effect.Effect<FieldIds | null, ReadError> => {
  const chunks = Array.from({ length: Math.ceil(objects.length / OBJECTS_PER_QUERY) }, (_, at) =>
    objects.slice(at * OBJECTS_PER_QUERY, (at + 1) * OBJECTS_PER_QUERY)
  )
  // What metadata queries may ask of several objects at a time is nowhere documented for good.
  const ofChunk = (chunk: ReadonlyArray<string>) =>
    pagesOf(client, chunk).pipe(
      Effect.catchIf(
        (error) => error.code === "API_MALFORMED_QUERY" && chunk.length > 1,
        () =>
          Effect.map(
            Effect.forEach(chunk, (object) => pagesOf(client, [object])),
            (pages) => pages.flat()
          )
      )
    )
  return Effect.forEach(chunks, ofChunk).pipe(
    Effect.map((pages) => new Map(pages.flat())),
    Effect.catchIf(
      (error) => error.disposition === "failed" && !error.tryAgainSoon,
      () => Effect.succeed(null)
    )
  )
}
