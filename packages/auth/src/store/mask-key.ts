/**
 * The key under which a spec's `mask: hmac` hides values: made once, kept encrypted beside the spec as
 * `.decant/masks/<name>.jwe`. Another key would make equal values unequal, so a file that cannot be read
 * stops the run; it is never replaced by a new one.
 */
import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { Effect, Redacted } from "effect"
import { AuthError } from "../auth-error.ts"
import type { SpecPlace } from "../secret-text.ts"
import { createFile, errorCode, makeFolder, readIfThere } from "./durable-file.ts"
import { damaged, openText, sealText } from "./sealed-text.ts"
import { storeKey } from "./store-key.ts"

/** The key of the spec of this name: 32 random bytes, base64url. */
export const maskKey = Effect.fn("auth.maskKey")(function* (
  place: SpecPlace,
  name: string
): Effect.fn.Return<Redacted.Redacted<string>, AuthError> {
  const folder = join(place.folder, ".decant", "masks")
  const file = join(folder, `${name}.jwe`)
  const read = Effect.tryPromise({
    try: () => readIfThere(file),
    catch: (error) => damaged(file, errorCode(error))
  })
  const key = yield* storeKey(place.env, true)
  let sealed = yield* read
  if (sealed === null) {
    const made = yield* sealText(randomBytes(32).toString("base64url"), key)
    yield* Effect.tryPromise({
      try: async () => {
        await makeFolder(folder)
        // Of two first runs at once, both use the key of the one that was first.
        await createFile(file, `${made}\n`)
      },
      catch: (error) => AuthError.because("AUTH_STORE_WRITE", { file, detail: errorCode(error) })
    })
    sealed = yield* read
  }
  return Redacted.make(yield* openText(sealed ?? "", file, key), { label: "mask key" })
})
