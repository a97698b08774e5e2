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

/** Deeper than any body has a reason to be, and no deeper than JSON can be printed again. */
const mostLevels = 1000

/** Whether the brackets of a JSON text, those outside its strings, nest too deep. */
const isTooDeep = (text: string): boolean => {
  let levels = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === '"') at = endOfString(text, at)
    else if (sign === "{" || sign === "[") levels++
    else if (sign === "}" || sign === "]") levels--
    if (levels > mostLevels) return true
  }
  return false
}

const endOfString = (text: string, start: number): number => {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1
  return at
}

/** Fails with Salesforce's refusal of a body that is not JSON or not of the schema's shape. */
export const readJson = Effect.fnUntraced(function* <A, I>(
  request: HttpServerRequest.HttpServerRequest,
  schema: Schema.Codec<A, I>
): Effect.fn.Return<A, SalesforceError> {
  const type = request.headers["content-type"]
  if (type !== undefined && !/\bjson\b/i.test(type)) return yield* wrongType
  const text = yield* request.text.pipe(Effect.mapError(notJson))
  const body: unknown = yield* Effect.try({ try: () => JSON.parse(text), catch: notJson })
  if (isTooDeep(text)) {
    return yield* badRequest(
      "JSON_PARSER_ERROR",
      `Document nesting depth (${mostLevels + 1}) exceeds the maximum allowed (${mostLevels})`
    )
  }
  return yield* Schema.decodeUnknownEffect(schema)(body).pipe(
    Effect.mapError((cause) => badRequest("JSON_PARSER_ERROR", cause.message))
  )
})
