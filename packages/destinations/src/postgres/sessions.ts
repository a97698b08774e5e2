/**
 * Connections to the database: a few, kept for the next caller, set up alike. One that has failed is thrown away.
 * Losing a connection raises an event as well as an error; the event is swallowed, the error is told.
 */
import { createWriteStream } from "node:fs"
import { pipeline } from "node:stream/promises"
import { Effect, Exit, Scope } from "effect"
import pg, { type ClientBase } from "pg"
import { from, to } from "pg-copy-streams"
import { DestinationError } from "../destination-error.ts"
import type { Target } from "./connection-url.ts"
import { codeOf, failureOf, hasNoTls } from "./postgres-failure.ts"
import type { Sql } from "./sql.ts"

export interface Sessions {
  readonly location: string
  /** A connection for the time of the body. */
  readonly use: <A>(
    body: (sql: Sql) => Effect.Effect<A, DestinationError>
  ) => Effect.Effect<A, DestinationError>
}

/** Names are always written with their schema, so that nobody's function or operator takes their place. */
const sessionSettings = [
  "SET search_path = ''",
  "SET client_min_messages = warning",
  "SET TimeZone = 'UTC'",
  "SET DateStyle = 'ISO, YMD'",
  "SET extra_float_digits = 1",
  "SET standard_conforming_strings = on",
  "SET default_transaction_isolation = 'read committed'",
  "SET statement_timeout = 0",
  "SET idle_in_transaction_session_timeout = 0",
  "SET lock_timeout = 0",
  "SET jit = off"
].join("; ")

const oldest = 150_000

const tooOld = (version: string): DestinationError =>
  DestinationError.of(
    "NOT_SUPPORTED",
    `The server is Postgres ${version}; Decant needs 15 or newer.`,
    "Use a newer server, or another destination."
  )

const notUtf8 = (encoding: string): DestinationError =>
  DestinationError.of(
    "NOT_SUPPORTED",
    `The database is encoded in ${encoding}, which cannot hold every text of Salesforce.`,
    "Make a database with ENCODING 'UTF8' and name it in the spec's destination.url."
  )

export const connectTo = async (target: Target, settings: string): Promise<pg.Client> => {
  const once = async (config: pg.ClientConfig): Promise<pg.Client> => {
    const client = new pg.Client(config)
    client.on("error", () => undefined)
    try {
      await client.connect()
      await client.query(settings)
      return client
    } catch (cause) {
      await client.end().catch(() => undefined)
      throw cause
    }
  }
  try {
    return await once(target.config)
  } catch (cause) {
    if (target.orPlain && hasNoTls(cause)) return await once({ ...target.config, ssl: false })
    throw cause
  }
}

const checkServer = async (client: ClientBase): Promise<void> => {
  const result = await client.query(
    "SELECT current_setting('server_version_num')::integer AS number, current_setting('server_version') AS version, current_setting('server_encoding') AS encoding"
  )
  const { number, version, encoding } = result.rows[0]
  if (number < oldest) throw tooOld(version)
  if (encoding !== "UTF8") throw notUtf8(encoding)
}

const sqlOf = (location: string, client: ClientBase): Sql => {
  // A statement that has begun is waited for: the next one would queue behind it anyway.
  const attempt = <A>(run: () => Promise<A>) =>
    Effect.uninterruptible(Effect.tryPromise({ try: run, catch: (cause) => failureOf(location, cause) }))
  return {
    run: (sql, values) =>
      attempt(async () => (await client.query(sql, values === undefined ? [] : [...values])).rowCount ?? 0),
    rows: (sql, values) =>
      attempt(async () => (await client.query(sql, values === undefined ? [] : [...values])).rows),
    refusedWith: (sql, codes) =>
      attempt(async () => {
        await client.query("SAVEPOINT attempt")
        try {
          await client.query(sql)
          await client.query("RELEASE SAVEPOINT attempt")
          return null
        } catch (cause) {
          if (!codes.includes(codeOf(cause))) throw cause
          await client.query("ROLLBACK TO SAVEPOINT attempt")
          return codeOf(cause)
        }
      }),
    copyIn: (sql, streams) =>
      attempt(async () => {
        const copy = client.query(from(sql))
        await pipeline([...streams(), copy])
        return copy.rowCount
      }),
    copyOut: (sql, path) =>
      attempt(() => pipeline(client.query(to(sql)), createWriteStream(path, { mode: 0o600 })))
  }
}

export const openSessions = Effect.fnUntraced(function* (
  target: Target
): Effect.fn.Return<Sessions, never, Scope.Scope> {
  const idle: Array<pg.Client> = []
  const end = (client: pg.Client) => Effect.promise(() => client.end().catch(() => undefined))
  yield* Scope.addFinalizer(
    yield* Effect.scope,
    Effect.suspend(() => Effect.forEach(idle.splice(0), end, { discard: true }))
  )
  const connect = Effect.tryPromise({
    try: async () => {
      const client = await connectTo(target, sessionSettings)
      client.once("end", () => {
        const at = idle.indexOf(client)
        if (at >= 0) idle.splice(at, 1)
      })
      await checkServer(client)
      return client
    },
    catch: (cause) => failureOf(target.location, cause)
  })
  const use: Sessions["use"] = (body) =>
    Effect.acquireUseRelease(
      Effect.suspend(() => {
        const free = idle.pop()
        return free === undefined ? connect : Effect.succeed(free)
      }),
      (client) => body(sqlOf(target.location, client)),
      (client, exit) => (Exit.isSuccess(exit) ? Effect.sync(() => void idle.push(client)) : end(client))
    )
  return { location: target.location, use }
})
