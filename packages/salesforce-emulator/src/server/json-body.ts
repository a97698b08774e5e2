/** The JSON body of a REST request, decoded by a schema. */
import { Effect, Schema } from "effect"
import type { HttpServerRequest } from "effect/http"
import { badRequest, SalesforceError } from "./salesforce-error.ts"

const wrongType = new SalesforceError({
  status: 415,
  errorCode: "UNSUPPORTED_MEDIA_TYPE",
  message: "Content-Type header specified in HTTP request is not supported: use application/json"
})

const notJson = (cause: unknown) =>
  badRequest("JSON_PARSER_ERROR", cause instanceof Error ? cause.message : "The HTTP entity body is required")

/** A key that clients leave out or set to null. */
export const optional = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

/** A switch in a body; text is taken for a boolean too. */
export const flag = optional(Schema.Union([Schema.Boolean, Schema.Literals(["true", "false"])]))

export const isSet = (value: typeof flag.Type | undefined) => value === true || value === "true"

/** Fails with Salesforce's refusal of a body that is not JSON or not of the schema's shape. */
export const readJson = Effect.fnUntraced(function* <A, I>(
  request: HttpServerRequest.HttpServerRequest,
  schema: Schema.Codec<A, I>
): Effect.fn.Return<A, SalesforceError> {
  const type = request.headers["content-type"]
  if (type !== undefined && !/\bjson\b/i.test(type)) return yield* wrongType
  const text = yield* request.text.pipe(Effect.mapError(notJson))
  const body: unknown = yield* Effect.try({ try: () => JSON.parse(text), catch: notJson })
  return yield* Schema.decodeUnknownEffect(schema)(body).pipe(
    Effect.mapError((cause) => badRequest("JSON_PARSER_ERROR", cause.message))
  )
})
