/** Answers as checked values. */
import type { ApiReply } from "@decant/auth"
import { Effect, Result, Schema } from "effect"
import { type OrgError, orgError } from "../org-error.ts"

const invalid = (what: string, detail: string): OrgError =>
  orgError("ORG_ANSWER_INVALID", {
    message: `Salesforce's answer about ${what} is not what its documentation says: ${detail}`
  })

/** A value that was already parsed. */
export const decodeValue = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  what: string,
  value: unknown
): Effect.Effect<S["Type"], OrgError> =>
  Effect.fromResult(
    Result.mapError(Schema.decodeUnknownResult(schema)(value), (error) =>
      invalid(what, error.message.replaceAll(/\s+/g, " ").slice(0, 300))
    )
  )

export const decodeAnswer = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  what: string,
  answer: ApiReply
): Effect.Effect<S["Type"], OrgError> =>
  Effect.flatMap(
    Effect.try({
      try: (): unknown => JSON.parse(answer.text),
      catch: () => invalid(what, "it is not JSON")
    }),
    (value) => decodeValue(schema, what, value)
  )
