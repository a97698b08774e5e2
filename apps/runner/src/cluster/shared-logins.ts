/**
 * Stored logins in the cluster's Postgres, for workers on several machines: one of them at a time renews a login, the
 * others go on with what it got. Use, around everything that opens sessions with an org:
 *
 *     Effect.provide(work, sharedLogins({ url, notice }))
 *
 * Nothing is asked of the database until a stored login is needed. The login is encrypted with the worker's own key
 * (`DECANT_KEY`, or the key file), which must be the same for all workers.
 *
 * What protects a refresh token that works once:
 * - an advisory lock, held by a connection that lives as long as its holder;
 * - each write names the version it has seen: of two holders (the database was restarted, a worker froze) one fails;
 * - the mark that a token is about to be sent (`refreshing` in packages/auth) is such a write, so one holder sends it;
 *   who finds a mark younger than any request waits for its end, whoever has the lock.
 */
import { randomUUID } from "node:crypto"
import {
  AuthError,
  type Connection,
  type ConnectionStore,
  ConnectionStores,
  connectionFiles,
  MaskKeys,
  openConnection,
  type SpecPlace,
  sealConnection
} from "@decant/auth"
import { Effect, Layer, type Redacted, Schedule } from "effect"
import { bringIn, compareFile } from "./login-file.ts"
import { isOnItsWay, type LoginRow, loginNames, readRow, removeRow, tryLock, writeRow } from "./login-rows.ts"
import { askAgain, type LoginSession, type LoginsDatabase, loginsDatabase } from "./logins-database.ts"
import { withOwnKey } from "./own-key.ts"
import { sharedMaskKeys } from "./shared-mask-keys.ts"

interface SharedLogins {
  /** As given by `--cluster`. */
  readonly url: Redacted.Redacted<string>
  readonly notice: (text: string) => Effect.Effect<void>
}

const openRow = ({ sealed }: LoginRow, name: string, env: SpecPlace["env"]) =>
  withOwnKey(openConnection({ text: sealed, name, file: `${name} in the cluster's database` }, env))

const lost = (name: string) =>
  AuthError.because("AUTH_STORE_LOST", {
    connection: name,
    detail: "another worker has written it meanwhile"
  })

const isLost = (error: AuthError): boolean => error.code === "AUTH_STORE_LOST"

const turns = Schedule.exponential("20 millis", 1.5).pipe(
  (backOff) => Schedule.min([backOff, Schedule.spaced("400 millis")]),
  Schedule.jittered
)
const patience = "2 minutes"

const takeTurn = Effect.fnUntraced(function* (database: LoginsDatabase, name: string) {
  const session = yield* database.open(name)
  const busy = AuthError.because("AUTH_STORE_LOCKED", { connection: name, detail: patience })
  yield* tryLock(session.ask, name).pipe(
    Effect.filterOrFail(
      (taken) => taken,
      () => busy
    ),
    Effect.retry({
      schedule: Schedule.upTo(turns, { duration: patience }),
      while: (error) => error === busy
    })
  )
  yield* isOnItsWay(session.ask, name).pipe(
    Effect.repeat({ schedule: Schedule.spaced("250 millis"), while: (onItsWay) => onItsWay })
  )
  return session
})

const sharedStore = (database: LoginsDatabase, place: SpecPlace): ConnectionStore => {
  const hold = Effect.fnUntraced(function* (name: string) {
    const session = yield* takeTurn(database, name).pipe(Effect.retry({ times: 3, while: isLost }))
    let seen = (yield* readRow(session.ask, name))?.version ?? null

    const change = Effect.fnUntraced(function* (by: (of: LoginSession) => Effect.Effect<boolean, AuthError>) {
      const done = yield* by(session).pipe(Effect.catchIf(isLost, () => askAgain(database, name, by)))
      if (!done) return yield* lost(name)
    })
    return {
      read: Effect.gen(function* () {
        const row = yield* readRow(session.ask, name)
        seen = row?.version ?? null
        return row === null ? null : yield* openRow(row, name, place.env)
      }),
      write: Effect.fnUntraced(function* (connection: Connection) {
        const sealed = yield* sealConnection(connection, place.env)
        const next = randomUUID()
        const renewing = connection.refreshing !== null && connection.rotates !== false
        yield* change(({ ask }) => writeRow(ask, { name, seen, next, renewing, sealed }))
        seen = next
      }),
      remove: change(({ ask }) => removeRow(ask, name, seen))
    }
  })
  return {
    hold,
    names: askAgain(database, "", ({ ask }) => loginNames(ask)),
    read: Effect.fnUntraced(function* (name: string) {
      const row = yield* askAgain(database, name, ({ ask }) => readRow(ask, name))
      return row === null ? null : yield* openRow(row, name, place.env)
    })
  }
}

/** The store, with what is in this machine's files brought in at the first use. */
const storesOf = (database: LoginsDatabase, notice: SharedLogins["notice"]) => {
  const compared = new Set<string>()

  return (place: SpecPlace): ConnectionStore => {
    const store = sharedStore(database, place)
    const files = connectionFiles(place)
    const putIfAbsent = Effect.fnUntraced(function* (connection: Connection) {
      const sealed = yield* sealConnection(connection, place.env)
      const { name, refreshing, rotates } = connection
      const renewing = refreshing !== null && rotates !== false
      const next = randomUUID()
      return yield* askAgain(database, name, ({ ask }) =>
        writeRow(ask, { name, seen: null, next, renewing, sealed })
      )
    })
    return {
      ...store,
      read: Effect.fnUntraced(function* (name) {
        const file = { files, name, notice }
        let connection = yield* store.read(name)
        if (connection === null && (yield* bringIn(file, putIfAbsent))) connection = yield* store.read(name)
        const key = `${files.folder} ${name}`
        if (connection === null || compared.has(key)) return connection
        compared.add(key)
        yield* compareFile(file, connection)
        return connection
      })
    }
  }
}

/** The stored logins, and the keys of masks, which must be the same on all machines as well. */
export const sharedLogins = ({ url, notice }: SharedLogins): Layer.Layer<never> =>
  Layer.suspend(() => {
    const database = loginsDatabase(url)
    return Layer.mergeAll(
      Layer.succeed(ConnectionStores, storesOf(database, notice)),
      Layer.succeed(MaskKeys, sharedMaskKeys(database))
    )
  })
