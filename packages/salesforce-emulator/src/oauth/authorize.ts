/**
 * The browser's half of the web-server and user-agent flows: log in, allow, go back to the app with a code or a token.
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm
 */
import { Effect, Layer } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { Switches } from "../control/switches.ts"
import { plainRoute } from "../server/rest-route.ts"
import { Approvals } from "./approvals.ts"
import { isPreauthorized } from "./apps.ts"
import {
  type AuthorizeRequest,
  BrowserRefusal,
  type Callback,
  readAuthorizeRequest
} from "./authorize-request.ts"
import { browserUser, sessionCookie } from "./browser-session.ts"
import { isPassword } from "./client-check.ts"
import { Codes } from "./codes.ts"
import { decideDevice } from "./connect-device.ts"
import { Directory, type DirectoryUser } from "./directory.ts"
import { headlessAuthorize } from "./headless.ts"
import { type OAuthError, refuse } from "./oauth-error.ts"
import { consentPage, errorPage, loginPage, messagePage } from "./pages.ts"
import { PendingLogins } from "./pending-logins.ts"
import { originOf, readForm } from "./request-context.ts"
import { Sessions } from "./sessions.ts"
import { tokenResponse } from "./token-response.ts"

const ERROR_PAGE = "/setup/secur/RemoteAccessErrorPage.apexp"

const start = Effect.fnUntraced(function* (
  request: HttpServerRequest.HttpServerRequest,
  params: URLSearchParams
) {
  const asked = yield* readAuthorizeRequest(params)
  const known = yield* browserUser(request)
  if (asked.immediate) {
    const approved = known !== undefined && (yield* isApproved(asked, known))
    if (!approved) return yield* new BrowserRefusal({ error: refuse("notImmediate"), callback: asked })
  }
  if (known !== undefined && !asked.forcesLogin) return yield* admitted(asked, known, originOf(request), {})
  const pending = (yield* PendingLogins).put({ goal: { kind: "authorize", request: asked }, user: undefined })
  return loginPage(pending, asked.loginHint ?? "")
})

const logIn = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
  const directory = yield* Directory
  const pendings = yield* PendingLogins
  const form = yield* readForm(request)
  const pending = pendings.take(form.pending ?? "")
  if (pending?.goal.kind !== "authorize") return stalePage
  const { username = "", pw = "" } = form
  const user = yield* directory.byUsername(username)
  if (user === undefined || !isPassword(directory, pw)) {
    return loginPage(pendings.put(pending), username, "Please check your username and password.")
  }
  const cookie = yield* sessionCookie(user)
  return yield* admitted(pending.goal.request, user, originOf(request), cookie)
})

const stalePage = messagePage("This page has expired", "Go back to the app and start again.", 400)

/** A user who has logged in: through to the app, to the consent page, or away. */
const admitted = Effect.fnUntraced(function* (
  request: AuthorizeRequest,
  user: DirectoryUser,
  origin: string,
  headers: Readonly<Record<string, string>>
) {
  const { app } = request
  if (user.isApiOnly) return yield* new BrowserRefusal({ error: refuse("unexpected") })
  if (!user.isActive) return yield* new BrowserRefusal({ error: refuse("inactiveUser"), callback: request })
  if (app.adminApprovedOnly && !isPreauthorized(app, user.username)) {
    return yield* new BrowserRefusal({ error: refuse("accessDenied"), callback: request })
  }
  yield* checkInstalled(request, user)
  const needsConsent = request.forcesConsent || !(yield* isApproved(request, user))
  if (!needsConsent) return HttpServerResponse.setHeaders(yield* granted(request, user, origin), headers)
  const pending = (yield* PendingLogins).put({ goal: { kind: "authorize", request }, user })
  return consentPage(pending, app.name, user.username, request.scopes, headers)
})

/** Uninstalled apps are closed to all but those who approved them before, or may approve such apps. */
const checkInstalled = Effect.fnUntraced(function* (request: AuthorizeRequest, user: DirectoryUser) {
  const { values: switches } = yield* Switches
  const { adminUsername } = yield* Directory
  const { app } = request
  if (app.installed || (yield* Approvals).scopesOf(user.id, app.clientId) !== undefined) return
  if (switches.adminApprovesUninstalled && user.username.toLowerCase() === adminUsername.toLowerCase()) return
  return yield* switches.uninstalledError === "page"
    ? new BrowserRefusal({ error: refuse("unexpected") })
    : new BrowserRefusal({ error: refuse("notInstalled"), callback: request })
})

const isApproved = Effect.fnUntraced(function* ({ app, scopes }: AuthorizeRequest, user: DirectoryUser) {
  if (isPreauthorized(app, user.username)) return true
  const approved = (yield* Approvals).scopesOf(user.id, app.clientId)
  return approved !== undefined && scopes.every((scope) => approved.includes(scope))
})

const granted = Effect.fnUntraced(function* (request: AuthorizeRequest, user: DirectoryUser, origin: string) {
  const { app, scopes, redirectUri, challenge, nonce } = request
  const owner = { clientId: app.clientId, userId: user.id, username: user.username, scopes }
  ;(yield* Approvals).approve(user.id, app.clientId, scopes)
  if (request.responseType === "token") {
    const session = (yield* Sessions).issue(owner)
    const { orgId } = yield* Directory
    return sendBack(request, tokenResponse({ app, session, origin, orgId }))
  }
  return sendBack(request, { code: (yield* Codes).issue({ ...owner, redirectUri, challenge, nonce }) })
})

function sendBack({ redirectUri, responseType, state }: Callback, values: Readonly<Record<string, string>>) {
  const query = Object.entries(state === undefined ? values : { ...values, state })
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&")
  const joint = responseType === "token" ? "#" : redirectUri.includes("?") ? "&" : "?"
  return HttpServerResponse.redirect(redirectUri + joint + query, { status: 302 })
}

const decide = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
  const form = yield* readForm(request)
  const pending = (yield* PendingLogins).take(form.pending ?? "")
  if (pending?.user === undefined) return stalePage
  const { goal, user } = pending
  const allows = form.decision === "allow"
  if (goal.kind === "device") return yield* decideDevice(goal.userCode, allows ? user.id : undefined)
  if (!allows) return yield* new BrowserRefusal({ error: refuse("denied"), callback: goal.request })
  return yield* granted(goal.request, user, originOf(request))
})

function refusedBrowser({ error, callback }: BrowserRefusal) {
  if (callback !== undefined)
    return sendBack(callback, { error: error.error, error_description: error.description })
  if (!error.error.startsWith("OAUTH_")) return errorPage(error.error, error.description, 400)
  const query = new URLSearchParams({ error: error.error, error_description: error.description })
  return HttpServerResponse.redirect(`${ERROR_PAGE}?${query}`, { status: 302 })
}

const inBrowser = <R>(
  effect: Effect.Effect<HttpServerResponse.HttpServerResponse, BrowserRefusal | OAuthError, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R> =>
  effect.pipe(
    Effect.catchTags({
      BrowserRefusal: (refusal) => Effect.succeed(refusedBrowser(refusal)),
      OAuthError: ({ error, description }) => Effect.succeed(errorPage(error, description, 400))
    })
  )

export const authorizeRoutes = Layer.mergeAll(
  plainRoute("GET", "/services/oauth2/authorize", ({ request, search }) => inBrowser(start(request, search))),
  plainRoute("POST", "/services/oauth2/authorize", ({ request }) =>
    inBrowser(
      Effect.gen(function* () {
        const form = yield* readForm(request)
        if (form.response_type === "code_credentials") return yield* headlessAuthorize(request, form)
        return yield* start(request, new URLSearchParams(form))
      })
    )
  ),
  plainRoute("POST", "/secur/login", ({ request }) => inBrowser(logIn(request))),
  plainRoute("POST", "/setup/secur/RemoteAccessAuthorizationPage.apexp", ({ request }) =>
    inBrowser(decide(request))
  ),
  plainRoute("GET", ERROR_PAGE, ({ search }) =>
    Effect.succeed(errorPage(search.get("error") ?? "", search.get("error_description") ?? "", 200))
  )
)
