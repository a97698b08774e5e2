/** The JSON body of a job call. */
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { badRequest } from "../server/salesforce-error.ts"

export const readJobBody = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.gen(function* () {
    const text = yield* request.text
    const body: unknown = yield* Effect.try(() => JSON.parse(text))
    return body
  }).pipe(Effect.mapError(() => badRequest("JSON_PARSER_ERROR", "The HTTP entity body is required, as JSON")))
