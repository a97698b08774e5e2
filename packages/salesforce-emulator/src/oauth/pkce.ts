/** PKCE (https://www.rfc-editor.org/rfc/rfc7636), S256 only; a challenge without a method counts as S256. */
import { createHash } from "node:crypto"
import { Effect } from "effect"
import { refuse } from "./oauth-error.ts"

/** The RFC stops at 128 characters; Salesforce's own clients send 128 random bytes, which are 171 characters. */
const VERIFIER = /^[A-Za-z0-9._~-]{43,256}$/

/** `mismatch` is the error of a verifier that does not fit; reports differ on it. */
export const checkVerifier = Effect.fnUntraced(function* (
  challenge: string | undefined,
  verifier: string | undefined,
  mismatch: string
) {
  if (challenge === undefined) return
  if (verifier === undefined || verifier === "") return yield* refuse("missingVerifier")
  const digest = createHash("sha256").update(verifier).digest("base64url")
  if (!VERIFIER.test(verifier) || digest !== challenge.replace(/=+$/, "")) {
    return yield* refuse("wrongVerifier", { error: mismatch })
  }
})
