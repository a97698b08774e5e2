/** Answers that are not a success, as errors. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
import { apiFailure, type Details } from "@decant/auth"
import { Result, Schema } from "effect"
import { type OrgError, orgError, refusal } from "../org-error.ts"

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
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

const severalMatch = (text: string): OrgError => {
  const urls = Result.getOrElse(Schema.decodeResult(Urls)(text), () => [])
  const ids = urls.map((url) => url.split("/").at(-1)).join(", ")
  return orgError("ORG_CALL_INVALID", {
    message: `Several records have this external id${ids === "" ? "" : `: ${ids}`}.`,
    fix: "Update one of them by its Id, or make the values of the field unique first.",
    disposition: "failed"
  })
}

const Urls = Schema.fromJsonString(Schema.Array(Schema.String))

const redirected = (answer: Answer, details: Details): OrgError => {
  const target = answer.headers.location ?? ""
  const to = URL.canParse(target, details.host) ? new URL(target, details.host).origin : "an unnamed address"
  return orgError("ORG_REDIRECTED", {
    message: `${details.host} sent the call on to ${to}; Decant does not follow, since the call carries a token.`
  })
}

/** Pages of Salesforce's edge are HTML and go by their status alone. */
export const answerFailure = (answer: Answer, details: Details): OrgError => {
  if (answer.status === 300) return severalMatch(answer.text)
  if (answer.status > 300 && answer.status < 400) return redirected(answer, details)
  const decoded = Schema.decodeResult(ApiErrors)(answer.text)
  const first = Result.isSuccess(decoded) ? decoded.success[0] : null
  const errorCode = first?.errorCode ?? null
  const message = first?.message ?? ""
  return refusal(apiFailure({ status: answer.status, errorCode, message }, details), {
    waitMillis: waitOf(answer.headers["retry-after"]),
    said: `${errorCode ?? ""} ${message}`.trim(),
    fields: first?.fields ?? []
  })
}
