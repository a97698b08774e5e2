/**
 * The second half of the web-server flow: the code from the browser becomes tokens.
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm
 */
import { Effect } from "effect"
import { Switches } from "../../control/switches.ts"
import { Apps } from "../apps.ts"
import { authenticateClient } from "../client-assertion.ts"
import { checkActive, checkStatus } from "../client-check.ts"
import { Codes } from "../codes.ts"
import { Directory } from "../directory.ts"
import { refuse } from "../oauth-error.ts"
import { checkVerifier } from "../pkce.ts"
import { issueTokens } from "./issue.ts"
import type { TokenRequest } from "./token-request.ts"

export const authorizationCode = Effect.fnUntraced(function* (token: TokenRequest) {
  const { form, origin } = token
  const { values: switches } = yield* Switches
  const codes = yield* Codes
  const app = yield* authenticateClient(yield* Apps, token, (client) => client.requireSecretForWebServer)
  yield* checkStatus(app)
  const code = codes.find(form.code ?? "")
  if (code === undefined || code.clientId !== app.clientId) return yield* refuse("wrongCode")
  if (code.spent) return yield* refuse("deadCode")
  if (form.redirect_uri === undefined || form.redirect_uri === "") return yield* refuse("missingRedirect")
  if (form.redirect_uri !== code.redirectUri) return yield* refuse("wrongRedirect")
  codes.spend(code.code)
  yield* checkVerifier(code.challenge, form.code_verifier, switches.wrongVerifierError)
  const user = yield* (yield* Directory).byId(code.userId)
  if (user === undefined) return yield* refuse("wrongCode")
  yield* checkActive(user, switches)
  return yield* issueTokens({ app, user, scopes: code.scopes, origin, nonce: code.nonce })
})
