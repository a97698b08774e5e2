/** `/services/oauth2/introspect`. https://www.rfc-editor.org/rfc/rfc7662 */
import { Effect } from "effect"
import { Switches } from "../control/switches.ts"
import { plainRoute } from "../server/rest-route.ts"
import { Apps } from "./apps.ts"
import { authenticateClient } from "./client-assertion.ts"
import { Directory } from "./directory.ts"
import type { TokenRequest } from "./grants/token-request.ts"
import { refuse } from "./oauth-error.ts"
import { RefreshTokens } from "./refresh-tokens.ts"
import { render, renderError } from "./render.ts"
import { originOf, readForm } from "./request-context.ts"
import { Sessions } from "./sessions.ts"
import { identityUrl } from "./token-response.ts"

export const introspectRoute = plainRoute("*", "/services/oauth2/introspect", ({ request }) =>
  Effect.gen(function* () {
    if (request.method !== "POST") return yield* refuse("mustPost")
    const form = yield* readForm(request)
    const token: TokenRequest = { request, form, origin: originOf(request) }
    yield* authenticateClient(yield* Apps, token, (app) => app.clientSecret !== undefined)
    return render(yield* stateOf(form.token ?? "", token.origin), 200, undefined, request.headers.accept)
  }).pipe(
    Effect.catchTag("OAuthError", (error) =>
      Effect.map(Switches, ({ values }) =>
        renderError(error, undefined, request.headers.accept, values.invalidClientStatus)
      )
    )
  )
)

interface TokenState {
  readonly [name: string]: string | number | boolean
}

const seconds = (millis: number) => Math.floor(millis / 1000)

const stateOf = Effect.fnUntraced(function* (token: string, origin: string) {
  const { orgId } = yield* Directory
  const session = (yield* Sessions).peek(token)
  const found = (yield* RefreshTokens).find(token)
  const grant = found?.replayed === false ? found.grant : undefined
  const owner = session ?? grant
  const dead: TokenState = { active: false }
  if (owner === undefined) return dead
  const issued = seconds(session?.issuedAt ?? grant?.createdAt ?? 0)
  const alive: TokenState = {
    active: true,
    scope: owner.scopes.join(" "),
    ...(owner.clientId === undefined ? {} : { client_id: owner.clientId }),
    username: owner.username,
    sub: identityUrl(origin, orgId, owner.userId),
    token_type: session === undefined ? "refresh_token" : "access_token",
    ...(session === undefined ? {} : { exp: seconds(session.expiresAt) }),
    iat: issued,
    nbf: issued
  }
  return alive
})
