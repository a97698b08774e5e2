import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { openSession } from "../src/index.ts"
import { sourceWith } from "./sources.ts"
import { grant, json, refuse, wire } from "./wire.ts"

const secret = "5ECRET-of-the-app-0123456789"

const open = (environment: string) =>
  openSession({
    source: sourceWith(environment, {
      method: "client-credentials",
      clientId: "3MVG9client",
      clientSecret: Redacted.make(secret)
    }),
    folder: "/nowhere",
    env: {}
  })

describe("client credentials", () => {
  it.live("fifty fibers get one token by one request, and fifty renewals of it cost one more", () =>
    Effect.gen(function* () {
      let count = 0
      const { origin, received } = yield* wire((_, response, origin) =>
        setTimeout(() => json(response, 200, grant(origin, `00D!${++count}`)), 50)
      )
      const session = yield* open(origin)
      const all = <A, E>(effect: Effect.Effect<A, E>) =>
        Effect.all(
          Array.from({ length: 50 }, () => effect),
          { concurrency: "unbounded" }
        )
      const first = yield* all(session.token)
      assert.deepStrictEqual(
        new Set(first.map((token) => Redacted.value(token.accessToken))),
        new Set(["00D!1"])
      )
      const token = yield* session.token
      const second = yield* all(session.renew(token))
      assert.deepStrictEqual(
        new Set(second.map((token) => Redacted.value(token.accessToken))),
        new Set(["00D!2"])
      )
      assert.strictEqual(received.length, 2)
      const late = yield* session.renew(token)
      assert.strictEqual(Redacted.value(late.accessToken), "00D!2")
      assert.strictEqual(received.length, 2)
    }).pipe(Effect.scoped, Effect.provide(NodeHttpClient.layerUndici))
  )

  it.live("a redirect is never followed with the secret", () =>
    Effect.gen(function* () {
      const elsewhere = yield* wire((_, response, origin) => json(response, 200, grant(origin, "00D!stolen")))
      const { origin } = yield* wire((_, response) => {
        response.writeHead(307, { location: `${elsewhere.origin}/services/oauth2/token` })
        response.end()
      })
      const error = yield* open(origin).pipe(
        Effect.flatMap((session) => session.token),
        Effect.flip
      )
      assert.strictEqual(error.code, "AUTH_REDIRECTED")
      assert.include(error.message, elsewhere.origin)
      assert.strictEqual(elsewhere.received.length, 0)
    }).pipe(Effect.scoped, (test) =>
      Effect.all([
        Effect.provide(test, NodeHttpClient.layerUndici),
        Effect.provide(test, FetchHttpClient.layer)
      ])
    )
  )

  it.live("a wrong secret is refused as AUTH_INVALID_CLIENT, once, without the secret in any text", () =>
    Effect.gen(function* () {
      const { origin, received } = yield* wire((request, response) =>
        refuse(response, "invalid_client", `invalid client credentials ${request.form.get("client_secret")}`)
      )
      const session = yield* open(origin)
      const error = yield* Effect.flip(session.token)
      assert.strictEqual(error.code, "AUTH_INVALID_CLIENT")
      assert.strictEqual(error.disposition, "credentials")
      assert.notInclude(JSON.stringify(error) + String(error), secret)
      yield* Effect.flip(session.token)
      assert.strictEqual(received.length, 1)
    }).pipe(Effect.scoped, Effect.provide(NodeHttpClient.layerUndici))
  )

  it.live("a host where nobody listens is named, with what to do", () =>
    Effect.gen(function* () {
      const origin = yield* Effect.scoped(
        Effect.map(
          wire(() => {}),
          ({ origin }) => origin
        )
      )
      const session = yield* open(origin)
      const error = yield* Effect.flip(session.token)
      assert.strictEqual(error.code, "NET_REFUSED")
      assert.strictEqual(error.message, `Nothing answers at ${origin}.`)
      assert.strictEqual(error.disposition, "failed")
      assert.include(error.fix, origin)
    }).pipe(Effect.scoped, Effect.provide(NodeHttpClient.layerUndici))
  )

  it.effect("production and sandbox are refused before any call", () =>
    Effect.gen(function* () {
      for (const environment of ["production", "sandbox", "https://login.salesforce.com"]) {
        const error = yield* Effect.flip(open(environment))
        assert.strictEqual(error.code, "AUTH_MY_DOMAIN_NEEDED")
        assert.strictEqual(error.disposition, "spec")
      }
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )
})
