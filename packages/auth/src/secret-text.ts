/**
 * The text of a secret that the spec names: written out, in a file beside the spec, or in the environment. A file
 * that ends in `.jwe` is one that Decant encrypted.
 */
import { readFile } from "node:fs/promises"
import { isAbsolute, join } from "node:path"
import type { Secret } from "@decant/connector"
import { Effect, Redacted } from "effect"
import { AuthError } from "./auth-error.ts"
import { openText } from "./store/sealed-text.ts"
import { storeKey } from "./store/store-key.ts"
import { secretOf } from "./token.ts"

export interface SpecPlace {
  /** The folder that relative paths of the spec are relative to. */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What to call a secret in messages: its file or variable, never its text. */
export const secretName = (secret: Secret): string => {
  if (Redacted.isRedacted(secret)) return "in the spec"
  return "file" in secret ? secret.file : `in ${secret.env}`
}

export const sealedEnding = ".jwe"

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EISDIR: "it is a folder"
}

const plainText = (text: string, file: string, place: SpecPlace): Effect.Effect<string, AuthError> => {
  if (!file.endsWith(sealedEnding)) return Effect.succeed(text)
  return Effect.flatMap(storeKey(place.env, false), (key) => openText(text, file, key))
}

/** `key` is where the secret stands in the spec, e.g. `auth.clientSecret`. */
export const readSecret = (
  secret: Secret,
  key: string,
  place: SpecPlace
): Effect.Effect<Redacted.Redacted<string>, AuthError> => {
  const missing = (detail: string) => AuthError.because("AUTH_SECRET_MISSING", { key, detail })
  if (Redacted.isRedacted(secret)) return Effect.succeed(secret)
  if ("env" in secret) {
    const text = place.env[secret.env]?.trim()
    return text
      ? Effect.succeed(secretOf(text, key))
      : Effect.fail(missing(`the environment variable ${secret.env} is not set`))
  }
  const path = isAbsolute(secret.file) ? secret.file : join(place.folder, secret.file)
  return Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: (error) => {
      const code = (error as NodeJS.ErrnoException).code ?? ""
      return missing(`${secret.file}: ${reasons[code] ?? code}`)
    }
  }).pipe(
    Effect.flatMap((text) => plainText(text, secret.file, place)),
    Effect.flatMap((text) =>
      text.trim() === ""
        ? Effect.fail(missing(`${secret.file} is empty`))
        : Effect.succeed(secretOf(text.trim(), key))
    )
  )
}
