/** Replies of the API: errors into failures, JSON into checked values. */
import { apiFailure, type Details } from "@decant/auth"
import { Effect, Result, Schema } from "effect"
import { refusal, type SourceError, sourceError } from "../source-error.ts"

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

const ApiErrors = Schema.fromJsonString(
  Schema.NonEmptyArray(
    Schema.Struct({
      errorCode: Schema.optionalKey(Schema.NullOr(Schema.String)),
      message: Schema.optionalKey(Schema.NullOr(Schema.String))
    })
  )
)

/** Seconds or an HTTP date; nothing usable is no wait. */
const waitOf = (header: string | undefined): number => {
  if (header === undefined) return 0
  const millis = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(millis) ? Math.max(0, Math.round(millis)) : 0
}

/** Any reply that is not a success. Pages of Salesforce's edge are HTML and go by their status alone. */
export const replyFailure = (reply: Reply, details: Details): SourceError => {
  const decoded = Schema.decodeResult(ApiErrors)(reply.text)
  const first = Result.isSuccess(decoded) ? decoded.success[0] : null
  const errorCode = first?.errorCode ?? null
  const message = first?.message ?? ""
  return refusal(apiFailure({ status: reply.status, errorCode, message }, details), {
    waitMillis: waitOf(reply.headers["retry-after"]),
    said: `${errorCode ?? ""} ${message}`.trim()
  })
}

const unreadable = (what: string, detail: string): SourceError =>
  sourceError(
    "ORG_REPLY_INVALID",
    `Salesforce's answer about ${what} is not what its documentation says: ${detail}`,
    "Run it again; if it lasts, report it with the API version of the spec. Nothing was changed.",
    {}
  )

/** A value that was already parsed. */
export const decodeValue = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  what: string,
  value: unknown
): Effect.Effect<S["Type"], SourceError> =>
  Effect.fromResult(
    Result.mapError(Schema.decodeUnknownResult(schema)(value), (error) =>
      unreadable(what, error.message.replaceAll(/\s+/g, " ").slice(0, 300))
    )
  )

export const parseReply = (
  parse: (text: string) => unknown,
  what: string,
  reply: Reply
): Effect.Effect<unknown, SourceError> =>
  Effect.try({
    try: () => parse(reply.text),
    catch: () => unreadable(what, "it is not JSON")
  })

export const decodeReply = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  what: string,
  reply: Reply
): Effect.Effect<S["Type"], SourceError> =>
  Effect.flatMap(parseReply(JSON.parse, what, reply), (value) => decodeValue(schema, what, value))
