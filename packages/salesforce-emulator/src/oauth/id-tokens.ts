/** OpenID Connect id tokens and the key that signs them. https://openid.net/specs/openid-connect-core-1_0.html */
import { createHash } from "node:crypto"
import { Context, Effect, Layer } from "effect"
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose"
import { Directory } from "./directory.ts"
import type { Session } from "./sessions.ts"
import { identityUrl } from "./token-response.ts"

const KEY_ID = "240"

export interface IdTokenRequest {
  readonly origin: string
  readonly session: Session
  readonly clientId: string
  readonly nonce?: string | undefined
}

export class IdTokens extends Context.Service<
  IdTokens,
  {
    readonly sign: (request: IdTokenRequest) => Effect.Effect<string>
    readonly keys: Effect.Effect<{ readonly keys: ReadonlyArray<JWK> }>
  }
>()("salesforce-emulator/oauth/IdTokens") {
  static readonly layer = Layer.effect(
    IdTokens,
    Effect.gen(function* () {
      const { orgId } = yield* Directory
      const pair = yield* Effect.cached(Effect.promise(() => generateKeyPair("RS256")))
      const keys = Effect.flatMap(pair, ({ publicKey }) =>
        Effect.promise(async () => ({
          keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: "RS256", use: "sig" }]
        }))
      )
      const sign = ({ origin, session, clientId, nonce }: IdTokenRequest) =>
        Effect.flatMap(pair, ({ privateKey }) =>
          Effect.promise(() =>
            new SignJWT({
              at_hash: halfHash(session.token),
              custom_attributes: {},
              ...(nonce === undefined ? {} : { nonce })
            })
              .setProtectedHeader({ alg: "RS256", kid: KEY_ID, typ: "JWT" })
              .setIssuer(origin)
              .setSubject(identityUrl(origin, orgId, session.userId))
              .setAudience(clientId)
              .setIssuedAt()
              .setExpirationTime("2m")
              .sign(privateKey)
          )
        )
      return IdTokens.of({ sign, keys })
    })
  )
}

const halfHash = (token: string): string =>
  createHash("sha256").update(token).digest().subarray(0, 16).toString("base64url")
