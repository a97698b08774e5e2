/** What `decant connect` does for a method that keeps a login: open, wait for the person, keep, tell whose it is. */
import type { SalesforceSource } from "@decant/connector"
import { Effect, type Scope } from "effect"
import type { HttpClient } from "effect/http"
import { AuthError } from "../auth-error.ts"
import { oauthClient } from "../methods/oauth.ts"
import { type OpenSession, placeOf } from "../open-session.ts"
import type { OrgIdentity } from "../org-identity.ts"
import { beginBrowserLogin, defaultScopes, finishBrowserLogin, hasState } from "./browser-login.ts"
import { keepLogin } from "./keep-login.ts"
import { listenForBrowser, loopbackCallback } from "./loopback-listener.ts"

type OAuth = Extract<SalesforceSource["auth"], { readonly method: "oauth" }>

export interface BrowserConnect extends OpenSession {
  /** The callback as the app lists it; the loopback one when absent. */
  readonly callback?: string
}

export interface OpenedLogin {
  /** To open in a browser, or to print. */
  readonly authorizeUrl: string
  /** True for the answer that belongs to this login. */
  readonly accepts: (answer: URLSearchParams) => boolean
  /** Takes what came back in the callback's address; stores the login. Works once. */
  readonly finish: (answer: URLSearchParams) => Effect.Effect<OrgIdentity, AuthError, HttpClient.HttpClient>
}

/** For a server that has a callback of its own. */
export const openBrowserLogin = Effect.fn("auth.openBrowserLogin")(function* (
  auth: OAuth,
  of: BrowserConnect
): Effect.fn.Return<OpenedLogin, AuthError> {
  const place = yield* placeOf(of)
  const client = yield* oauthClient(auth, place)
  const login = beginBrowserLogin({
    login: place.login,
    client,
    callback: of.callback ?? loopbackCallback,
    scopes: auth.scopes ?? defaultScopes
  })
  return {
    authorizeUrl: login.authorizeUrl,
    accepts: (answer) => hasState(login, answer),
    finish: (answer) =>
      Effect.flatMap(finishBrowserLogin(login, answer), (grantee) =>
        keepLogin({ place, client, method: "oauth", apiVersion: of.source.apiVersion }, grantee)
      )
  }
})

export interface WaitingLogin {
  readonly authorizeUrl: string
  /** Ends when the person has finished in the browser, at the latest after ten minutes. */
  readonly finished: Effect.Effect<OrgIdentity, AuthError, HttpClient.HttpClient>
}

const patience = "10 minutes"

/** For a command on the machine that the browser runs on: listens at the loopback callback until the scope closes. */
export const connectByBrowser = Effect.fn("auth.connectByBrowser")(function* (
  auth: OAuth,
  of: BrowserConnect
): Effect.fn.Return<WaitingLogin, AuthError, Scope.Scope> {
  const opened = yield* openBrowserLogin(auth, of)
  const listener = yield* listenForBrowser(opened.accepts)
  return {
    authorizeUrl: opened.authorizeUrl,
    finished: listener.answer.pipe(
      Effect.timeoutOrElse({
        duration: patience,
        orElse: () => Effect.fail(AuthError.because("AUTH_LOGIN_TIMEOUT", { detail: patience }))
      }),
      Effect.flatMap(opened.finish)
    )
  }
})
