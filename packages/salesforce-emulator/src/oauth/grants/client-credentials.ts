/**
 * The client credentials flow: an app acts as its Run-As user, on the org's My Domain only.
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm
 */
import { Effect } from "effect"
import { Switches } from "../../control/switches.ts"
import { Apps } from "../apps.ts"
import { checkActive, checkFlow, checkSecret, checkStatus, findApp } from "../client-check.ts"
import { Directory } from "../directory.ts"
import { refuse } from "../oauth-error.ts"
import { clientCredentialsOf, isMyDomain } from "../request-context.ts"
import { withoutUserScopes } from "../scopes.ts"
import { Sessions } from "../sessions.ts"
import { tokenResponse } from "../token-response.ts"
import type { TokenRequest } from "./token-request.ts"

export const clientCredentials = Effect.fnUntraced(function* ({ request, form, origin }: TokenRequest) {
  const { values: switches } = yield* Switches
  const directory = yield* Directory
  if (!isMyDomain(origin, switches.loopbackIsMyDomain)) return yield* refuse("wrongDomain")
  const { clientId, clientSecret } = yield* clientCredentialsOf(request, form)
  const app = yield* findApp(yield* Apps, clientId)
  yield* checkStatus(app)
  yield* checkSecret(app, clientSecret, true)
  if (!app.installed) return yield* refuse("notInstalled")
  yield* checkFlow(app, "client-credentials")
  if (app.pkceRequired) return yield* refuse("missingChallenge")
  const user = app.runAs === undefined ? undefined : yield* directory.byUsername(app.runAs)
  if (user === undefined) return yield* refuse("noRunAsUser")
  yield* checkActive(user, switches)
  const session = (yield* Sessions).issue({
    userId: user.id,
    username: user.username,
    clientId: app.clientId,
    scopes: withoutUserScopes(app.scopes)
  })
  return tokenResponse({ app, session, origin, orgId: directory.orgId })
})
