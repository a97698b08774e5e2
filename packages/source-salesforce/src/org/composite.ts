/**
 * Several GETs in one call: `/composite` counts once against the org's limit, whatever it carries
 * (`/composite/batch` counts each part).
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm
 */
import type { ApiReply } from "@decant/auth"
import { Effect, Schema } from "effect"
import type { ReadError } from "../read-error.ts"
import { decodeReply } from "./api-reply.ts"
import type { SalesforceClient } from "./salesforce-client.ts"

const PARTS_PER_CALL = 25

const CompositeReply = Schema.Struct({
  compositeResponse: Schema.Array(Schema.Struct({ body: Schema.Unknown, httpStatusCode: Schema.Int }))
})

const chunksOf = <A>(items: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size)
  )

/** One reply for each path, in their order; a part's error is a reply with its status. */
export const getTogether = (
  client: SalesforceClient,
  paths: ReadonlyArray<string>,
  partsPerCall = PARTS_PER_CALL
): Effect.Effect<ReadonlyArray<ApiReply>, ReadError> =>
  Effect.map(
    Effect.forEach(chunksOf(paths, partsPerCall), (chunk) =>
      getChunk(client, chunk).pipe(
        Effect.catchIf(isMissing, () => Effect.forEach(chunk, (path) => getAlone(client, path)))
      )
    ),
    (chunks) => chunks.flat()
  )

/** API versions before 38 have no `/composite`. */
const isMissing = (error: ReadError): boolean => error.code === "API_NOT_FOUND"

const getAlone = (client: SalesforceClient, path: string): Effect.Effect<ApiReply, ReadError> =>
  client.reply({ stream: null, path })

const getChunk = Effect.fnUntraced(function* (client: SalesforceClient, paths: ReadonlyArray<string>) {
  const reply = yield* client.text({
    stream: null,
    method: "POST",
    path: client.resource("/composite"),
    body: {
      allOrNone: false,
      compositeRequest: paths.map((url, index) => ({ method: "GET", url, referenceId: `part${index}` }))
    }
  })
  const { compositeResponse } = yield* decodeReply(CompositeReply, "several resources", reply)
  return yield* Effect.forEach(paths, (path, index): Effect.Effect<ApiReply, ReadError> => {
    const part = compositeResponse[index]
    // A part that only failed for now is asked for again by itself, with the client's patience.
    return part === undefined || part.httpStatusCode >= 429
      ? getAlone(client, path)
      : Effect.succeed({ status: part.httpStatusCode, headers: {}, text: JSON.stringify(part.body) })
  })
})
