/** The stored logins: list, rename, end. */
import { Effect, type Result } from "effect"
import type { HttpClient } from "effect/http"
import { AuthError } from "../auth-error.ts"
import { post } from "../oauth-http.ts"
import type { SpecPlace } from "../secret-text.ts"
import type { Connection } from "../store/connection.ts"
import { type ConnectionStore, ConnectionStores } from "../store/connection-store.ts"

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

const present = <E>(read: Effect.Effect<Connection | null, E>, name: string) =>
  Effect.filterOrFail(
    read,
    (connection) => connection !== null,
    () => missing(name)
  )

const stored = (store: ConnectionStore, name: string) => present(store.read(name), name)

/** One that cannot be read is listed with the reason. */
export const listConnections = Effect.fn("auth.listConnections")(function* (
  place: SpecPlace
): Effect.fn.Return<ReadonlyArray<ListedConnection>, AuthError> {
  const store = (yield* ConnectionStores)(place)
  const names = yield* store.names
  return yield* Effect.forEach(names, (name) =>
    stored(store, name).pipe(
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
  const store = (yield* ConnectionStores)(place)
  yield* stored(store, from)
  yield* Effect.gen(function* () {
    const old = yield* store.hold(from)
    const renamed = yield* store.hold(to)
    const connection = yield* present(old.read, from)
    if ((yield* renamed.read) !== null) {
      return yield* AuthError.because("AUTH_NAME_TAKEN", { connection: to })
    }
    yield* renamed.write({ ...connection, name: to })
    yield* old.remove
  }).pipe(Effect.scoped)
})

/** Ends the login at Salesforce, then forgets it. Where Salesforce cannot be reached it is kept. */
export const disconnect = Effect.fn("auth.disconnect")(function* (
  place: SpecPlace,
  name: string
): Effect.fn.Return<void, AuthError, HttpClient.HttpClient> {
  const store = (yield* ConnectionStores)(place)
  yield* stored(store, name)
  yield* Effect.gen(function* () {
    const held = yield* store.hold(name)
    const connection = yield* present(held.read, name)
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
    yield* held.remove
  }).pipe(Effect.scoped)
})
