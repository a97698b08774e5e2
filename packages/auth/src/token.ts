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

/** https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_endpoints.htm */
export const TokenAnswer = Schema.Struct({
  access_token: Schema.String.check(Schema.isMinLength(1)),
  instance_url: Schema.String,
  id: Schema.String,
  refresh_token: Schema.optionalKey(Schema.NullOr(Schema.String)),
  scope: Schema.optionalKey(Schema.NullOr(Schema.String))
})
export type TokenAnswer = typeof TokenAnswer.Type

export const secretOf = (text: string, label: string): Redacted.Redacted<string> =>
  Redacted.make(text, { label })

/** Refuses an answer that would send the token to a host which is neither Salesforce's nor the configured one. */
export const tokenOf = (answer: TokenAnswer, login: string): Token | AuthError => {
  const instanceUrl = trustedOrigin(answer.instance_url, login)
  if (instanceUrl === null) {
    return AuthError.because("AUTH_UNTRUSTED_HOST", { detail: originOnly(answer.instance_url) })
  }
  if (trustedOrigin(answer.id, login) === null) {
    return AuthError.because("AUTH_UNTRUSTED_HOST", { detail: originOnly(answer.id) })
  }
  return { accessToken: secretOf(answer.access_token, "access token"), instanceUrl, identityUrl: answer.id }
}

const originOnly = (text: string): string =>
  URL.canParse(text) ? new URL(text).origin : "an unreadable address"
