/**
 * Who may speak to the server over HTTP: only programs of this machine that know a token. Host and Origin are
 * checked, so that no page in a browser can reach it by a name of its own (DNS rebinding).
 * https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning
 */
import { createHash, timingSafeEqual } from "node:crypto"
import { Effect, Redacted } from "effect"
import * as Headers from "effect/http/Headers"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Caller } from "./caller.ts"

export interface KnownCaller {
  readonly caller: Caller
  readonly token: Redacted.Redacted<string>
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** Null when the token is nobody's. Every token is compared, each in the same time. */
export const callerOf = (known: ReadonlyArray<KnownCaller>, headers: Headers.Headers): Caller | null => {
  const [scheme, token = ""] = (headers.authorization ?? "").split(" ")
  if (scheme?.toLowerCase() !== "bearer" || token === "") return null
  const given = digest(token)
  const owners = known.filter((one) => timingSafeEqual(digest(Redacted.value(one.token)), given))
  return owners[0]?.caller ?? null
}

const loopback = new Set(["127.0.0.1", "localhost", "[::1]"])

const isOwnHost = (host: string | undefined, port: number): boolean => {
  if (host === undefined) return false
  const [, name = "", given] = /^(\[[0-9a-f:]+\]|[^:]+)(?::(\d+))?$/i.exec(host) ?? []
  return loopback.has(name.toLowerCase()) && Number(given ?? 80) === port
}

const isOwnOrigin = (origin: string | undefined, port: number): boolean => {
  if (origin === undefined) return true
  const [, host] = /^http:\/\/([^/]+)$/.exec(origin) ?? []
  return isOwnHost(host, port)
}

const refusal = (status: number, message: string, more: Readonly<Record<string, string>> = {}) =>
  HttpServerResponse.jsonUnsafe(
    { jsonrpc: "2.0", id: null, error: { code: -32001, message } },
    { status, headers: Headers.fromInput(more) }
  )

/** Before anything else looks at a request. `port` is known once the server listens. */
export const gate = (known: ReadonlyArray<KnownCaller>, port: () => number) =>
  HttpRouter.middleware(
    (app) =>
      Effect.gen(function* () {
        const { headers } = yield* HttpServerRequest.HttpServerRequest
        if (!isOwnHost(headers.host, port()) || !isOwnOrigin(headers.origin, port())) {
          return refusal(403, "Only programs of this machine may ask: Host or Origin is another one.")
        }
        if (callerOf(known, headers) === null) {
          return refusal(401, "A bearer token is needed that this server knows.", {
            "www-authenticate": "Bearer"
          })
        }
        return yield* app
      }),
    { global: true }
  )
