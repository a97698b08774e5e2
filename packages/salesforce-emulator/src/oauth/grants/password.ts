/** The username-password flow, which new orgs refuse: it answers only when the `passwordFlow` switch is on. */
import { Effect } from "effect"
import { Switches } from "../../control/switches.ts"
import { Apps } from "../apps.ts"
import { authenticateClient } from "../client-assertion.ts"
import { checkActive, checkAdminApproval, checkFlow, checkStatus, isPassword } from "../client-check.ts"
import { Directory } from "../directory.ts"
import { refuse } from "../oauth-error.ts"
import { Sessions } from "../sessions.ts"
import { tokenResponse } from "../token-response.ts"
import type { TokenRequest } from "./token-request.ts"

export const password = Effect.fnUntraced(function* (token: TokenRequest) {
  const { values: switches } = yield* Switches
  const directory = yield* Directory
  const app = yield* authenticateClient(yield* Apps, token, (client) => client.clientSecret !== undefined)
  yield* checkStatus(app)
  if (!switches.passwordFlow) return yield* refuse("wrongPassword")
  yield* checkFlow(app, "username-password")
  if (!app.installed) return yield* refuse("notInstalled")
  const user = yield* directory.byUsername(token.form.username ?? "")
  if (user === undefined || !isPassword(directory, token.form.password ?? ""))
    return yield* refuse("wrongPassword")
  yield* checkActive(user, switches)
  yield* checkAdminApproval(app, user.username)
  const session = (yield* Sessions).issue({
    userId: user.id,
    username: user.username,
    clientId: app.clientId,
    scopes: app.scopes
  })
  return tokenResponse({ app, session, origin: token.origin, orgId: directory.orgId })
})
