/** Proof key for code exchange, S256 only. https://www.rfc-editor.org/rfc/rfc7636 */
import { createHash, randomBytes } from "node:crypto"
import type { Redacted } from "effect"
import { Redacted as Hidden } from "effect"
import { secretOf } from "../token.ts"

export interface Pkce {
  readonly verifier: Redacted.Redacted<string>
  readonly challenge: string
}

export const challengeOf = (verifier: Redacted.Redacted<string>): string =>
  createHash("sha256").update(Hidden.value(verifier)).digest("base64url")

/** 64 random bytes: 86 characters, of the 43 to 128 allowed. */
export const makePkce = (): Pkce => {
  const verifier = secretOf(randomBytes(64).toString("base64url"), "code verifier")
  return { verifier, challenge: challengeOf(verifier) }
}
