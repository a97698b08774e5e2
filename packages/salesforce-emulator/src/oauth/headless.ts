/**
 * The authorization code and credentials flow: an app that draws its own login page trades the user's password for a
 * code. https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_authorization_code_credentials_flow.htm
 */
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { Switches } from "../control/switches.ts"
import { makeId } from "../org/id.ts"
import { Apps } from "./apps.ts"
import { checkActive, checkAdminApproval, checkStatus, findApp, isPassword } from "./client-check.ts"
import { Codes } from "./codes.ts"
import { Directory } from "./directory.ts"
import { refuse } from "./oauth-error.ts"
import { render, renderError } from "./render.ts"
import { type Form, originOf } from "./request-context.ts"
import { grantedScopes, splitScopes } from "./scopes.ts"

export const headlessAuthorize = (request: HttpServerRequest.HttpServerRequest, form: Form) =>
  Effect.gen(function* () {
    const origin = originOf(request)
    const code = yield* codeFor(request, form)
    const body = {
      code,
      sfdc_community_url: origin,
      sfdc_community_id: makeId("0DB", 1),
      ...(form.state === undefined ? {} : { state: form.state })
    }
    return render(body, 200, undefined, request.headers.accept)
  }).pipe(
    Effect.catchTag("OAuthError", (error) =>
      Effect.succeed(renderError(error, undefined, request.headers.accept))
    )
  )

const codeFor = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest, form: Form) {
  const { values: switches } = yield* Switches
  const directory = yield* Directory
  const app = yield* findApp(yield* Apps, form.client_id)
  yield* checkStatus(app)
  if (
    request.headers["auth-request-type"]?.toLowerCase() !== "named-user" ||
    !app.flows.has("code-credentials")
  ) {
    return yield* refuse("unknownResponseType")
  }
  if (!app.installed) return yield* refuse("notInstalled")
  const redirectUri = form.redirect_uri ?? ""
  if (redirectUri === "") return yield* refuse("missingRedirect")
  if (!app.redirectUris.includes(redirectUri)) return yield* refuse("wrongRedirect")
  if (app.pkceRequired && form.code_challenge === undefined) return yield* refuse("missingChallenge")
  const scopes = grantedScopes(splitScopes(form.scope), app.scopes)
  if (scopes === undefined) return yield* refuse("wrongScope")
  const { username, password } = loginOf(request, form)
  const user = yield* directory.byUsername(username)
  if (user === undefined || !isPassword(directory, password)) return yield* refuse("wrongPassword")
  yield* checkActive(user, switches)
  yield* checkAdminApproval(app, user.username)
  return (yield* Codes).issue({
    clientId: app.clientId,
    userId: user.id,
    username: user.username,
    redirectUri,
    scopes,
    challenge: form.code_challenge,
    nonce: form.nonce
  })
})

function loginOf(request: HttpServerRequest.HttpServerRequest, form: Form) {
  const basic = /^basic\s+(.*)$/i.exec(request.headers.authorization ?? "")?.[1]
  if (basic === undefined) return { username: form.username ?? "", password: form.password ?? "" }
  const text = Buffer.from(basic, "base64").toString()
  const colon = text.indexOf(":")
  return { username: text.slice(0, Math.max(0, colon)), password: text.slice(colon + 1) }
}
