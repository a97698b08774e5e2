/**
 * RSA private keys in PEM form, for signing logins: PKCS#8 and PKCS#1, encrypted or not.
 * https://www.rfc-editor.org/rfc/rfc7468
 */
import { createPrivateKey, type KeyObject } from "node:crypto"
import type { Secret } from "@decant/connector"
import { Effect, Redacted } from "effect"
import { AuthError } from "./auth-error.ts"
import { readSecret, type SpecPlace, secretName } from "./secret-text.ts"

export interface PrivateKey {
  /** What messages call it. */
  readonly name: string
  readonly key: KeyObject
  /** The whole PEM: a certificate may stand beside the key. */
  readonly pem: Redacted.Redacted<string>
}

interface KeyRequest {
  readonly key: Secret
  readonly passphrase: Redacted.Redacted<string> | null
  readonly place: SpecPlace
}

const beginsWithKey = /-----BEGIN ((RSA |ENCRYPTED )?PRIVATE KEY)-----/

const explain = (pem: string): string => {
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1]
  if (label === undefined) return "it is not in PEM form"
  if (label === "OPENSSH PRIVATE KEY") return "it is in OpenSSH's own form"
  if (beginsWithKey.test(pem)) return "it is damaged"
  return `it is a ${label.toLowerCase()}, not a private key`
}

const isEncrypted = (pem: string): boolean => /ENCRYPTED/.test(pem)

/** A key in an environment variable often has its line breaks written as `\n`. */
const withLineBreaks = (pem: string): string => (pem.includes("\n") ? pem : pem.replaceAll("\\n", "\n"))

export const readPrivateKey = Effect.fnUntraced(function* (request: KeyRequest) {
  const name = secretName(request.key)
  const text = yield* readSecret(request.key, "auth.privateKey", request.place)
  const pem = withLineBreaks(Redacted.value(text))
  const invalid = (detail: string) => AuthError.because("AUTH_KEY_INVALID", { file: name, detail })
  if (isEncrypted(pem) && request.passphrase === null) {
    return yield* AuthError.because("AUTH_KEY_PASSPHRASE", {
      file: name,
      detail: "the spec gives no passphrase"
    })
  }
  const key = yield* Effect.try({
    try: () =>
      createPrivateKey({
        key: pem,
        format: "pem",
        ...(request.passphrase === null ? {} : { passphrase: Redacted.value(request.passphrase) })
      }),
    catch: () =>
      isEncrypted(pem) && beginsWithKey.test(pem)
        ? AuthError.because("AUTH_KEY_PASSPHRASE", { file: name, detail: "the passphrase does not open it" })
        : invalid(explain(pem))
  })
  if (key.asymmetricKeyType !== "rsa") {
    return yield* invalid(`it is an ${key.asymmetricKeyType} key, and Salesforce takes RSA only`)
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < 2048) return yield* invalid(`it has ${bits} bits, and 2048 are the least`)
  const parsed: PrivateKey = { name, key, pem: Redacted.make(pem, { label: "private key" }) }
  return parsed
})
