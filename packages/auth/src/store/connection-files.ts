/**
 * One encrypted file per stored login, `.decant/connections/<name>.jwe` beside the spec.
 *
 * A file that cannot be read is never taken for a missing one: nobody is logged in anew behind an operator's back.
 */
import { readdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import { AuthError } from "../auth-error.ts"
import type { SpecPlace } from "../secret-text.ts"
import type { Connection } from "./connection.ts"
import type { ConnectionStore } from "./connection-store.ts"
import { errorCode, makeFolder, readIfThere, replaceFile } from "./durable-file.ts"
import { holdLock } from "./lock-file.ts"
import { openConnection, sealConnection } from "./sealed-connection.ts"
import { damaged } from "./sealed-text.ts"

interface ConnectionFiles extends ConnectionStore {
  readonly folder: string
  /** On disk, synced, when it succeeds. */
  readonly write: (connection: Connection) => Effect.Effect<void, AuthError>
  readonly remove: (name: string) => Effect.Effect<void, AuthError>
}

const extension = ".jwe"

export const connectionFiles = (place: SpecPlace): ConnectionFiles => {
  const folder = join(place.folder, ".decant", "connections")
  const fileOf = (name: string): string => join(folder, `${name}${extension}`)
  const unreadable = (file: string) => (error: unknown) => damaged(file, errorCode(error))
  const unwritable = (file: string) => (error: unknown) =>
    AuthError.because("AUTH_STORE_WRITE", { file, detail: errorCode(error) })

  const read = Effect.fnUntraced(function* (name: string) {
    const file = fileOf(name)
    const text = yield* Effect.tryPromise({ try: () => readIfThere(file), catch: unreadable(file) })
    return text === null ? null : yield* openConnection({ text, name, file }, place.env)
  })

  const write = Effect.fnUntraced(function* (connection: Connection) {
    const file = fileOf(connection.name)
    const text = yield* sealConnection(connection, place.env)
    yield* Effect.tryPromise({
      try: async () => {
        await makeFolder(folder)
        await replaceFile(file, `${text}\n`)
      },
      catch: unwritable(file)
    })
  })

  const remove = (name: string) =>
    Effect.tryPromise({ try: () => rm(fileOf(name), { force: true }), catch: unwritable(fileOf(name)) })

  const names = Effect.tryPromise({
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

  const hold = Effect.fnUntraced(function* (name: string) {
    yield* Effect.tryPromise({ try: () => makeFolder(folder), catch: unwritable(fileOf(name)) })
    yield* holdLock(join(folder, `${name}.lock`), name)
    return { read: read(name), write, remove: remove(name) }
  })

  return { folder, read, write, remove, names, hold }
}
