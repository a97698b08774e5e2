/**
 * What a browser brings to `/services/oauth2/authorize`, and how its mistakes are told: to the callback where it can
 * be trusted, on a page of Salesforce's own where it cannot.
 */
import { Data, Effect } from "effect"
import { Switches } from "../control/switches.ts"
import { type App, Apps } from "./apps.ts"
import { type OAuthError, refuse } from "./oauth-error.ts"
import { grantedScopes, splitScopes } from "./scopes.ts"

export interface Callback {
  readonly redirectUri: string
  readonly state: string | undefined
  readonly responseType: "code" | "token"
}

export interface AuthorizeRequest extends Callback {
  readonly app: App
  readonly scopes: ReadonlyArray<string>
  readonly challenge: string | undefined
  readonly nonce: string | undefined
  readonly loginHint: string | undefined
  readonly forcesLogin: boolean
  readonly forcesConsent: boolean
  readonly immediate: boolean
}

/** Why a login in the browser ends; without a callback it ends on a page. */
export class BrowserRefusal extends Data.TaggedError("BrowserRefusal")<{
  readonly error: OAuthError
  readonly callback?: Callback
}> {}

const onPage = (error: OAuthError) => new BrowserRefusal({ error })

export const readAuthorizeRequest = Effect.fnUntraced(function* (params: URLSearchParams) {
  const { values: switches } = yield* Switches
  const given = (name: string) => params.get(name) ?? undefined
  const app = (yield* Apps).find(given("client_id") ?? "")
  if (app === undefined) return yield* onPage(refuse("unknownClient"))
  const redirectUri = given("redirect_uri")
  if (redirectUri === undefined || redirectUri === "") return yield* onPage(refuse("missingRedirect"))
  if (!app.redirectUris.includes(redirectUri)) return yield* onPage(refuse("wrongRedirect"))
  if (app.status === "blocked") return yield* onPage(refuse("blockedPage"))
  const responseType = given("response_type")
  const callback: Callback = {
    redirectUri,
    state: given("state"),
    responseType: responseType === "token" ? "token" : "code"
  }
  const back = (error: OAuthError) => new BrowserRefusal({ error, callback })
  if (app.status === "other-org") return yield* back(refuse("otherOrg", { error: "OAUTH_EC_APP_NOT_FOUND" }))
  if (app.status === "not-found") return yield* back(refuse("appNotFound"))
  const flow = callback.responseType === "token" ? "user-agent" : "web-server"
  if ((responseType !== "code" && responseType !== "token") || !app.flows.has(flow)) {
    return yield* back(refuse("unknownResponseType"))
  }
  const scopes = grantedScopes(splitScopes(given("scope")), app.scopes)
  if (scopes === undefined) {
    return yield* switches.missingScopeError === "page"
      ? onPage(refuse("unexpected"))
      : back(refuse("wrongScope"))
  }
  const challenge = given("code_challenge")
  if (challenge === undefined && app.pkceRequired) return yield* back(refuse("missingChallenge"))
  if (!["S256", undefined].includes(given("code_challenge_method")))
    return yield* back(refuse("challengeMethod"))
  const prompts = new Set(splitScopes(given("prompt")))
  const request: AuthorizeRequest = {
    ...callback,
    app,
    scopes,
    challenge,
    nonce: given("nonce"),
    loginHint: given("login_hint"),
    forcesLogin: prompts.has("login") || prompts.has("select_account"),
    forcesConsent: prompts.has("consent"),
    immediate: given("immediate") === "true"
  }
  return request
})
