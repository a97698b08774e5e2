/** The stored logins of a folder: list, rename, end. */
import { join } from "node:path"
import { Effect, type Result } from "effect"
import type { HttpClient } from "effect/http"
import { AuthError } from "../auth-error.ts"
import { post } from "../oauth-http.ts"
import type { SpecPlace } from "../secret-text.ts"
import type { Connection } from "../store/connection.ts"
import { connectionStore } from "../store/connection-store.ts"
import { holdLock } from "../store/lock-file.ts"

/** A stored login without its secrets. */
export type ConnectionRecord = Pick<
  Connection,
  "name" | "method" | "login" | "clientId" | "instanceUrl" | "org" | "connectedAt" | "lastUsedAt"
>

export interface ListedConnection {
  readonly name: string
  readonly connection: Result.Result<ConnectionRecord, AuthError>
}

const recordOf = (connection: Connection): ConnectionRecord => {
  const { name, method, login, clientId, instanceUrl, org, connectedAt, lastUsedAt } = connection
  return { name, method, login, clientId, instanceUrl, org, connectedAt, lastUsedAt }
}

const missing = (name: string) => AuthError.because("AUTH_NOT_CONNECTED", { connection: name, detail: "" })

const stored = Effect.fnUntraced(function* (place: SpecPlace, name: string) {
  const connection = yield* connectionStore(place).read(name)
  return connection ?? (yield* missing(name))
})

/** One that cannot be read is listed with the reason. */
export const listConnections = Effect.fn("auth.listConnections")(function* (
  place: SpecPlace
): Effect.fn.Return<ReadonlyArray<ListedConnection>, AuthError> {
  const names = yield* connectionStore(place).names
  return yield* Effect.forEach(names, (name) =>
    stored(place, name).pipe(
      Effect.map(recordOf),
      Effect.result,
      Effect.map((connection) => ({ name, connection }))
    )
  )
})

export const renameConnection = Effect.fn("auth.renameConnection")(function* (
  place: SpecPlace,
  from: string,
  to: string
): Effect.fn.Return<void, AuthError> {
  const store = connectionStore(place)
  yield* stored(place, from)
  yield* Effect.gen(function* () {
    yield* holdLock(join(store.folder, `${from}.lock`), from)
    yield* holdLock(join(store.folder, `${to}.lock`), to)
    const connection = yield* stored(place, from)
    if ((yield* store.read(to)) !== null) {
      return yield* AuthError.because("AUTH_NAME_TAKEN", { connection: to })
    }
    yield* store.write({ ...connection, name: to })
    yield* store.remove(from)
  }).pipe(Effect.scoped)
})

/** Ends the login at Salesforce, then forgets it. Where Salesforce cannot be reached it is kept. */
export const disconnect = Effect.fn("auth.disconnect")(function* (
  place: SpecPlace,
  name: string
): Effect.fn.Return<void, AuthError, HttpClient.HttpClient> {
  const store = connectionStore(place)
  yield* stored(place, name)
  yield* Effect.gen(function* () {
    yield* holdLock(join(store.folder, `${name}.lock`), name)
    const connection = yield* stored(place, name)
    yield* post({
      url: `${connection.login}/services/oauth2/revoke`,
      form: { token: connection.refreshToken },
      details: { host: connection.login, connection: name }
    }).pipe(
      Effect.asVoid,
      // Ended already, which is what was wanted.
      Effect.catchIf(
        (error) => error.code === "AUTH_TOKEN_UNKNOWN" || error.code === "AUTH_REFRESH_TOKEN_DEAD",
        () => Effect.void
      )
    )
    yield* store.remove(name)
  }).pipe(Effect.scoped)
})
