import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Auth } from "@decant/connector"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Redacted } from "effect"
import { type BrowserConnect, connectByBrowser, openSession } from "../src/index.ts"
import { holdCallbackPort } from "./callback-port.ts"
import { answerInBrowser, control, type Emulator, emulator, requestsTo } from "./emulator.ts"
import { sourceWith } from "./sources.ts"

const callback = "http://localhost:4767/callback"

class Org extends Context.Service<Org, Emulator>()("test/Org") {
  static readonly layer = Layer.effect(Org, emulator)
}

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "decant-login-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

type OAuth = Extract<Auth, { readonly method: "oauth" }>

const app = Effect.fnUntraced(function* (clientId: string, more: object = {}) {
  const org = yield* Org
  const clientSecret = `secret-of-${clientId}`
  yield* control(org, "apps", {
    clientId,
    clientSecret,
    redirectUris: [callback],
    flows: ["web-server"],
    scopes: ["api", "refresh_token", "id"],
    pkceRequired: true,
    refreshTokenRotation: true,
    ...more
  })
  const auth: OAuth = { method: "oauth", clientId, clientSecret: Redacted.make(clientSecret) }
  return auth
})

const specOf = Effect.fnUntraced(function* (auth: OAuth) {
  const { url } = yield* Org
  const path = yield* folder
  const spec: BrowserConnect = {
    source: sourceWith(url, auth),
    folder: path,
    env: { DECANT_HOME: join(path, "home") },
    connection: "acme"
  }
  return spec
})

const callbackPort = Effect.acquireRelease(Effect.promise(holdCallbackPort), (release) =>
  Effect.sync(release)
)

const connect = Effect.fnUntraced(function* (auth: OAuth, spec: BrowserConnect, decision?: "deny") {
  const org = yield* Org
  yield* callbackPort
  const waiting = yield* connectByBrowser(auth, spec)
  const finished = yield* Effect.forkChild(waiting.finished)
  const address = yield* answerInBrowser(org, waiting.authorizeUrl, decision)
  const answer = yield* Effect.promise(() => fetch(address))
  assert.strictEqual(answer.status, 200)
  return yield* Fiber.join(finished)
}, Effect.scoped)

layer(Layer.merge(Org.layer, NodeHttpClient.layerUndici), { excludeTestServices: true })(
  "the browser login",
  (it) => {
    it.effect("connects, keeps the login encrypted for this user alone, and renews it", () =>
      Effect.gen(function* () {
        const org = yield* Org
        const auth = yield* app("rotating")
        const spec = yield* specOf(auth)
        const identity = yield* connect(auth, spec)
        assert.strictEqual(identity.orgId, org.orgId)
        assert.strictEqual(identity.userName, org.username)

        const session = yield* openSession(spec)
        const token = yield* session.token
        const stored = join(spec.folder, ".decant", "connections")
        assert.deepStrictEqual(readdirSync(stored), ["acme.jwe"])
        assert.strictEqual(statSync(join(stored, "acme.jwe")).mode & 0o777, 0o600)
        assert.strictEqual(statSync(stored).mode & 0o777, 0o700)
        assert.strictEqual(statSync(join(spec.folder, "home", "key")).mode & 0o777, 0o600)
        const text = readFileSync(join(stored, "acme.jwe"), "utf8")
        assert.notInclude(text, Redacted.value(token.accessToken))
        assert.match(text, /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+\n$/)

        yield* control(org, "tokens", { expire: Redacted.value(token.accessToken) })
        const before = yield* requestsTo(org, "/services/oauth2/token")
        const renewed = yield* Effect.all(
          Array.from({ length: 50 }, () => session.renew(token)),
          { concurrency: "unbounded" }
        )
        assert.strictEqual((yield* requestsTo(org, "/services/oauth2/token")) - before, 1)
        assert.strictEqual(new Set(renewed.map(({ accessToken }) => Redacted.value(accessToken))).size, 1)

        const nextRun = yield* openSession(spec)
        assert.deepStrictEqual(
          Redacted.value((yield* nextRun.token).accessToken),
          Redacted.value(renewed[0]?.accessToken ?? Redacted.make(""))
        )
      }).pipe(Effect.scoped)
    )

    it.effect("an app without a secret connects by its proof key alone", () =>
      Effect.gen(function* () {
        const { clientId } = yield* app("public", { clientSecret: null })
        const auth: OAuth = { method: "oauth" }
        const spec = yield* Effect.map(specOf(auth), (spec) => ({
          ...spec,
          env: { ...spec.env, DECANT_SALESFORCE_CLIENT_ID: clientId ?? "" }
        }))
        yield* connect(auth, spec)
        const session = yield* openSession(spec)
        yield* session.renew(yield* session.token)
      }).pipe(Effect.scoped)
    )

    it.effect("Deny in the browser is said to be so", () =>
      Effect.gen(function* () {
        const auth = yield* app("denied")
        const error = yield* Effect.flip(connect(auth, yield* specOf(auth), "deny"))
        assert.strictEqual(error.code, "AUTH_DENIED")
      }).pipe(Effect.scoped)
    )

    it.effect("an app that grants no refresh token is refused with the scope to add", () =>
      Effect.gen(function* () {
        const { clientId } = yield* app("fleeting", { scopes: ["api", "id"] })
        const auth: OAuth = {
          method: "oauth",
          clientId: clientId ?? "",
          clientSecret: Redacted.make("secret-of-fleeting"),
          scopes: ["api"]
        }
        const error = yield* Effect.flip(connect(auth, yield* specOf(auth)))
        assert.strictEqual(error.code, "AUTH_NO_REFRESH_TOKEN")
      }).pipe(Effect.scoped)
    )

    it.effect("a request with another state is turned away and the right one still gets in", () =>
      Effect.gen(function* () {
        const org = yield* Org
        const auth = yield* app("stateful")
        yield* callbackPort
        const waiting = yield* connectByBrowser(auth, yield* specOf(auth))
        const finished = yield* Effect.forkChild(waiting.finished)
        const strange = yield* Effect.promise(() => fetch(`${callback}?code=stolen&state=guessed`))
        assert.strictEqual(strange.status, 400)
        const elsewhere = yield* Effect.promise(() => fetch("http://localhost:4767/"))
        assert.strictEqual(elsewhere.status, 404)
        const address = yield* answerInBrowser(org, waiting.authorizeUrl)
        assert.strictEqual((yield* Effect.promise(() => fetch(address))).status, 200)
        assert.strictEqual((yield* Effect.promise(() => fetch(address))).status, 400)
        yield* Fiber.join(finished)
      }).pipe(Effect.scoped)
    )

    it.effect("a second login at the same time is told that the port is taken", () =>
      Effect.gen(function* () {
        const auth = yield* app("twice")
        yield* callbackPort
        const spec = yield* specOf(auth)
        yield* connectByBrowser(auth, spec)
        const error = yield* Effect.flip(Effect.scoped(connectByBrowser(auth, spec)))
        assert.strictEqual(error.code, "AUTH_CALLBACK_PORT")
        assert.include(error.message, "4767")
      }).pipe(Effect.scoped)
    )

    it.effect("a revoked login is final, and its message names the likely causes", () =>
      Effect.gen(function* () {
        const org = yield* Org
        const auth = yield* app("revoked")
        const spec = yield* specOf(auth)
        yield* connect(auth, spec)
        yield* control(org, "tokens", { revoke: { clientId: "revoked" } })
        const session = yield* openSession(spec)
        const error = yield* Effect.flip(Effect.flatMap(session.token, session.renew))
        assert.strictEqual(error.code, "AUTH_REFRESH_TOKEN_DEAD")
        assert.strictEqual(error.disposition, "credentials")
        assert.isFalse(error.retryable)
      }).pipe(Effect.scoped)
    )
  }
)

describe("without a stored login", () => {
  it.effect("the session is refused with what to do", () =>
    Effect.gen(function* () {
      const spec = {
        source: sourceWith("https://acme.my.salesforce.com", { method: "oauth", clientId: "3MVG9client" }),
        folder: yield* folder,
        env: {},
        connection: "acme"
      } as const
      const error = yield* Effect.flip(openSession(spec))
      assert.strictEqual(error.code, "AUTH_NOT_CONNECTED")
      assert.strictEqual(error.disposition, "credentials")
      assert.include(error.fix, "decant connect")
    }).pipe(Effect.scoped, Effect.provide(NodeHttpClient.layerUndici))
  )
})
