/**
 * Secrets that a person typed into the config UI: one encrypted file each, `.decant/secrets/<name>.jwe` beside the
 * spec, which the spec names as `{ file: … }`.
 */
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Redacted } from "effect"
import { AuthError } from "../auth-error.ts"
import { type SpecPlace, sealedEnding } from "../secret-text.ts"
import { errorCode, makeFolder, replaceFile } from "./durable-file.ts"
import { sealText } from "./sealed-text.ts"
import { storeKey } from "./store-key.ts"

/** As the spec writes it. */
export const sealedFile = (name: string): string => `./.decant/secrets/${name}${sealedEnding}`

const unwritable = (file: string) => (error: unknown) =>
  AuthError.because("AUTH_STORE_WRITE", { file, detail: errorCode(error) })

/** On disk, synced, when it succeeds. */
export const keepSecret = Effect.fnUntraced(function* (
  place: SpecPlace,
  name: string,
  secret: Redacted.Redacted<string>
): Effect.fn.Return<void, AuthError> {
  const text = yield* sealText(Redacted.value(secret), yield* storeKey(place.env, true))
  const file = sealedFile(name)
  yield* Effect.tryPromise({
    try: async () => {
      await makeFolder(join(place.folder, ".decant", "secrets"))
      await replaceFile(join(place.folder, file), `${text}\n`)
    },
    catch: unwritable(file)
  })
})

export const forgetSecret = (place: SpecPlace, name: string): Effect.Effect<void, AuthError> =>
  Effect.tryPromise({
    try: () => rm(join(place.folder, sealedFile(name)), { force: true }),
    catch: unwritable(sealedFile(name))
  })
