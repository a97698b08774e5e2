/** Bodies of control calls: decoded by Schema, refused with everything that is wrong with them. */
import { Effect, Schema } from "effect"
import type { HttpServerRequest } from "effect/http"
import { badRequest } from "../server/salesforce-error.ts"

/** The JSON body as `schema` decodes it; an empty body counts as `{}`. */
export const readBody = <A, I>(request: HttpServerRequest.HttpServerRequest, schema: Schema.Codec<A, I>) =>
  Effect.gen(function* () {
    const text = yield* request.text
    const body: unknown = yield* Effect.try(() => (text.trim() === "" ? {} : JSON.parse(text)))
    return yield* Schema.decodeUnknownEffect(schema)(body, { errors: "all", onExcessProperty: "error" })
  }).pipe(
    Effect.mapError((cause) =>
      Schema.isSchemaError(cause)
        ? badRequest("INVALID_CONTROL_CALL", cause.message)
        : badRequest("JSON_PARSER_ERROR", "the body is not JSON")
    )
  )
