/**
 * One encrypted file per stored login, `.decant/connections/<name>.jwe` beside the spec: compact JWE, direct
 * encryption by A256GCM. https://www.rfc-editor.org/rfc/rfc7516
 *
 * A file that cannot be read is never taken for a missing one: nobody is logged in anew behind an operator's back.
 */
import { readdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Schema } from "effect"
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from "jose"
import { AuthError } from "../auth-error.ts"
import type { SpecPlace } from "../secret-text.ts"
import { Connection } from "./connection.ts"
import { errorCode, makeFolder, readIfThere, replaceFile } from "./durable-file.ts"
import { type StoreKey, storeKey } from "./store-key.ts"

export interface ConnectionStore {
  readonly folder: string
  /** Null when there is no such login. */
  readonly read: (name: string) => Effect.Effect<Connection | null, AuthError>
  /** On disk, synced, when it succeeds. */
  readonly write: (connection: Connection) => Effect.Effect<void, AuthError>
  readonly remove: (name: string) => Effect.Effect<void, AuthError>
  readonly names: Effect.Effect<ReadonlyArray<string>, AuthError>
}

const extension = ".jwe"

const Json = Schema.fromJsonString(Connection)
const decode = Schema.decodeUnknownEffect(Json)
const encode = Schema.encodeEffect(Json)

const keyIdOf = (text: string): string | undefined => {
  try {
    return decodeProtectedHeader(text).kid
  } catch {
    return undefined
  }
}

const open = Effect.fnUntraced(function* (text: string, file: string, name: string, key: StoreKey) {
  const damaged = (detail: string) => AuthError.because("AUTH_STORE_DAMAGED", { file, detail })
  const plain = yield* Effect.tryPromise({
    try: () =>
      compactDecrypt(text.trim(), key.bytes, {
        keyManagementAlgorithms: ["dir"],
        contentEncryptionAlgorithms: ["A256GCM"]
      }),
    catch: () => {
      const id = keyIdOf(text)
      return damaged(
        id !== undefined && id !== key.id
          ? `it was encrypted with another key than ${key.name}`
          : "it was cut short or changed"
      )
    }
  })
  const connection = yield* decode(new TextDecoder().decode(plain.plaintext)).pipe(
    Effect.mapError(() => damaged("what it holds is not a login of this version"))
  )
  if (connection.name !== name) return yield* damaged(`it holds the login ${connection.name}`)
  return connection
})

const seal = Effect.fnUntraced(function* (connection: Connection, key: StoreKey) {
  const text = yield* Effect.orDie(encode(connection))
  return yield* Effect.promise(() =>
    new CompactEncrypt(new TextEncoder().encode(text))
      .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid: key.id })
      .encrypt(key.bytes)
  )
})

export const connectionStore = (place: SpecPlace): ConnectionStore => {
  const folder = join(place.folder, ".decant", "connections")
  const fileOf = (name: string): string => join(folder, `${name}${extension}`)
  const unreadable = (file: string) => (error: unknown) =>
    AuthError.because("AUTH_STORE_DAMAGED", { file, detail: errorCode(error) })
  const unwritable = (file: string) => (error: unknown) =>
    AuthError.because("AUTH_STORE_WRITE", { file, detail: errorCode(error) })

  return {
    folder,
    read: Effect.fnUntraced(function* (name) {
      const file = fileOf(name)
      const text = yield* Effect.tryPromise({ try: () => readIfThere(file), catch: unreadable(file) })
      if (text === null) return null
      return yield* open(text, file, name, yield* storeKey(place.env, false))
    }),
    write: Effect.fnUntraced(function* (connection) {
      const file = fileOf(connection.name)
      const text = yield* seal(connection, yield* storeKey(place.env, true))
      yield* Effect.tryPromise({
        try: async () => {
          await makeFolder(folder)
          await replaceFile(file, `${text}\n`)
        },
        catch: unwritable(file)
      })
    }),
    remove: (name) =>
      Effect.tryPromise({ try: () => rm(fileOf(name), { force: true }), catch: unwritable(fileOf(name)) }),
    names: Effect.tryPromise({
      try: async () => {
        const files = await readdir(folder).catch((error: unknown) => {
          if (errorCode(error) === "ENOENT") return []
          throw error
        })
        return files
          .filter((file) => file.endsWith(extension))
          .map((file) => file.slice(0, -extension.length))
          .sort()
      },
      catch: unreadable(folder)
    })
  }
}
