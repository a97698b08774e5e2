import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { clientOf, json, refuse } from "./wire.ts"

const path = "/services/data/v67.0/query?q=x"
const call = { stream: "Account", path }

describe("the client", () => {
  it.live("says who it is, asks for gzip and inflates the answer", () =>
    Effect.gen(function* () {
      const { client, asked } = yield* clientOf((_, response) => {
        response.writeHead(200, {
          "content-encoding": "gzip",
          "sforce-limit-info": "api-usage=17/15000; per-app-api-usage=1/2(appName=x)"
        })
        response.end(gzipSync('{"name":"Ænima 💧"}'))
      })
      const reply = yield* client.text(call)
      assert.strictEqual(reply.text, '{"name":"Ænima 💧"}')
      assert.strictEqual(asked[0]?.headers["sforce-call-options"], "client=decant")
      assert.isUndefined(asked[0]?.headers.traceparent)
      assert.deepStrictEqual(client.apiUsage(), { used: 17, max: 15000 })
      assert.strictEqual(client.ledger.usage("Account").apiCalls, 1)
    }).pipe(Effect.scoped)
  )

  it.live("renews a token that is refused, once, and counts both calls", () =>
    Effect.gen(function* () {
      const { client, session } = yield* clientOf(({ token }, response) =>
        token === "t2"
          ? json(response, 200, {})
          : refuse(response, 401, "INVALID_SESSION_ID", "Session expired or invalid")
      )
      yield* client.text(call)
      assert.strictEqual(session.renewals(), 1)
      assert.strictEqual(client.ledger.usage("Account").apiCalls, 2)
    }).pipe(Effect.scoped)
  )

  it.live("gives up when the renewed token is refused too", () =>
    Effect.gen(function* () {
      const { client, asked } = yield* clientOf((_, response) =>
        refuse(response, 401, "INVALID_SESSION_ID", "Session expired or invalid")
      )
      const error = yield* Effect.flip(client.text(call))
      assert.strictEqual(error.code, "API_SESSION_INVALID")
      assert.strictEqual(error.disposition, "credentials")
      assert.strictEqual(asked.length, 2)
    }).pipe(Effect.scoped)
  )

  for (const text of [
    "This session is not valid for use with the REST API",
    "Connected app is not attached to Agent"
  ]) {
    it.live(`does not renew a token over “${text}”`, () =>
      Effect.gen(function* () {
        const { client, session, asked } = yield* clientOf((_, response) =>
          refuse(response, 401, "INVALID_SESSION_ID", text)
        )
        const error = yield* Effect.flip(client.text(call))
        assert.strictEqual(error.disposition, "credentials")
        assert.strictEqual(session.renewals(), 0)
        assert.strictEqual(asked.length, 1)
      }).pipe(Effect.scoped)
    )
  }

  for (const [what, status] of [
    ["an edge page without a route", 420],
    ["a throttle", 429],
    ["a maintenance page", 503]
  ] as const) {
    it.live(`waits and tries again after ${what}`, () =>
      Effect.gen(function* () {
        const { client, asked } = yield* clientOf(({ index }, response) => {
          if (index < 2) {
            response.writeHead(status, { "content-type": "text/html" })
            response.end("<html><body>Down for maintenance</body></html>")
          } else json(response, 200, { ok: true })
        })
        assert.strictEqual((yield* client.text(call)).text, '{"ok":true}')
        assert.strictEqual(asked.length, 3)
      }).pipe(Effect.scoped)
    )
  }

  it.live("waits at least as long as Retry-After asks", () =>
    Effect.gen(function* () {
      const { client } = yield* clientOf(({ index }, response) =>
        index === 0 ? json(response, 503, [], { "retry-after": "1" }) : json(response, 200, {})
      )
      const begun = performance.now()
      yield* client.text(call)
      assert.isAtLeast(performance.now() - begun, 990)
    }).pipe(Effect.scoped)
  )

  it.live("tries again after a connection that breaks before and within the answer", () =>
    Effect.gen(function* () {
      const { client, asked } = yield* clientOf(({ index }, response) => {
        if (index === 0) response.destroy()
        else if (index === 1) {
          response.writeHead(200, { "content-length": 1000 })
          response.write('{"records":[')
          setTimeout(() => response.destroy(), 20)
        } else json(response, 200, { ok: true })
      })
      assert.strictEqual((yield* client.text(call)).text, '{"ok":true}')
      assert.strictEqual(asked.length, 3)
    }).pipe(Effect.scoped)
  )

  it.live("tells the daily limit, which pauses, from the concurrent one, which passes", () =>
    Effect.gen(function* () {
      const daily = yield* clientOf((_, response) =>
        refuse(response, 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
      )
      const error = yield* Effect.flip(daily.client.text(call))
      assert.strictEqual(error.disposition, "budget")
      assert.strictEqual(daily.asked.length, 1)

      const busy = yield* clientOf(({ index }, response) =>
        index === 0
          ? refuse(
              response,
              403,
              "REQUEST_LIMIT_EXCEEDED",
              "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
            )
          : json(response, 200, {})
      )
      yield* busy.client.text(call)
      assert.strictEqual(busy.asked.length, 2)
    }).pipe(Effect.scoped)
  )

  it.live("does not repeat a request that was refused for good", () =>
    Effect.gen(function* () {
      const { client, asked } = yield* clientOf((_, response) =>
        refuse(response, 400, "MALFORMED_QUERY", "unexpected token: 'FORM'")
      )
      const error = yield* Effect.flip(client.text(call))
      assert.strictEqual(error.code, "API_MALFORMED_QUERY")
      assert.include(error.message, "unexpected token: 'FORM'")
      assert.strictEqual(asked.length, 1)
    }).pipe(Effect.scoped)
  )

  it.live("keeps the org's clock", () =>
    Effect.gen(function* () {
      const { client } = yield* clientOf((_, response) =>
        json(response, 200, {}, { date: "Sat, 21 Nov 2026 10:00:00 GMT" })
      )
      yield* client.text(call)
      assert.strictEqual(client.clock.now(), "2026-11-21T10:00:00.000Z")
    }).pipe(Effect.scoped)
  )
})
