/**
 * A login whose refresh token lives with somebody else, such as a platform that starts Decant in a new container
 * each time: it is brought along, used once at the start, kept encrypted in the folder of this run, and handed back
 * where the app has replaced it.
 */
import { instantFromMillis, type SalesforceSource } from "@decant/connector"
import { Clock, Effect, type Redacted } from "effect"
import type { HttpClient } from "effect/http"
import { AuthError } from "../auth-error.ts"
import { oauthClient } from "../methods/oauth.ts"
import { postOnce } from "../oauth-http.ts"
import { type OpenSession, placeOf } from "../open-session.ts"
import { ConnectionStores } from "../store/connection-store.ts"
import { sameSecret } from "../token.ts"
import { requestToken } from "../token-request.ts"

export interface CarriedLogin {
  /** The refresh token that works now. */
  readonly current: Effect.Effect<Redacted.Redacted<string>, AuthError>
}

type OAuthSource = SalesforceSource & { readonly auth: { readonly method: "oauth" } }

export const carryLogin = Effect.fn("auth.carryLogin")(function* (
  of: OpenSession & { readonly source: OAuthSource },
  refreshToken: Redacted.Redacted<string>
): Effect.fn.Return<CarriedLogin, AuthError, HttpClient.HttpClient> {
  const place = yield* placeOf(of)
  const client = yield* oauthClient(of.source.auth, place)
  const store = (yield* ConnectionStores)(place)
  const details = { client: client.clientId, connection: place.connection }
  // With rotation this makes the brought token useless: nobody may stop it before the new one is kept.
  yield* Effect.uninterruptible(
    Effect.gen(function* () {
      const held = yield* store.hold(place.connection)
      const { answer, token } = yield* requestToken(place.login, {
        grant: "refresh",
        form: {
          grant_type: "refresh_token",
          refresh_token: refreshToken,
          client_id: client.clientId,
          ...(client.secret === null ? {} : { client_secret: client.secret })
        },
        details,
        by: postOnce
      })
      const at = instantFromMillis(yield* Clock.currentTimeMillis)
      const next = answer.refresh_token ?? refreshToken
      yield* held.write({
        version: 1,
        name: place.connection,
        method: "oauth",
        login: place.login,
        clientId: client.clientId,
        refreshToken: next,
        accessToken: token.accessToken,
        instanceUrl: token.instanceUrl,
        identityUrl: token.identityUrl,
        rotates: !sameSecret(next, refreshToken),
        refreshing: null,
        org: null,
        connectedAt: at,
        lastUsedAt: at
      })
    }).pipe(Effect.scoped)
  )
  return {
    current: Effect.flatMap(store.read(place.connection), (stored) =>
      stored === null
        ? Effect.fail(AuthError.because("AUTH_NOT_CONNECTED", { connection: place.connection, detail: "" }))
        : Effect.succeed(stored.refreshToken)
    )
  }
})
