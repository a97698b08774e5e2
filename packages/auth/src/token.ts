/** What a login yields, and how Salesforce's token endpoint answers. */
import { Redacted, Schema } from "effect"
import { AuthError } from "./auth-error.ts"
import { trustedOrigin } from "./login-host.ts"

export interface Token {
  readonly accessToken: Redacted.Redacted<string>
  /** The origin that serves this org's API, without a slash at the end. It may change from login to login. */
  readonly instanceUrl: string
  /** `…/id/<org id>/<user id>`: answers who the token belongs to. */
  readonly identityUrl: string
}

const hidden = (label: string) =>
  Schema.RedactedFromValue(Schema.String.check(Schema.isMinLength(1)), { label, disallowEncode: true })

/** https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_endpoints.htm */
export const TokenAnswer = Schema.Struct({
  access_token: hidden("access token"),
  instance_url: Schema.String,
  id: Schema.String,
  refresh_token: Schema.optionalKey(Schema.NullOr(hidden("refresh token"))),
  scope: Schema.optionalKey(Schema.NullOr(Schema.String))
})
export type TokenAnswer = typeof TokenAnswer.Type

export const secretOf = (text: string, label: string): Redacted.Redacted<string> =>
  Redacted.make(text, { label })

export const sameSecret = (one: Redacted.Redacted<string>, other: Redacted.Redacted<string>): boolean =>
  Redacted.value(one) === Redacted.value(other)

/** Refuses an answer that would send the token to a host which is neither Salesforce's nor the configured one. */
export const tokenOf = (answer: TokenAnswer, login: string): Token | AuthError => {
  const instanceUrl = trustedOrigin(answer.instance_url, login)
  if (instanceUrl === null) {
    return AuthError.because("AUTH_UNTRUSTED_HOST", { detail: originOnly(answer.instance_url) })
  }
  if (trustedOrigin(answer.id, login) === null) {
    return AuthError.because("AUTH_UNTRUSTED_HOST", { detail: originOnly(answer.id) })
  }
  return { accessToken: answer.access_token, instanceUrl, identityUrl: answer.id }
}

const originOnly = (text: string): string =>
  URL.canParse(text) ? new URL(text).origin : "an unreadable address"
