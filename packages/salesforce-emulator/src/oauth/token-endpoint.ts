/** `/services/oauth2/token`: every grant, and the start of the device flow. */
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { Switches } from "../control/switches.ts"
import { plainRoute } from "../server/rest-route.ts"
import { authorizationCode } from "./grants/authorization-code.ts"
import { clientCredentials } from "./grants/client-credentials.ts"
import { device, startDevice } from "./grants/device.ts"
import { jwtBearer } from "./grants/jwt-bearer.ts"
import { password } from "./grants/password.ts"
import { refreshToken } from "./grants/refresh-token.ts"
import type { TokenRequest } from "./grants/token-request.ts"
import { refuse } from "./oauth-error.ts"
import type { Refusal } from "./refusals.ts"
import { render, renderError } from "./render.ts"
import { originOf, readForm } from "./request-context.ts"

const GRANTS = {
  authorization_code: authorizationCode,
  refresh_token: refreshToken,
  client_credentials: clientCredentials,
  "urn:ietf:params:oauth:grant-type:jwt-bearer": jwtBearer,
  device,
  password
}

const isGrant = (name: string): name is keyof typeof GRANTS => Object.hasOwn(GRANTS, name)

export const tokenRoute = plainRoute("*", "/services/oauth2/token", ({ request, search }) =>
  Effect.gen(function* () {
    const { values: switches } = yield* Switches
    const { accept } = request.headers
    const queryFormat = search.get("format") ?? undefined
    return yield* answer(request).pipe(
      Effect.map(({ body, format }) => render(body, 200, format, accept)),
      Effect.catchTag("OAuthError", (error) =>
        Effect.succeed(renderError(error, queryFormat, accept, switches.invalidClientStatus))
      )
    )
  })
)

const answer = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
  const { values: switches } = yield* Switches
  if (request.method !== "POST") return yield* refuse("mustPost")
  const form = yield* readForm(request)
  if (switches.refuseLogins !== "none") return yield* refuse(switches.refuseLogins as Refusal)
  const token: TokenRequest = { request, form, origin: originOf(request) }
  if (form.response_type === "device_code") return { body: yield* startDevice(token), format: form.format }
  const grant = form.grant_type ?? ""
  if (!isGrant(grant)) return yield* refuse("unknownGrant")
  const body: Readonly<Record<string, string | number>> = yield* GRANTS[grant](token)
  return { body, format: form.format }
})
