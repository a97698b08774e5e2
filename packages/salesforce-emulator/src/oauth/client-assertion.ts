/** A client that proves itself with a signed assertion instead of a secret. https://www.rfc-editor.org/rfc/rfc7523 */
import { Effect } from "effect"
import { jwtVerify } from "jose"
import type { App, Apps } from "./apps.ts"
import { checkSecret, findApp } from "./client-check.ts"
import type { TokenRequest } from "./grants/token-request.ts"
import { refuse } from "./oauth-error.ts"
import { clientCredentialsOf, type Form } from "./request-context.ts"

const TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/** The app of a token request, proved by secret or assertion where `needsProof` says so. */
export const authenticateClient = Effect.fnUntraced(function* (
  apps: Apps["Service"],
  { request, form, origin }: TokenRequest,
  needsProof: (app: App) => boolean
) {
  const credentials = yield* clientCredentialsOf(request, form)
  const asserted = form.client_assertion === undefined ? undefined : issuerOf(form.client_assertion)
  const app = yield* findApp(apps, credentials.clientId ?? asserted)
  if (form.client_assertion !== undefined) {
    yield* checkAssertion(app, form, origin)
  } else {
    yield* checkSecret(app, credentials.clientSecret, needsProof(app))
  }
  return app
})

const checkAssertion = Effect.fnUntraced(function* (app: App, form: Form, origin: string) {
  if (form.client_assertion_type !== TYPE) return yield* refuse("badAssertionType")
  const { publicKey } = app
  if (publicKey === undefined) return yield* refuse("wrongSecret")
  yield* Effect.tryPromise({
    try: () =>
      jwtVerify(form.client_assertion ?? "", publicKey, {
        algorithms: ["RS256"],
        issuer: app.clientId,
        subject: app.clientId,
        audience: [origin, `${origin}/`, `${origin}/services/oauth2/token`],
        clockTolerance: 180
      }),
    catch: () => refuse("wrongSecret")
  })
})

function issuerOf(assertion: string): string | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(assertion.split(".")[1] ?? "", "base64url").toString())
    const issuer =
      typeof payload === "object" && payload !== null && "iss" in payload ? payload.iss : undefined
    return typeof issuer === "string" ? issuer : undefined
  } catch {
    return undefined
  }
}
