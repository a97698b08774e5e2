/**
 * One encrypted file per stored login, `.decant/connections/<name>.jwe` beside the spec.
 *
 * A file that cannot be read is never taken for a missing one: nobody is logged in anew behind an operator's back.
 */
import { readdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Schema } from "effect"
import { AuthError } from "../auth-error.ts"
import type { SpecPlace } from "../secret-text.ts"
import { Connection } from "./connection.ts"
import { errorCode, makeFolder, readIfThere, replaceFile } from "./durable-file.ts"
import { damaged, openText, sealText } from "./sealed-text.ts"
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

const open = Effect.fnUntraced(function* (text: string, file: string, name: string, key: StoreKey) {
  const connection = yield* decode(yield* openText(text, file, key)).pipe(
    Effect.mapError(() => damaged(file, "what it holds is not a login of this version"))
  )
  if (connection.name !== name) return yield* damaged(file, `it holds the login ${connection.name}`)
  return connection
})

const seal = Effect.fnUntraced(function* (connection: Connection, key: StoreKey) {
  return yield* sealText(yield* Effect.orDie(encode(connection)), key)
})

export const connectionStore = (place: SpecPlace): ConnectionStore => {
  const folder = join(place.folder, ".decant", "connections")
  const fileOf = (name: string): string => join(folder, `${name}${extension}`)
  const unreadable = (file: string) => (error: unknown) => damaged(file, errorCode(error))
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
