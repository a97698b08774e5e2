/**
 * Logins that are kept between runs and renewed by a refresh token. Every run of every process shares the stored
 * access token; one process at a time renews it.
 *
 * With rotation a refresh token works once, so what is known about it must be on disk before anything depends on
 * it: that it is about to be sent, and the new one before the new access token is used. Where the process or the
 * network breaks off in between, nobody can tell whether the token was used; it is then asked about, where the app
 * has a secret to ask with, and never simply sent again.
 *
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_refresh_token_flow.htm
 */
import { instantFromMillis } from "@decant/connector"
import { Clock, Effect, Fiber, type Redacted, Schedule } from "effect"
import { type HttpClient, HttpClientRequest } from "effect/http"
import { AuthError } from "../auth-error.ts"
import type { ErrorCode } from "../error-catalogue.ts"
import type { Login, LoginPlace } from "../method.ts"
import { backOff, post, postOnce, send } from "../oauth-http.ts"
import type { Connection } from "../store/connection.ts"
import { type ConnectionStore, ConnectionStores, type HeldConnection } from "../store/connection-store.ts"
import { sameSecret, type Token } from "../token.ts"
import { requestToken } from "../token-request.ts"

export interface OAuthClient {
  readonly clientId: string
  /** Null for a public app. */
  readonly secret: Redacted.Redacted<string> | null
}

interface Keeper {
  readonly store: ConnectionStore
  readonly place: LoginPlace
  readonly client: OAuthClient
}

/** While nobody else may renew the login. */
interface Holder extends Keeper {
  readonly held: HeldConnection
}

/**
 * A token may be sent this long after its mark was begun. Whoever was stopped for longer in between may have been
 * taken for dead, and another may have the token now.
 */
const markLastsMillis = 20_000

/** Failures after which the refresh token may or may not have been used. All others are known not to use it. */
const uncertain: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "NET_BROKEN",
  "NET_TIMEOUT",
  "AUTH_ANSWER_UNREADABLE",
  "AUTH_UNTRUSTED_HOST"
])

const secretForm = ({ secret }: OAuthClient) => (secret === null ? {} : { client_secret: secret })

const tokenIn = (connection: Connection): Token => ({
  accessToken: connection.accessToken,
  instanceUrl: connection.instanceUrl,
  identityUrl: connection.identityUrl
})

const isRejected = (connection: Connection, rejected: Token | null): boolean =>
  rejected !== null && sameSecret(rejected.accessToken, connection.accessToken)

const checked = Effect.fnUntraced(function* ({ place, client }: Keeper, connection: Connection | null) {
  const missing = (detail: string) =>
    AuthError.because("AUTH_NOT_CONNECTED", { connection: place.connection, detail })
  if (connection === null) return yield* missing("")
  if (connection.login !== place.login) {
    return yield* missing(`: the one stored is for ${connection.login}, the spec says ${place.login}`)
  }
  if (connection.clientId !== client.clientId) return yield* missing(": the one stored is of another app")
  return connection
})

const readConnection = (keeper: Keeper) =>
  Effect.flatMap(keeper.store.read(keeper.place.connection), (connection) => checked(keeper, connection))

/** Once begun it goes on to its end, though its caller be interrupted; its own time limits still hold. */
const toTheEnd = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptible(Effect.flatMap(Effect.forkDetach(effect), Fiber.join))

/** Whether Salesforce still takes the refresh token, without using it. Null where it does not say. */
const isUnused = Effect.fnUntraced(function* ({ place, client }: Keeper, connection: Connection) {
  if (client.secret === null) return null
  const answer = yield* post({
    url: `${place.login}/services/oauth2/introspect`,
    form: {
      token: connection.refreshToken,
      token_type_hint: "refresh_token",
      client_id: client.clientId,
      client_secret: client.secret
    },
    details: { client: client.clientId, connection: connection.name }
  }).pipe(
    Effect.catchIf(
      (error) => !error.retryable,
      () => Effect.succeed(null)
    )
  )
  const active = (answer?.json as { readonly active?: unknown } | null | undefined)?.active
  return typeof active === "boolean" ? active : null
})

const interrupted = (connection: Connection): AuthError =>
  AuthError.because("AUTH_REFRESH_INTERRUPTED", {
    connection: connection.name,
    detail: connection.refreshing?.since ?? "an unknown time"
  })

/** Decides what became of a refresh that broke off. */
const settle = Effect.fnUntraced(function* (keeper: Keeper, connection: Connection) {
  if (connection.refreshing === null) return connection
  const reusable = connection.rotates === false || (yield* isUnused(keeper, connection)) === true
  if (!reusable) return yield* interrupted(connection)
  return { ...connection, refreshing: null }
})

const now = Effect.map(Clock.currentTimeMillis, instantFromMillis)

const exchange = Effect.fnUntraced(function* ({ held, place, client }: Holder, connection: Connection) {
  const begun = yield* Clock.currentTimeMillis
  const since = instantFromMillis(begun)
  const marked: Connection = { ...connection, refreshing: { since, process: process.pid } }
  yield* held.write(marked)
  if ((yield* Clock.currentTimeMillis) - begun > markLastsMillis) {
    yield* held.write(connection)
    return yield* AuthError.because("AUTH_STORE_LOST", {
      connection: connection.name,
      detail: "writing it took too long"
    })
  }
  const outcome = yield* Effect.result(
    requestToken(place.login, {
      grant: "refresh",
      form: {
        grant_type: "refresh_token",
        refresh_token: connection.refreshToken,
        client_id: client.clientId,
        ...secretForm(client)
      },
      details: { client: client.clientId, connection: connection.name },
      by: postOnce
    })
  )
  if (outcome._tag === "Failure") {
    if (uncertain.has(outcome.failure.code)) return { ...marked, failure: outcome.failure }
    yield* held.write(connection)
    return yield* outcome.failure
  }
  const { answer, token } = outcome.success
  const next = answer.refresh_token ?? connection.refreshToken
  const renewed: Connection = {
    ...connection,
    refreshToken: next,
    rotates: !sameSecret(next, connection.refreshToken),
    accessToken: token.accessToken,
    instanceUrl: token.instanceUrl,
    identityUrl: token.identityUrl,
    refreshing: null,
    lastUsedAt: yield* now
  }
  // The one write that must not fail: the old token is gone.
  yield* held.write(renewed).pipe(Effect.retry({ times: 5, schedule: Schedule.spaced("200 millis") }))
  return { ...renewed, failure: null }
})

const refreshOnce = Effect.fnUntraced(function* (holder: Holder, connection: Connection) {
  if (connection.rotates !== false) {
    // A host that cannot be reached is found before the token is at stake, and the way to it is open.
    yield* send(HttpClientRequest.get(`${holder.place.login}/services/data`), holder.place.login)
  }
  const { failure, ...after } = yield* toTheEnd(exchange(holder, connection))
  if (failure === null) return after
  yield* holder.held.write(yield* settle(holder, after))
  return yield* failure
})

/** Under the lock: what another process has fetched meanwhile, or a new token. */
const renew = Effect.fnUntraced(function* (keeper: Keeper, rejected: Token | null) {
  const held = yield* keeper.store.hold(keeper.place.connection)
  const stored = yield* checked(keeper, yield* held.read)
  if (!isRejected(stored, rejected)) return tokenIn(stored)
  const connection = yield* settle(keeper, stored)
  return tokenIn(yield* refreshOnce({ ...keeper, held }, connection))
}, Effect.scoped)

export const storedLogin = Effect.fnUntraced(function* (
  place: LoginPlace,
  client: OAuthClient
): Effect.fn.Return<Login, AuthError, HttpClient.HttpClient> {
  const stores = yield* ConnectionStores
  const keeper: Keeper = { store: stores(place), place, client }
  yield* readConnection(keeper)
  return (rejected) =>
    Effect.gen(function* () {
      const stored = yield* readConnection(keeper)
      if (!isRejected(stored, rejected)) return tokenIn(stored)
      return yield* renew(keeper, rejected)
    }).pipe(Effect.retry({ schedule: backOff, while: (error) => error.tryAgainSoon }))
})
