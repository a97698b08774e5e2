/** The end of every user flow: a session, a refresh token where the scopes allow one, an id token for openid. */
import { Effect } from "effect"
import { Approvals } from "../approvals.ts"
import type { App } from "../apps.ts"
import { Directory, type DirectoryUser } from "../directory.ts"
import { IdTokens } from "../id-tokens.ts"
import { RefreshTokens } from "../refresh-tokens.ts"
import { allowsRefresh } from "../scopes.ts"
import { Sessions } from "../sessions.ts"
import { tokenResponse } from "../token-response.ts"

export interface Issue {
  readonly app: App
  readonly user: DirectoryUser
  readonly scopes: ReadonlyArray<string>
  readonly origin: string
  readonly nonce?: string | undefined
}

export const issueTokens = Effect.fnUntraced(function* ({ app, user, scopes, origin, nonce }: Issue) {
  const { orgId } = yield* Directory
  const refreshTokens = yield* RefreshTokens
  ;(yield* Approvals).approve(user.id, app.clientId, scopes)
  const owner = { userId: user.id, username: user.username, clientId: app.clientId, scopes }
  const grant = allowsRefresh(scopes) ? refreshTokens.issue(owner) : undefined
  const session = (yield* Sessions).issue({ ...owner, grantId: grant?.id })
  const idToken = scopes.includes("openid")
    ? yield* (yield* IdTokens).sign({ origin, session, clientId: app.clientId, nonce })
    : undefined
  return tokenResponse({ app, session, origin, orgId, refreshToken: grant?.token, idToken })
})
