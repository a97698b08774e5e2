/** OpenID Connect discovery and the keys of id tokens. https://openid.net/specs/openid-connect-discovery-1_0.html */
import { Effect, Layer } from "effect"
import { json, plainRoute } from "../server/rest-route.ts"
import { IdTokens } from "./id-tokens.ts"
import { originOf } from "./request-context.ts"

const configuration = (origin: string) => ({
  issuer: origin,
  authorization_endpoint: `${origin}/services/oauth2/authorize`,
  token_endpoint: `${origin}/services/oauth2/token`,
  revocation_endpoint: `${origin}/services/oauth2/revoke`,
  userinfo_endpoint: `${origin}/services/oauth2/userinfo`,
  jwks_uri: `${origin}/id/keys`,
  introspection_endpoint: `${origin}/services/oauth2/introspect`,
  scopes_supported: [
    "openid",
    "id",
    "api",
    "web",
    "full",
    "refresh_token",
    "offline_access",
    "profile",
    "email"
  ],
  response_types_supported: ["code", "token"],
  grant_types_supported: [
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "device"
  ],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["RS256"],
  display_values_supported: ["page", "popup", "touch"],
  token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic", "private_key_jwt"],
  code_challenge_methods_supported: ["S256"],
  claims_supported: [
    "active",
    "email",
    "email_verified",
    "family_name",
    "given_name",
    "is_app_installed",
    "name"
  ]
})

export const discoveryRoutes = Layer.mergeAll(
  plainRoute("GET", "/.well-known/openid-configuration", ({ request }) =>
    Effect.succeed(json(configuration(originOf(request))))
  ),
  plainRoute("GET", "/.well-known/oauth-authorization-server", ({ request }) =>
    Effect.succeed(json(configuration(originOf(request))))
  ),
  plainRoute("GET", "/id/keys", () =>
    Effect.gen(function* () {
      return json(yield* (yield* IdTokens).keys)
    })
  )
)
