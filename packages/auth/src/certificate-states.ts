/** What `check` and `connect` say about certificates before Salesforce does. */
import type { SalesforceSource } from "@decant/connector"
import { Clock, Effect } from "effect"
import type { AuthError } from "./auth-error.ts"
import { readKeys } from "./methods/jwt-bearer.ts"
import { type OpenSession, placeOf } from "./open-session.ts"

type JwtAuth = Extract<SalesforceSource["auth"], { readonly method: "jwt-bearer" }>

export interface CertificateState {
  readonly key: string
  readonly expires: Date
  /** Below zero once it has expired. */
  readonly daysLeft: number
}

const dayMillis = 86_400_000

/** The keys of the spec whose certificate can be found here. */
export const certificateStates = Effect.fn("auth.certificateStates")(function* (
  auth: JwtAuth,
  of: OpenSession
): Effect.fn.Return<ReadonlyArray<CertificateState>, AuthError> {
  const keys = yield* readKeys(auth, yield* placeOf(of))
  const now = yield* Clock.currentTimeMillis
  return keys.flatMap(({ name, certificateEnd }) =>
    certificateEnd === null
      ? []
      : [
          {
            key: name,
            expires: certificateEnd,
            daysLeft: Math.floor((certificateEnd.getTime() - now) / dayMillis)
          }
        ]
  )
})

/** The certificate of the first key that has one here: what the app needs to know. Null when there is none. */
export const certificatePem = Effect.fn("auth.certificatePem")(function* (
  auth: JwtAuth,
  of: OpenSession
): Effect.fn.Return<string | null, AuthError> {
  const keys = yield* readKeys(auth, yield* placeOf(of))
  return keys.find(({ certificate }) => certificate !== null)?.certificate?.toString() ?? null
})
