/**
 * A call to an org that was refused or cut off, as far as every package that calls one has to know it: each puts
 * this into its own tagged error.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
 */
import { failureFields } from "@decant/connector"
import { Result, Schema } from "effect"
import { apiFailure, type Details, type FailureParts } from "../recognise.ts"
import type { ApiReply } from "./api-call.ts"

export const refusedCallFields = {
  ...failureFields,
  /** The same request may be sent again at once, with back-off. */
  tryAgainSoon: Schema.Boolean,
  /** `Retry-After`, where it was sent. */
  waitMillis: Schema.Int,
  /** Salesforce's own code and words; empty where it did not answer. */
  said: Schema.String,
  /** The fields that Salesforce names. */
  fields: Schema.Array(Schema.String)
}

export interface RefusedCall extends FailureParts {
  readonly waitMillis: number
  readonly said: string
  readonly fields: ReadonlyArray<string>
}

const nullableText = Schema.optionalKey(Schema.NullOr(Schema.String))

const ApiErrors = Schema.fromJsonString(
  Schema.NonEmptyArray(
    Schema.Struct({
      errorCode: nullableText,
      message: nullableText,
      fields: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.String)))
    })
  )
)

/** Seconds or an HTTP date; nothing usable is no wait. */
const waitOf = (header: string | undefined): number => {
  if (header === undefined) return 0
  const millis = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(millis) ? Math.max(0, Math.round(millis)) : 0
}

/** Of which nothing is known beyond the catalogue's parts, as where nobody answered. */
export const bareRefusal = (parts: FailureParts): RefusedCall => ({
  ...parts,
  waitMillis: 0,
  said: "",
  fields: []
})

/** Any reply that is not a success. Pages of Salesforce's edge are HTML and go by their status alone. */
export const refusedCall = (reply: ApiReply, details: Details): RefusedCall => {
  const decoded = Schema.decodeResult(ApiErrors)(reply.text)
  const first = Result.isSuccess(decoded) ? decoded.success[0] : null
  const errorCode = first?.errorCode ?? null
  const message = first?.message ?? ""
  return {
    ...apiFailure({ status: reply.status, errorCode, message }, details),
    waitMillis: waitOf(reply.headers["retry-after"]),
    said: `${errorCode ?? ""} ${message}`.trim(),
    fields: first?.fields ?? []
  }
}
