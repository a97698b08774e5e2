/**
 * Client credentials: the app acts as one user that its policies name. Only at the org's My Domain.
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm
 */
import { Effect } from "effect"
import { AuthError } from "../auth-error.ts"
import { isSharedHost } from "../login-host.ts"
import type { Login, MethodOf } from "../method.ts"
import { readSecret } from "../secret-text.ts"
import { requestToken } from "../token-request.ts"

export const clientCredentials: MethodOf<"client-credentials"> = Effect.fnUntraced(function* (auth, place) {
  if (isSharedHost(place.login)) {
    return yield* AuthError.because("AUTH_MY_DOMAIN_NEEDED", { host: place.login })
  }
  const secret = yield* readSecret(auth.clientSecret, "auth.clientSecret", place)
  const login: Login = () =>
    requestToken(place.login, {
      grant: "client-credentials",
      form: { grant_type: "client_credentials", client_id: auth.clientId, client_secret: secret },
      details: { client: auth.clientId }
    }).pipe(Effect.map(({ token }) => token))
  return login
})
