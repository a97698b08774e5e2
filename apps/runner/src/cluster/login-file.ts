/**
 * The login that `decant connect` left in a file beside the spec, when the workers' logins are in the database. It is
 * put there once, while the database has none of that name. A refresh token that works once may only be in one place:
 * where the app replaces them, the file goes.
 */

import type { AuthError, Connection, connectionFiles } from "@decant/auth"
import { Effect } from "effect"

interface LoginFile {
  readonly files: ReturnType<typeof connectionFiles>
  readonly name: string
  readonly notice: (text: string) => Effect.Effect<void>
}

const mayBeInTwoPlaces = ({ rotates }: Connection): boolean => rotates === false

const isSameLogin = (one: Connection, other: Connection): boolean =>
  one.clientId === other.clientId && one.login === other.login && one.connectedAt === other.connectedAt

const nowShared = (name: string, gone: boolean): string =>
  `The login ${name} is in the cluster's database now, for all workers.${
    gone ? " Its file here is removed: the app replaces refresh tokens, so only one place may keep them." : ""
  }`

/** `put` says whether the database had none. False when there is no file. */
export const bringIn = Effect.fnUntraced(function* (
  { files, name, notice }: LoginFile,
  put: (connection: Connection) => Effect.Effect<boolean, AuthError>
) {
  if ((yield* files.read(name)) === null) return false
  const file = yield* files.hold(name)
  const connection = yield* file.read
  if (connection === null || !(yield* put(connection))) return true
  const gone = !mayBeInTwoPlaces(connection)
  if (gone) yield* file.remove
  yield* notice(nowShared(name, gone))
  return true
}, Effect.scoped)

/** A file that was left over when its login had been brought in goes; one of another login is only spoken of. */
export const compareFile = Effect.fnUntraced(function* (
  { files, name, notice }: LoginFile,
  shared: Connection
) {
  const found = yield* files.read(name).pipe(Effect.orElseSucceed(() => null))
  if (found === null) return
  if (!isSameLogin(found, shared)) {
    return yield* notice(
      `The login ${name} in the cluster's database is another than the one in ${files.folder}; workers use the database's. \`decant connect --cluster URL\` puts a new one there.`
    )
  }
  if (mayBeInTwoPlaces(shared)) return
  const file = yield* files.hold(name)
  yield* file.remove
  yield* notice(nowShared(name, true))
}, Effect.scoped)
