/** A bare access token, for a quick look: good until its session ends, and then of no more use. */
import { Effect } from "effect"
import { AuthError } from "../auth-error.ts"
import { isSharedHost, trustedOrigin } from "../login-host.ts"
import type { Login, LoginPlace, MethodOf } from "../method.ts"
import { identityUrlOf } from "../org-identity.ts"
import { readSecret } from "../secret-text.ts"

/** Whoever writes the host into the spec may name any; a token still travels encrypted or not at all. */
const instanceOf = (named: string | undefined, place: LoginPlace): string | AuthError => {
  if (named === undefined) {
    return isSharedHost(place.login) ? AuthError.because("AUTH_INSTANCE_NEEDED") : place.login
  }
  const origin = trustedOrigin(named, place.login)
  if (origin !== null) return origin
  const url = URL.canParse(named) ? new URL(named) : null
  return url !== null && url.protocol === "https:" ? url.origin : AuthError.because("AUTH_INSTANCE_NEEDED")
}

const ended = new Set<string>(["API_SESSION_INVALID", "AUTH_TOKEN_REFUSED"])

export const accessToken: MethodOf<"access-token"> = Effect.fnUntraced(function* (auth, place) {
  const instanceUrl = instanceOf(auth.instanceUrl, place)
  if (instanceUrl instanceof AuthError) return yield* instanceUrl
  const token = yield* readSecret(auth.accessToken, "auth.accessToken", place)
  const login: Login = (rejected) =>
    rejected !== null
      ? Effect.fail(AuthError.because("AUTH_TOKEN_EXPIRED"))
      : identityUrlOf({ accessToken: token, instanceUrl }).pipe(
          Effect.map((identityUrl) => ({ accessToken: token, instanceUrl, identityUrl })),
          Effect.catchIf(
            (error) => ended.has(error.code),
            () => Effect.fail(AuthError.because("AUTH_TOKEN_EXPIRED"))
          )
        )
  return login
})
