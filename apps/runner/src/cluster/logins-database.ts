/**
 * Connections to the cluster's database for stored logins: one for each question and one for as long as a login is
 * held. None is kept in between, so after a restart of the database the next one simply connects again.
 *
 * A session ends with its process or machine, and after three minutes without a statement: a worker that is frozen
 * gives up what it holds. https://www.postgresql.org/docs/current/runtime-config-client.html
 */
import { AuthError } from "@decant/auth"
import { codeOf, connectTo, type Target, targetOf } from "@decant/destinations/postgres/connection"
import { Effect, Redacted, Schedule, type Scope } from "effect"
import { createTables } from "./login-rows.ts"

export interface Answer {
  readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>
  /** How many rows the statement found or changed. */
  readonly count: number
}

export interface LoginSession {
  /** Fails with AUTH_STORE_LOST when the connection broke: then nobody knows whether the statement was done. */
  readonly ask: (sql: string, values: ReadonlyArray<unknown>) => Effect.Effect<Answer, AuthError>
}

export interface LoginsDatabase {
  /** A connection until the scope closes. A database that is away is waited for, up to a minute. */
  readonly open: (login: string) => Effect.Effect<LoginSession, AuthError, Scope.Scope>
}

const settings = [
  "SET search_path = ''",
  "SET client_min_messages = warning",
  "SET statement_timeout = '15s'",
  "SET lock_timeout = '15s'",
  "SET idle_session_timeout = '3min'",
  "SET tcp_keepalives_idle = 15",
  "SET tcp_keepalives_interval = 5",
  "SET tcp_keepalives_count = 3"
].join("; ")

const answerMillis = 20_000
const goodbyeMillis = 2_000

const patience = Schedule.exponential("100 millis", 1.7).pipe(
  (backOff) => Schedule.min([backOff, Schedule.spaced("2 seconds")]),
  Schedule.jittered,
  Schedule.upTo({ duration: "1 minute" })
)

interface Refusal {
  /** The connection broke or there is none yet: another try may help. */
  readonly passing: boolean
  readonly detail: string
}

const passingCodes =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|08\w{3}|57P0\d|53300)$/
const passingTexts =
  /timeout expired|connection timeout|read timeout|Connection terminated|connection error|not queryable|Client was closed/i

const textOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).split("\n")[0]?.replace(/\.$/, "") ?? ""

const refusalOf = (cause: unknown): Refusal => {
  const code = codeOf(cause)
  const text = textOf(cause)
  return { passing: passingCodes.test(code) || passingTexts.test(text), detail: text === "" ? code : text }
}

type Client = Awaited<ReturnType<typeof connectTo>>

/** A server that is gone does not answer a goodbye. */
const sayGoodbye = (client: Client) =>
  Effect.promise(() => {
    const late = new Promise<void>((resolve) => {
      setTimeout(resolve, goodbyeMillis).unref()
    })
    return Promise.race([client.end().catch(() => undefined), late])
  })

const connect = (target: Target) =>
  Effect.tryPromise({
    try: () => connectTo({ ...target, config: { ...target.config, query_timeout: answerMillis } }, settings),
    catch: refusalOf
  }).pipe(
    Effect.retry({ schedule: patience, while: ({ passing }) => passing }),
    Effect.mapError(({ detail }) =>
      AuthError.because("AUTH_STORE_UNREACHABLE", { host: target.location, detail })
    )
  )

/** `url` is that of `--cluster`. */
export const loginsDatabase = (url: Redacted.Redacted<string>): LoginsDatabase => {
  let isPrepared = false
  const target = targetOf("The `--cluster` URL", Redacted.value(url), ".").pipe(
    Effect.mapError(({ message, fix }) =>
      AuthError.of({
        code: "AUTH_STORE_UNREACHABLE",
        message,
        fix,
        retryable: false,
        tryAgainSoon: false,
        disposition: "spec"
      })
    )
  )

  const open = Effect.fnUntraced(function* (login: string) {
    const at = yield* target
    const client = yield* Effect.acquireRelease(connect(at), sayGoodbye)
    const ask: LoginSession["ask"] = (sql, values) =>
      Effect.uninterruptible(
        Effect.tryPromise({
          try: async () => {
            const { rows, rowCount } = await client.query(sql, values.length === 0 ? undefined : [...values])
            return { rows, count: rowCount ?? 0 }
          },
          catch: (cause) => {
            const { passing, detail } = refusalOf(cause)
            return passing
              ? AuthError.because("AUTH_STORE_LOST", { connection: login, detail })
              : AuthError.because("AUTH_STORE_UNREACHABLE", { host: at.location, detail })
          }
        })
      )
    if (!isPrepared) {
      yield* createTables(ask)
      isPrepared = true
    }
    return { ask }
  })
  return { open }
}

/** Where its connection broke, another one asks the same again. */
export const askAgain = <A>(
  database: LoginsDatabase,
  login: string,
  question: (session: LoginSession) => Effect.Effect<A, AuthError>
): Effect.Effect<A, AuthError> =>
  Effect.scoped(Effect.flatMap(database.open(login), question)).pipe(
    Effect.retry({
      times: 5,
      schedule: Schedule.spaced("200 millis"),
      while: ({ code }) => code === "AUTH_STORE_LOST"
    })
  )
