/**
 * Texts encrypted with the store's key: compact JWE, direct encryption by A256GCM.
 * https://www.rfc-editor.org/rfc/rfc7516
 */
import { Effect } from "effect"
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from "jose"
import { AuthError } from "../auth-error.ts"
import type { StoreKey } from "./store-key.ts"

const keyIdOf = (sealed: string): string | undefined => {
  try {
    return decodeProtectedHeader(sealed).kid
  } catch {
    return undefined
  }
}

export const damaged = (file: string, detail: string): AuthError =>
  AuthError.because("AUTH_STORE_DAMAGED", { file, detail })

/** What was sealed; a changed, cut or foreign text fails and says which. */
export const openText = (sealed: string, file: string, key: StoreKey): Effect.Effect<string, AuthError> =>
  Effect.tryPromise({
    try: () =>
      compactDecrypt(sealed.trim(), key.bytes, {
        keyManagementAlgorithms: ["dir"],
        contentEncryptionAlgorithms: ["A256GCM"]
      }),
    catch: () => {
      const id = keyIdOf(sealed)
      return damaged(
        file,
        id !== undefined && id !== key.id
          ? `it was encrypted with another key than ${key.name}`
          : "it was cut short or changed"
      )
    }
  }).pipe(Effect.map(({ plaintext }) => new TextDecoder().decode(plaintext)))

export const sealText = (text: string, key: StoreKey): Effect.Effect<string> =>
  Effect.promise(() =>
    new CompactEncrypt(new TextEncoder().encode(text))
      .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid: key.id })
      .encrypt(key.bytes)
  )
