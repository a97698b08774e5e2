/** The web-server flow's stored login. `decant connect` makes it; this uses it. */
import type { Auth } from "@decant/connector"
import { Effect } from "effect"
import { AuthError } from "../auth-error.ts"
import type { MethodOf } from "../method.ts"
import { readSecret, type SpecPlace } from "../secret-text.ts"
import { type OAuthClient, storedLogin } from "./stored-login.ts"

type OAuth = Extract<Auth, { readonly method: "oauth" }>

/** The app of the spec, or the installed one that the environment names. */
export const oauthClient = Effect.fnUntraced(function* (
  auth: OAuth,
  place: SpecPlace
): Effect.fn.Return<OAuthClient, AuthError> {
  const clientId = auth.clientId ?? place.env.DECANT_SALESFORCE_CLIENT_ID
  if (!clientId) return yield* AuthError.because("AUTH_CLIENT_ID_MISSING")
  const secret =
    auth.clientSecret === undefined ? null : yield* readSecret(auth.clientSecret, "auth.clientSecret", place)
  return { clientId, secret }
})

export const oauth: MethodOf<"oauth"> = (auth, place) =>
  Effect.flatMap(oauthClient(auth, place), (client) => storedLogin(place, client))
