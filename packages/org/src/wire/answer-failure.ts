/** Answers that are not a success, as errors. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
import { type ApiReply, type Details, refusedCall } from "@decant/auth"
import { Result, Schema } from "effect"
import { OrgError, orgError } from "../org-error.ts"

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

const redirected = (answer: ApiReply, details: Details): OrgError => {
  const target = answer.headers.location ?? ""
  const to = URL.canParse(target, details.host) ? new URL(target, details.host).origin : "an unnamed address"
  return orgError("ORG_REDIRECTED", {
    message: `${details.host} sent the call on to ${to}; Decant does not follow, since the call carries a token.`
  })
}

/** An answer of several choices or a redirect is no refusal of Salesforce's, and has its own words. */
export const answerFailure = (answer: ApiReply, details: Details): OrgError => {
  if (answer.status === 300) return severalMatch(answer.text)
  if (answer.status > 300 && answer.status < 400) return redirected(answer, details)
  return new OrgError(refusedCall(answer, details))
}
