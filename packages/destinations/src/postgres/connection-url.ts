/**
 * What a Postgres URL asks for, in the terms of `libpq`: https://www.postgresql.org/docs/current/libpq-connect.html.
 * `pg` reads `sslmode` in a way of its own, so the URL is read here. Without `sslmode` a server on another machine
 * must offer TLS; a certificate is verified where `sslmode` or `sslrootcert` asks for it, as `libpq` does.
 */
import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import type { ConnectionOptions } from "node:tls"
import { Effect } from "effect"
import type { ClientConfig } from "pg"
import { DestinationError } from "../destination-error.ts"

export interface Target {
  readonly config: ClientConfig
  /** For people: host, port and database, never the password. */
  readonly location: string
  /** Another try without TLS where the server has none (`sslmode=prefer`). */
  readonly orPlain: boolean
}

const invalid = (called: string, why: string): DestinationError =>
  DestinationError.of(
    "DESTINATION_URL_INVALID",
    `${called} is not a Postgres URL that Decant can use: ${why}.`,
    "Write it as postgres://user:password@host:5432/database?sslmode=verify-full, with % codes for special characters in the password."
  )

const modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const
type Mode = (typeof modes)[number]

const parameters = new Set([
  "sslmode",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "application_name",
  "connect_timeout",
  "host",
  "port",
  "user",
  "password",
  "dbname",
  "options"
])

const isLocal = (host: string): boolean =>
  host === "" || host === "localhost" || host.startsWith("/") || host === "::1" || /^127\./.test(host)

const parse = (text: string): URL | null => {
  try {
    const url = new URL(text)
    return /^postgres(ql)?:$/.test(url.protocol) ? url : null
  } catch {
    return null
  }
}

interface Tls {
  readonly ssl: ConnectionOptions | false
  readonly orPlain: boolean
}

const tlsOf = async (url: URL, host: string, folder: string): Promise<Tls> => {
  const of = (name: string): string | null => url.searchParams.get(name)
  const file = async (name: string): Promise<string | undefined> => {
    const path = of(name)
    if (path === null || path === "system") return undefined
    return await readFile(resolve(folder, path), "utf8")
  }
  const mode = (of("sslmode") ?? (isLocal(host) ? "disable" : "require")) as Mode
  if (mode === "disable" || host.startsWith("/")) return { ssl: false, orPlain: false }
  const [ca, cert, key] = [await file("sslrootcert"), await file("sslcert"), await file("sslkey")]
  const chain = mode.startsWith("verify") || of("sslrootcert") !== null
  const ssl: ConnectionOptions = {
    rejectUnauthorized: chain,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(mode === "verify-full" ? {} : { checkServerIdentity: () => undefined })
  }
  return { ssl, orPlain: mode === "allow" || mode === "prefer" }
}

const decoded = (text: string): string | undefined => (text === "" ? undefined : decodeURIComponent(text))

/** `called` is the URL's name in messages; `folder` is where its files are looked for. */
export const targetOf = Effect.fnUntraced(function* (
  called: string,
  text: string,
  folder: string
): Effect.fn.Return<Target, DestinationError> {
  const url = parse(text)
  if (url === null)
    return yield* invalid(called, "it does not begin with postgres:// or has a part that is none")
  for (const name of url.searchParams.keys()) {
    if (!parameters.has(name)) return yield* invalid(called, `its parameter ${name} is unknown`)
  }
  const mode = url.searchParams.get("sslmode")
  if (mode !== null && !modes.some((known) => known === mode)) {
    return yield* invalid(called, `sslmode is one of ${modes.join(", ")}`)
  }
  const of = (name: string): string | undefined => url.searchParams.get(name) ?? undefined
  const host = of("host") ?? decoded(url.hostname.replace(/^\[|\]$/g, "")) ?? "localhost"
  const port = Number(of("port") ?? (url.port === "" ? 5432 : url.port))
  const user = of("user") ?? decoded(url.username)
  const password = of("password") ?? decoded(url.password)
  const database = of("dbname") ?? decoded(url.pathname.slice(1)) ?? user ?? "postgres"
  const tls = yield* Effect.tryPromise({
    try: () => tlsOf(url, host, folder),
    catch: (cause) =>
      invalid(called, `a certificate file cannot be read (${cause instanceof Error ? cause.message : cause})`)
  })
  const config: ClientConfig = {
    host,
    port,
    database,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(of("options") === undefined ? {} : { options: of("options") ?? "" }),
    ssl: tls.ssl,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: 1000 * Number(of("connect_timeout") ?? 15),
    application_name: of("application_name") ?? "decant"
  }
  const location = `postgres://${user === undefined ? "" : `${user}@`}${host}:${port}/${database}`
  return { config, location, orPlain: tls.orPlain }
})
