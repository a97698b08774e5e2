/** `/services/oauth2/revoke`: ends a refresh token with all its access tokens, or one access token. */
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { plainRoute } from "../server/rest-route.ts"
import { Approvals } from "./approvals.ts"
import { refuse } from "./oauth-error.ts"
import { RefreshTokens } from "./refresh-tokens.ts"
import { renderError } from "./render.ts"
import { readForm } from "./request-context.ts"
import { Sessions } from "./sessions.ts"

const HINTS: ReadonlyArray<string | undefined> = [undefined, "", "access_token", "refresh_token"]

export const revokeRoute = plainRoute("*", "/services/oauth2/revoke", ({ request }) =>
  Effect.gen(function* () {
    const { token, token_type_hint } = yield* readForm(request)
    if (!HINTS.includes(token_type_hint)) return yield* refuse("wrongTokenType")
    if (token === undefined || token === "") return yield* refuse("wrongTokenType")
    yield* revoke(token)
    return HttpServerResponse.empty({ status: 200 })
  }).pipe(
    Effect.catchTag("OAuthError", (error) =>
      Effect.succeed(renderError(error, undefined, request.headers.accept))
    )
  )
)

const revoke = Effect.fnUntraced(function* (token: string) {
  const refreshTokens = yield* RefreshTokens
  const found = refreshTokens.find(token)
  if (found !== undefined && !found.replayed) {
    const { id, userId, clientId } = found.grant
    refreshTokens.revoke({ id })
    ;(yield* Approvals).forget({ userId, clientId })
    return
  }
  if ((yield* Sessions).expire({ token }) === 0) return yield* refuse("badToken")
})
