import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { openSession } from "../src/index.ts"
import { audiencesOf, loginHost, trustedOrigin } from "../src/login-host.ts"
import { inNoTime } from "./in-no-time.ts"
import { sourceWith } from "./sources.ts"
import { grant, json, type Respond, refuse, wire } from "./wire.ts"

const login = (environment: string) =>
  openSession({
    source: sourceWith(environment, {
      method: "client-credentials",
      clientId: "3MVG9client",
      clientSecret: Redacted.make("5ECRET-0123456789")
    }),
    folder: "/nowhere",
    env: {}
  }).pipe(Effect.flatMap((session) => session.token))

const withHttp = <A, E, R>(test: Effect.Effect<A, E, R>) =>
  test.pipe(Effect.scoped, Effect.provide(NodeHttpClient.layerUndici))

const failing = (times: number, fail: Respond): Respond => {
  let left = times
  return (request, response, origin) =>
    left-- > 0 ? fail(request, response, origin) : json(response, 200, grant(origin, "00D!token"))
}

const passing: ReadonlyArray<readonly [string, Respond]> = [
  [
    "a 503 page of the edge",
    (_, response) => response.writeHead(503).end("<html>Down for maintenance</html>")
  ],
  ["a 420 of the edge", (_, response) => response.writeHead(420).end("<html></html>")],
  ["an unknown_error", (_, response) => refuse(response, "unknown_error", "retry your request")],
  [
    "a token request already being processed",
    (_, response) => refuse(response, "invalid_grant", "token request is already being processed")
  ],
  ["a connection that breaks", (_, response) => response.destroy()]
]

describe("the token endpoint", () => {
  for (const [what, fail] of passing) {
    it.effect(`${what} is tried again until it passes`, () =>
      Effect.gen(function* () {
        const { origin, received } = yield* wire(failing(2, fail))
        yield* inNoTime(login(origin))
        assert.strictEqual(received.length, 3)
      }).pipe(withHttp)
    )
  }

  it.effect("a fault that does not pass is tried five times and reported as passing later", () =>
    Effect.gen(function* () {
      const { origin, received } = yield* wire((_, response) => response.writeHead(503).end("down"))
      const error = yield* Effect.flip(inNoTime(login(origin)))
      assert.strictEqual(error.code, "API_UNAVAILABLE")
      assert.include(error.message, "503")
      assert.isTrue(error.retryable)
      assert.strictEqual(error.disposition, "failed")
      assert.strictEqual(received.length, 5)
    }).pipe(withHttp)
  )

  it.effect("a silent host is given thirty seconds", () =>
    Effect.gen(function* () {
      const { origin } = yield* wire(() => {})
      const error = yield* Effect.flip(inNoTime(login(origin)))
      assert.strictEqual(error.code, "NET_TIMEOUT")
      assert.include(error.message, origin)
    }).pipe(withHttp)
  )

  it.live("an answer that is not Salesforce's is said to be so", () =>
    Effect.gen(function* () {
      const { origin } = yield* wire((_, response) => response.end("<html>Sign in to the proxy</html>"))
      assert.strictEqual((yield* Effect.flip(login(origin))).code, "AUTH_ANSWER_UNREADABLE")
    }).pipe(withHttp)
  )

  for (const part of ["instance_url", "id"] as const) {
    it.live(`a token is not used when its ${part} is no Salesforce host`, () =>
      Effect.gen(function* () {
        const { origin } = yield* wire((_, response, origin) =>
          json(response, 200, {
            ...grant(origin, "00D!token"),
            [part]: "https://salesforce.com.evil.example/x?y=00D!token"
          })
        )
        const error = yield* Effect.flip(login(origin))
        assert.strictEqual(error.code, "AUTH_UNTRUSTED_HOST")
        assert.include(error.message, "https://salesforce.com.evil.example")
        assert.notInclude(JSON.stringify(error), "00D!token")
      }).pipe(withHttp)
    )
  }
})

describe("hosts", () => {
  it("tokens go to Salesforce, to the configured host, and to loopback only from loopback", () => {
    const acme = "https://acme.my.salesforce.com"
    assert.strictEqual(trustedOrigin("https://na1.salesforce.com/", acme), "https://na1.salesforce.com")
    assert.strictEqual(trustedOrigin("https://gov.my.salesforce.mil", acme), "https://gov.my.salesforce.mil")
    assert.strictEqual(
      trustedOrigin("https://acme.my.sfcrmproducts.cn", acme),
      "https://acme.my.sfcrmproducts.cn"
    )
    assert.strictEqual(
      trustedOrigin("https://proxy.acme.example:8443", "https://proxy.acme.example"),
      "https://proxy.acme.example:8443"
    )
    assert.strictEqual(
      trustedOrigin("http://localhost:8787", "http://127.0.0.1:8787"),
      "http://localhost:8787"
    )
    for (const bad of [
      "http://acme.my.salesforce.com",
      "https://notsalesforce.com",
      "https://salesforce.com.evil.example",
      "https://user:pw@acme.my.salesforce.com",
      "http://127.0.0.1:8787",
      "javascript:alert(1)",
      ""
    ]) {
      assert.isNull(trustedOrigin(bad, acme), bad)
    }
  })

  it("the environment decides the login host, and browser hosts get a suggestion", () => {
    assert.strictEqual(loginHost("production"), "https://login.salesforce.com")
    assert.strictEqual(loginHost("sandbox"), "https://test.salesforce.com")
    assert.strictEqual(loginHost("https://acme.my.salesforce.com/"), "https://acme.my.salesforce.com")
    assert.strictEqual(loginHost("http://127.0.0.1:8787"), "http://127.0.0.1:8787")
    for (const host of ["acme.lightning.force.com", "acme.my.salesforce-setup.com"]) {
      const error = loginHost(`https://${host}`)
      assert(typeof error !== "string")
      assert.strictEqual(error.code, "AUTH_HOST_NOT_API")
      assert.include(error.fix, "https://acme.my.salesforce.com")
    }
  })

  it("audiences: the given one, else the My Domain, else the login host of the kind of org", () => {
    assert.deepStrictEqual(audiencesOf("x", "https://login.salesforce.com"), ["x"])
    assert.deepStrictEqual(audiencesOf(undefined, "https://test.salesforce.com"), [
      "https://test.salesforce.com"
    ])
    assert.deepStrictEqual(audiencesOf(undefined, "https://acme.my.salesforce.com"), [
      "https://acme.my.salesforce.com",
      "https://login.salesforce.com"
    ])
    assert.deepStrictEqual(audiencesOf(undefined, "https://acme--uat.sandbox.my.salesforce.com"), [
      "https://acme--uat.sandbox.my.salesforce.com",
      "https://test.salesforce.com"
    ])
  })
})
