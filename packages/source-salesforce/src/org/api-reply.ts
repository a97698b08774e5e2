/** Replies of the API: errors into failures, JSON into checked values. */
import { type ApiReply, type Details, refusedCall } from "@decant/auth"
import { Effect, Result, Schema } from "effect"
import { SourceError, sourceError } from "../source-error.ts"

export const replyFailure = (reply: ApiReply, details: Details): SourceError =>
  new SourceError(refusedCall(reply, details))

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
  reply: ApiReply
): Effect.Effect<unknown, SourceError> =>
  Effect.try({
    try: () => parse(reply.text),
    catch: () => unreadable(what, "it is not JSON")
  })

export const decodeReply = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  what: string,
  reply: ApiReply
): Effect.Effect<S["Type"], SourceError> =>
  Effect.flatMap(parseReply(JSON.parse, what, reply), (value) => decodeValue(schema, what, value))
