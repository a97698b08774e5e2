/** Turns a fresh grant into a stored login: kept before it is used, tried once, named after its org. */
import { instantFromMillis } from "@decant/connector"
import { Clock, Effect } from "effect"
import type { HttpClient } from "effect/http"
import { AuthError } from "../auth-error.ts"
import type { LoginPlace } from "../method.ts"
import { type OAuthClient, storedLogin } from "../methods/stored-login.ts"
import { type OrgIdentity, readOrgIdentity } from "../org-identity.ts"
import type { Connection } from "../store/connection.ts"
import { ConnectionStores, type HeldConnection } from "../store/connection-store.ts"
import type { Grantee } from "../token-request.ts"

export interface KeepLogin {
  readonly place: LoginPlace
  readonly client: OAuthClient
  readonly method: Connection["method"]
  readonly apiVersion: string
}

export const keepLogin = Effect.fn("auth.keepLogin")(function* (
  { place, client, method, apiVersion }: KeepLogin,
  { answer, token }: Grantee
): Effect.fn.Return<OrgIdentity, AuthError, HttpClient.HttpClient> {
  if (!answer.refresh_token) return yield* AuthError.because("AUTH_NO_REFRESH_TOKEN")
  const store = (yield* ConnectionStores)(place)
  const at = instantFromMillis(yield* Clock.currentTimeMillis)
  const connection: Connection = {
    version: 1,
    name: place.connection,
    method,
    login: place.login,
    clientId: client.clientId,
    refreshToken: answer.refresh_token,
    accessToken: token.accessToken,
    instanceUrl: token.instanceUrl,
    identityUrl: token.identityUrl,
    rotates: null,
    refreshing: null,
    org: null,
    connectedAt: at,
    lastUsedAt: at
  }
  const whileHeld = (change: (held: HeldConnection) => Effect.Effect<void, AuthError>) =>
    Effect.scoped(Effect.flatMap(store.hold(place.connection), change))

  yield* whileHeld((held) => held.write(connection))
  // The first refresh tells whether the app rotates its tokens, and shows now rather than at night that it works.
  const login = yield* storedLogin(place, client)
  const fresh = yield* login(token)
  const identity = yield* readOrgIdentity(fresh, apiVersion)
  const org = {
    id: identity.orgId,
    name: identity.orgName,
    isSandbox: identity.isSandbox,
    userName: identity.userName
  }
  yield* whileHeld((held) =>
    Effect.flatMap(held.read, (stored) => (stored === null ? Effect.void : held.write({ ...stored, org })))
  )
  return identity
})
