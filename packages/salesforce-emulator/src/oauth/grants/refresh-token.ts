/**
 * The refresh flow, with rotation for the apps that ask for it.
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_refresh_token_flow.htm
 */
import { Effect } from "effect"
import { Switches } from "../../control/switches.ts"
import { type App, Apps } from "../apps.ts"
import { authenticateClient } from "../client-assertion.ts"
import { checkActive, checkStatus } from "../client-check.ts"
import { Directory } from "../directory.ts"
import { IdTokens } from "../id-tokens.ts"
import { refuse } from "../oauth-error.ts"
import { type RefreshGrant, RefreshTokens } from "../refresh-tokens.ts"
import { Sessions } from "../sessions.ts"
import { tokenResponse } from "../token-response.ts"
import type { TokenRequest } from "./token-request.ts"

const DAY_MS = 86_400_000

export const refreshToken = Effect.fnUntraced(function* (token: TokenRequest) {
  const { values: switches } = yield* Switches
  const refreshTokens = yield* RefreshTokens
  const app = yield* authenticateClient(yield* Apps, token, (client) => client.requireSecretForRefresh)
  yield* checkStatus(app)
  const grant = yield* liveGrant(app, token.form.refresh_token ?? "", switches.refreshIdleDays)
  const user = yield* (yield* Directory).byId(grant.userId)
  if (user === undefined) return yield* refuse("deadToken")
  yield* checkActive(user, switches)
  if (!refreshTokens.begin(grant.id)) {
    return yield* refuse("busyToken", { description: switches.concurrentRefreshError })
  }
  return yield* Effect.sleep(switches.refreshTakesMs).pipe(
    Effect.andThen(refreshed(app, grant, token.origin)),
    Effect.ensuring(Effect.sync(() => refreshTokens.end(grant.id)))
  )
})

const liveGrant = Effect.fnUntraced(function* (app: App, token: string, idleDays: number) {
  const refreshTokens = yield* RefreshTokens
  const found = refreshTokens.find(token)
  if (found === undefined || found.grant.clientId !== app.clientId) return yield* refuse("deadToken")
  const { grant, replayed } = found
  const isIdle = idleDays > 0 && Date.now() - grant.usedAt > idleDays * DAY_MS
  if (replayed || isIdle || !app.installed) {
    refreshTokens.revoke({ id: grant.id })
    return yield* refuse("deadToken")
  }
  return grant
})

const refreshed = Effect.fnUntraced(function* (app: App, grant: RefreshGrant, origin: string) {
  const refreshTokens = yield* RefreshTokens
  if (refreshTokens.find(grant.token)?.replayed !== false) return yield* refuse("deadToken")
  const rotated = app.refreshTokenRotation ? refreshTokens.rotate(grant.id) : undefined
  const { userId, username, clientId, scopes } = grant
  const session = (yield* Sessions).issue({ userId, username, clientId, scopes, grantId: grant.id })
  const idToken = scopes.includes("openid")
    ? yield* (yield* IdTokens).sign({ origin, session, clientId })
    : undefined
  const { orgId } = yield* Directory
  return tokenResponse({ app, session, origin, orgId, refreshToken: rotated, idToken })
})
