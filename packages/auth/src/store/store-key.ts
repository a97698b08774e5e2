/** The key under which logins are stored: `DECANT_KEY`, or a file that only this user may read. */
import { createHash, randomBytes } from "node:crypto"
import { stat } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { AuthError } from "../auth-error.ts"
import type { SpecPlace } from "../secret-text.ts"
import { createFile, errorCode, makeFolder, readIfThere } from "./durable-file.ts"

export interface StoreKey {
  readonly bytes: Uint8Array
  /** Tells keys apart without telling anything about them. */
  readonly id: string
  /** What messages call it. */
  readonly name: string
}

const keyBytes = 32

const unusable = (detail: string) => AuthError.because("AUTH_STORE_KEY", { detail })

const parse = (text: string): Uint8Array | null => {
  const clean = text.trim()
  if (/^[0-9a-f]{64}$/i.test(clean)) return Buffer.from(clean, "hex")
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(clean)) return null
  const bytes = Buffer.from(clean, "base64")
  return bytes.length === keyBytes ? bytes : null
}

const keyOf = (text: string, name: string): StoreKey | AuthError => {
  const bytes = parse(text)
  if (bytes === null) return unusable(`${name} is not 32 bytes in base64 or hex`)
  const id = createHash("sha256").update("decant store key").update(bytes).digest("base64url").slice(0, 12)
  return { bytes, id, name }
}

/** The folder of what belongs to the user rather than to one spec. */
const homeFolder = (env: SpecPlace["env"]): string => env.DECANT_HOME ?? join(homedir(), ".decant")

const fromFile = async (path: string): Promise<StoreKey | AuthError> => {
  const text = await readIfThere(path)
  if (text === null) return unusable(`${path} is missing`)
  const { mode } = await stat(path)
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    return unusable(`${path} may be read by others`)
  }
  return keyOf(text, path)
}

const fromHome = async (folder: string, make: boolean): Promise<StoreKey | AuthError> => {
  const path = join(folder, "key")
  if (make) {
    await makeFolder(folder)
    if ((await readIfThere(path)) === null) {
      await createFile(path, `${randomBytes(keyBytes).toString("base64")}\n`)
    }
  }
  return fromFile(path)
}

/** `make` allows a key file to be created; reading a stored login never needs a new key. */
export const storeKey = Effect.fnUntraced(function* (env: SpecPlace["env"], make: boolean) {
  const given = env.DECANT_KEY?.trim()
  const key = yield* Effect.tryPromise({
    try: async () => (given ? keyOf(given, "DECANT_KEY") : await fromHome(homeFolder(env), make)),
    catch: (error) => unusable(`${join(homeFolder(env), "key")}: ${errorCode(error)}`)
  })
  if (key instanceof AuthError) return yield* key
  return key
})
