/** Proof key for code exchange, S256 only. https://www.rfc-editor.org/rfc/rfc7636 */
import { createHash, randomBytes } from "node:crypto"
import type { Redacted } from "effect"
import { secretOf } from "../token.ts"

export interface Pkce {
  readonly verifier: Redacted.Redacted<string>
  readonly challenge: string
}

/** 64 random bytes: 86 characters, of the 43 to 128 allowed. */
export const makePkce = (): Pkce => {
  const verifier = randomBytes(64).toString("base64url")
  const challenge = createHash("sha256").update(verifier).digest("base64url")
  return { verifier: secretOf(verifier, "code verifier"), challenge }
}
