/**
 * The web-server flow with PKCE, as two steps around whatever brings the browser back: a loopback listener for the
 * command line, the server's own callback for the web.
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"
import { Effect, Redacted } from "effect"
import type { HttpClient } from "effect/http"
import { AuthError } from "../auth-error.ts"
import type { OAuthClient } from "../methods/stored-login.ts"
import { postOnce } from "../oauth-http.ts"
import { oauthFailure } from "../recognise.ts"
import { secretOf } from "../token.ts"
import { type Grantee, requestToken } from "../token-request.ts"
import { makePkce, type Pkce } from "./pkce.ts"

export interface BrowserLoginRequest {
  /** The origin to log in at. */
  readonly login: string
  readonly client: OAuthClient
  /** Exactly as the app lists it. */
  readonly callback: string
  readonly scopes: ReadonlyArray<string>
}

export interface BrowserLogin extends BrowserLoginRequest {
  readonly authorizeUrl: string
  readonly state: Redacted.Redacted<string>
  readonly pkce: Pkce
}

export const defaultScopes: ReadonlyArray<string> = ["api", "refresh_token"]

export const beginBrowserLogin = (request: BrowserLoginRequest): BrowserLogin => {
  const pkce = makePkce()
  const state = randomBytes(32).toString("base64url")
  const url = new URL("/services/oauth2/authorize", request.login)
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: request.client.clientId,
    redirect_uri: request.callback,
    scope: request.scopes.join(" "),
    state,
    code_challenge: pkce.challenge,
    code_challenge_method: "S256"
  }).toString()
  return { ...request, authorizeUrl: url.href, state: secretOf(state, "state"), pkce }
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

export const hasState = (login: BrowserLogin, answer: URLSearchParams): boolean =>
  timingSafeEqual(digest(answer.get("state") ?? ""), digest(Redacted.value(login.state)))

/** The code is used once, whatever comes of it. */
export const finishBrowserLogin = Effect.fn("auth.finishBrowserLogin")(function* (
  login: BrowserLogin,
  answer: URLSearchParams
): Effect.fn.Return<Grantee, AuthError, HttpClient.HttpClient> {
  const details = { client: login.client.clientId, callback: login.callback, host: login.login }
  if (!hasState(login, answer)) return yield* AuthError.because("AUTH_STATE_MISMATCH", details)
  const error = answer.get("error")
  if (error !== null) {
    const description = answer.get("error_description") ?? ""
    return yield* AuthError.of(oauthFailure({ error, description }, details))
  }
  const code = answer.get("code")
  if (code === null) return yield* AuthError.because("AUTH_CODE_INVALID", details)
  const { secret } = login.client
  return yield* requestToken(login.login, {
    grant: "code",
    form: {
      grant_type: "authorization_code",
      code: secretOf(code, "authorization code"),
      client_id: login.client.clientId,
      redirect_uri: login.callback,
      code_verifier: login.pkce.verifier,
      ...(secret === null ? {} : { client_secret: secret })
    },
    details,
    by: postOnce
  })
})
