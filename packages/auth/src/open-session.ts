/** From the `source` block of a spec to a session with its org. */
import type { SalesforceSource } from "@decant/connector"
import { Effect } from "effect"
import { HttpClient } from "effect/http"
import { AuthError } from "./auth-error.ts"
import { loginHost } from "./login-host.ts"
import type { Login, LoginPlace } from "./method.ts"
import { accessToken } from "./methods/access-token.ts"
import { clientCredentials } from "./methods/client-credentials.ts"
import { device } from "./methods/device.ts"
import { jwtBearer } from "./methods/jwt-bearer.ts"
import { oauth } from "./methods/oauth.ts"
import { sfCli } from "./methods/sf-cli.ts"
import { makeSession, type Session } from "./session.ts"

export interface OpenSession {
  readonly source: SalesforceSource
  /** The folder that relative paths of the spec are relative to. */
  readonly folder: string
  /** The process's own environment when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The stored login of methods that have one: the spec's name. */
  readonly connection?: string
}

const methodOf = (
  source: SalesforceSource,
  place: LoginPlace
): Effect.Effect<Login, AuthError, HttpClient.HttpClient> => {
  const { auth } = source
  switch (auth.method) {
    case "client-credentials":
      return clientCredentials(auth, place)
    case "jwt-bearer":
      return jwtBearer(auth, place)
    case "oauth":
      return oauth(auth, place)
    case "device":
      return device(auth, place)
    case "sf-cli":
      return sfCli(auth, place)
    case "access-token":
      return accessToken(auth, place)
  }
}

export const placeOf = Effect.fnUntraced(function* (of: OpenSession) {
  const login = loginHost(of.source.environment)
  if (login instanceof AuthError) return yield* login
  const place: LoginPlace = {
    login,
    folder: of.folder,
    env: of.env ?? process.env,
    connection: of.connection ?? "default"
  }
  return place
})

/** Reads the secrets and checks what can be checked without a call; the first `token` logs in. */
export const openSession = Effect.fn("auth.openSession")(function* (
  of: OpenSession
): Effect.fn.Return<Session, AuthError, HttpClient.HttpClient> {
  const client = yield* HttpClient.HttpClient
  const method = yield* methodOf(of.source, yield* placeOf(of))
  return makeSession((rejected) => Effect.provideService(method(rejected), HttpClient.HttpClient, client))
})
