/** The JSON of a successful token request: every value a string, the time in milliseconds, and no `expires_in`. */
import { createHmac } from "node:crypto"
import type { App } from "./apps.ts"
import type { Session } from "./sessions.ts"

export interface TokenParts {
  readonly app: App | undefined
  readonly session: Session
  readonly origin: string
  readonly orgId: string
  readonly refreshToken?: string | undefined
  readonly idToken?: string | undefined
  readonly signed?: boolean
}

export const identityUrl = (origin: string, orgId: string, userId: string): string =>
  `${origin}/id/${orgId}/${userId}`

export function tokenResponse(parts: TokenParts): Readonly<Record<string, string>> {
  const { app, session, origin, orgId } = parts
  const id = identityUrl(origin, orgId, session.userId)
  const issuedAt = String(session.issuedAt)
  return {
    access_token: session.token,
    ...(parts.refreshToken === undefined ? {} : { refresh_token: parts.refreshToken }),
    ...(parts.signed === false ? {} : { signature: signatureOf(app, id, issuedAt) }),
    scope: session.scopes.join(" "),
    ...(parts.idToken === undefined ? {} : { id_token: parts.idToken }),
    instance_url: origin,
    id,
    token_type: "Bearer",
    ...(parts.signed === false ? {} : { issued_at: issuedAt })
  }
}

/** Base64(HMAC-SHA256) of id and issued_at under the consumer secret. */
const signatureOf = (app: App | undefined, id: string, issuedAt: string): string =>
  createHmac("sha256", app?.clientSecret ?? app?.clientId ?? "")
    .update(id + issuedAt)
    .digest("base64")
