/**
 * JWT bearer: a login signed with the private key whose certificate the app has.
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm
 * https://www.rfc-editor.org/rfc/rfc7523
 */
import type { SalesforceSource } from "@decant/connector"
import { Clock, Effect } from "effect"
import type { HttpClient } from "effect/http"
import { SignJWT } from "jose"
import { AuthError } from "../auth-error.ts"
import { certificateOf } from "../certificate.ts"
import { audiencesOf } from "../login-host.ts"
import type { Login, MethodOf } from "../method.ts"
import { type PrivateKey, readPrivateKey } from "../private-key.ts"
import { readSecret, type SpecPlace } from "../secret-text.ts"
import { secretOf, type Token } from "../token.ts"
import { requestToken } from "../token-request.ts"

type JwtAuth = Extract<SalesforceSource["auth"], { readonly method: "jwt-bearer" }>

const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"
/** Salesforce allows three minutes between the clocks. */
const lifetimeSeconds = 180

const sign = Effect.fnUntraced(function* (auth: JwtAuth, key: PrivateKey, audience: string) {
  const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
  const assertion = yield* Effect.tryPromise({
    try: () =>
      new SignJWT()
        .setProtectedHeader({ alg: "RS256" })
        .setIssuer(auth.clientId)
        .setSubject(auth.username)
        .setAudience(audience)
        .setExpirationTime(now + lifetimeSeconds)
        .sign(key.key),
    catch: () => AuthError.because("AUTH_KEY_INVALID", { file: key.name, detail: "it cannot sign" })
  })
  return secretOf(assertion, "signed login")
})

/** The keys of the spec in order, each with its certificate and the day on which that ends, where it can be found. */
export const readKeys = Effect.fnUntraced(function* (auth: JwtAuth, place: SpecPlace) {
  const passphrase =
    auth.passphrase === undefined ? null : yield* readSecret(auth.passphrase, "auth.passphrase", place)
  const named = auth.privateKey
  const list = Array.isArray(named) ? named : [named as Exclude<typeof named, ReadonlyArray<unknown>>]
  return yield* Effect.forEach(
    list,
    Effect.fnUntraced(function* (secret) {
      const key = yield* readPrivateKey({ key: secret, passphrase, place })
      const certificate = yield* certificateOf(key, secret, place)
      return { ...key, certificate, certificateEnd: certificate?.validToDate ?? null }
    })
  )
})

type Key = PrivateKey & { readonly certificateEnd: Date | null }

/** Salesforce words an expired certificate like a wrong key. */
const orExpired = Effect.fnUntraced(function* (error: AuthError, { name, certificateEnd }: Key) {
  const now = yield* Clock.currentTimeMillis
  const isExpired =
    error.code === "AUTH_KEY_MISMATCH" && certificateEnd !== null && certificateEnd.getTime() < now
  if (!isExpired) return yield* error
  const detail = certificateEnd.toISOString().slice(0, 10)
  return yield* AuthError.because("AUTH_CERTIFICATE_EXPIRED", { file: name, detail })
})

const wrongAudience = new Set<string>(["AUTH_AUDIENCE", "AUTH_APP_NOT_FOUND"])

const startingWith = (first: number, count: number): ReadonlyArray<number> => [
  first,
  ...Array.from({ length: count }, (_, index) => index).filter((index) => index !== first)
]

export const jwtBearer: MethodOf<"jwt-bearer"> = Effect.fnUntraced(function* (auth, place) {
  const keys = yield* readKeys(auth, place)
  const audiences = audiencesOf(auth.audience, place.login)
  // What worked last is tried first, so that a rotated-out key costs a refused login only once.
  let worked = { key: 0, audience: 0 }

  const attempt = Effect.fnUntraced(function* (keyIndex: number, audienceIndex: number) {
    const key = keys[keyIndex] as Key
    const audience = audiences[audienceIndex] as string
    const assertion = yield* sign(auth, key, audience)
    const { token } = yield* requestToken(place.login, {
      grant: "jwt-bearer",
      form: { grant_type: grantType, assertion },
      details: { client: auth.clientId, user: auth.username, audience, file: key.name }
    })
    worked = { key: keyIndex, audience: audienceIndex }
    return token
  })

  /** The refusal says whether the key or the audience was wrong: only that one moves on. */
  const walk = (
    [key = 0, ...moreKeys]: ReadonlyArray<number>,
    [audience = 0, ...moreAudiences]: ReadonlyArray<number>
  ): Effect.Effect<Token, AuthError, HttpClient.HttpClient> =>
    attempt(key, audience).pipe(
      Effect.catch((error) => {
        if (error.code === "AUTH_KEY_MISMATCH" && moreKeys.length > 0) {
          return walk(moreKeys, [audience, ...moreAudiences])
        }
        if (wrongAudience.has(error.code) && moreAudiences.length > 0) {
          return walk([key, ...moreKeys], moreAudiences)
        }
        return orExpired(error, keys[key] as Key)
      })
    )

  const login: Login = () =>
    Effect.suspend(() =>
      walk(startingWith(worked.key, keys.length), startingWith(worked.audience, audiences.length))
    )
  return login
})
