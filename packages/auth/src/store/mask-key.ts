/**
 * The key under which a spec's `mask: hmac` hides values: made once, kept encrypted beside the spec as
 * `.decant/masks/<name>.jwe`. Another key would make equal values unequal, so a file that cannot be read
 * stops the run; it is never replaced by a new one.
 */
import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { Context, Effect, Redacted } from "effect"
import { AuthError } from "../auth-error.ts"
import type { SpecPlace } from "../secret-text.ts"
import { createFile, errorCode, makeFolder, readIfThere } from "./durable-file.ts"
import { damaged, openText, sealText } from "./sealed-text.ts"
import { storeKey } from "./store-key.ts"

type Secret = Redacted.Redacted<string>

const secretOf = (text: string): Secret => Redacted.make(text, { label: "mask key" })

/** 32 random bytes, base64url. */
export const newMaskKey: Effect.Effect<Secret> = Effect.sync(() =>
  secretOf(randomBytes(32).toString("base64url"))
)

export const sealMaskKey = Effect.fnUntraced(function* (
  key: Secret,
  env: SpecPlace["env"]
): Effect.fn.Return<string, AuthError> {
  return yield* sealText(Redacted.value(key), yield* storeKey(env, true))
})

/** `file` is what messages call it. */
export const openMaskKey = Effect.fnUntraced(function* (
  sealed: string,
  file: string,
  env: SpecPlace["env"]
): Effect.fn.Return<Secret, AuthError> {
  return secretOf(yield* openText(sealed, file, yield* storeKey(env, false)))
})

interface MaskKeyFile {
  /** Null when there is none. */
  readonly read: Effect.Effect<Secret | null, AuthError>
  /** Leaves a file alone that is there already. */
  readonly put: (key: Secret) => Effect.Effect<void, AuthError>
}

export const maskKeyFile = (place: SpecPlace, name: string): MaskKeyFile => {
  const folder = join(place.folder, ".decant", "masks")
  const file = join(folder, `${name}.jwe`)
  return {
    read: Effect.gen(function* () {
      const sealed = yield* Effect.tryPromise({
        try: () => readIfThere(file),
        catch: (error) => damaged(file, errorCode(error))
      })
      return sealed === null ? null : yield* openMaskKey(sealed, file, place.env)
    }),
    put: Effect.fnUntraced(function* (key: Secret) {
      const sealed = yield* sealMaskKey(key, place.env)
      yield* Effect.tryPromise({
        try: async () => {
          await makeFolder(folder)
          await createFile(file, `${sealed}\n`)
        },
        catch: (error) => AuthError.because("AUTH_STORE_WRITE", { file, detail: errorCode(error) })
      })
    })
  }
}

const keyInFile = Effect.fnUntraced(function* (place: SpecPlace, name: string) {
  const file = maskKeyFile(place, name)
  const found = yield* file.read
  if (found !== null) return found
  const made = yield* newMaskKey
  yield* file.put(made)
  // Of two first runs at once, both use the key of the one that was first.
  return (yield* file.read) ?? made
})

/** Where the keys of masks are kept: the files beside the specs, unless whoever runs us has another place. */
export const MaskKeys = Context.Reference<
  (place: SpecPlace, name: string) => Effect.Effect<Redacted.Redacted<string>, AuthError>
>("auth/MaskKeys", { defaultValue: () => keyInFile })

/** The key of the spec of this name. */
export const maskKey = Effect.fn("auth.maskKey")(function* (
  place: SpecPlace,
  name: string
): Effect.fn.Return<Redacted.Redacted<string>, AuthError> {
  return yield* (yield* MaskKeys)(place, name)
})
