import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Auth } from "@decant/connector"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { decodeJwt, jwtVerify } from "jose"
import { openSession } from "../src/index.ts"
import { sourceWith } from "./sources.ts"
import { grant, json, type Received, type Respond, refuse, wire } from "./wire.ts"

type JwtAuth = Extract<Auth, { readonly method: "jwt-bearer" }>

const folder = mkdtempSync(join(tmpdir(), "decant-auth-"))
afterAll(() => rmSync(folder, { recursive: true }))

const passphrase = "correct horse battery staple"
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 })
const otherPair = generateKeyPairSync("rsa", { modulusLength: 2048 })
const encryption = { cipher: "aes-256-cbc", passphrase }
const pkcs8 = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString()

const forms = {
  "PKCS#8": { pem: pkcs8 },
  "PKCS#1": { pem: pair.privateKey.export({ type: "pkcs1", format: "pem" }).toString() },
  "encrypted PKCS#8": {
    pem: pair.privateKey.export({ type: "pkcs8", format: "pem", ...encryption }).toString(),
    passphrase
  },
  "encrypted PKCS#1": {
    pem: pair.privateKey.export({ type: "pkcs1", format: "pem", ...encryption }).toString(),
    passphrase
  },
  "PKCS#8 in one line": { pem: pkcs8.replaceAll("\n", "\\n") }
}

const authWith = (rest: Partial<JwtAuth>): JwtAuth => ({
  method: "jwt-bearer",
  clientId: "3MVG9client",
  username: "etl@acme.example",
  privateKey: Redacted.make(pkcs8),
  ...rest
})

const login = (environment: string, rest: Partial<JwtAuth> = {}, env: Record<string, string> = {}) =>
  openSession({ source: sourceWith(environment, authWith(rest)), folder, env }).pipe(
    Effect.flatMap((session) => session.token)
  )

const assertionOf = (request: Received | undefined): string => request?.form.get("assertion") ?? ""

const accept: Respond = (_, response, origin) => json(response, 200, grant(origin, "00D!token"))

/** Verifies as Salesforce does: signature by the app's certificate, then the audience. */
const verifying =
  (audience: string | null, publicKey = pair.publicKey): Respond =>
  (request, response, origin) => {
    void jwtVerify(assertionOf(request), publicKey, { clockTolerance: 180 }).then(
      ({ payload }) =>
        audience !== null && payload.aud !== audience
          ? refuse(response, "invalid_grant", "Audience validation failed")
          : json(response, 200, grant(origin, "00D!token")),
      () => refuse(response, "invalid_grant", "invalid assertion")
    )
  }

const withHttp = <A, E, R>(test: Effect.Effect<A, E, R>) =>
  test.pipe(Effect.scoped, Effect.provide(NodeHttpClient.layerUndici))

describe("jwt-bearer", () => {
  for (const [name, form] of Object.entries(forms)) {
    it.live(`a ${name} key signs a login that its public key verifies`, () =>
      Effect.gen(function* () {
        const { origin, received } = yield* wire(verifying(null))
        const token = yield* login(
          origin,
          {
            privateKey: { env: "KEY" },
            ...("passphrase" in form ? { passphrase: { env: "PASSPHRASE" } } : {})
          },
          { KEY: form.pem, PASSPHRASE: passphrase }
        )
        assert.strictEqual(Redacted.value(token.accessToken), "00D!token")
        assert.strictEqual(token.instanceUrl, origin)
        const claims = decodeJwt(assertionOf(received[0]))
        assert.strictEqual(claims.iss, "3MVG9client")
        assert.strictEqual(claims.sub, "etl@acme.example")
        assert.strictEqual(claims.aud, origin)
      }).pipe(withHttp)
    )
  }

  it.live("a key file is found beside the spec", () =>
    Effect.gen(function* () {
      writeFileSync(join(folder, "server.key"), pkcs8)
      const { origin } = yield* wire(verifying(null))
      yield* login(origin, { privateKey: { file: "./server.key" } })
    }).pipe(withHttp)
  )

  it.effect("the login is valid for three minutes by the local clock", () =>
    Effect.gen(function* () {
      const { origin, received } = yield* wire(accept)
      yield* TestClock.setTime(Date.UTC(2026, 10, 21, 10, 0, 0))
      yield* login(origin)
      assert.strictEqual(decodeJwt(assertionOf(received[0])).exp, Date.UTC(2026, 10, 21, 10, 3, 0) / 1000)
    }).pipe(withHttp)
  )

  it.live(
    "keys are tried in order until one belongs to the app, and that one is tried first afterwards",
    () =>
      Effect.gen(function* () {
        const { origin, received } = yield* wire(verifying(null))
        const old = otherPair.privateKey.export({ type: "pkcs8", format: "pem" }).toString()
        const session = yield* openSession({
          source: sourceWith(origin, authWith({ privateKey: [Redacted.make(old), Redacted.make(pkcs8)] })),
          folder,
          env: {}
        })
        const token = yield* session.token
        assert.strictEqual(received.length, 2)
        yield* session.renew({ ...token, accessToken: token.accessToken })
        assert.strictEqual(received.length, 3)
      }).pipe(withHttp)
  )

  it.live("another audience is tried when the My Domain is refused as audience", () =>
    Effect.gen(function* () {
      const { origin, received } = yield* wire(verifying("https://login.salesforce.com"))
      yield* login(origin)
      assert.deepStrictEqual(
        received.map((request) => decodeJwt(assertionOf(request)).aud),
        [origin, "https://login.salesforce.com"]
      )
    }).pipe(withHttp)
  )

  it.live("a given audience is the only one tried", () =>
    Effect.gen(function* () {
      const { origin, received } = yield* wire(verifying("https://login.salesforce.com"))
      const error = yield* Effect.flip(login(origin, { audience: "https://acme.example" }))
      assert.strictEqual(error.code, "AUTH_AUDIENCE")
      assert.include(error.message, "https://acme.example")
      assert.strictEqual(received.length, 1)
    }).pipe(withHttp)
  )

  it.live("no other audience or key is tried when the user is not approved", () =>
    Effect.gen(function* () {
      const { origin, received } = yield* wire((_, response) =>
        refuse(response, "invalid_grant", "user hasn't approved this consumer")
      )
      const keys = [Redacted.make(pkcs8), Redacted.make(pkcs8)] as const
      const error = yield* Effect.flip(login(origin, { privateKey: keys }))
      assert.strictEqual(error.code, "AUTH_USER_NOT_PREAUTHORIZED")
      assert.strictEqual(error.disposition, "credentials")
      assert.include(error.message, "etl@acme.example")
      assert.strictEqual(received.length, 1)
    }).pipe(withHttp)
  )

  it.effect("a clock that is wrong is named instead of the key", () =>
    Effect.gen(function* () {
      const { origin } = yield* wire((_, response) => refuse(response, "invalid_grant", "invalid assertion"))
      yield* TestClock.setTime(Date.now() - 12 * 60_000)
      const error = yield* Effect.flip(login(origin))
      assert.strictEqual(error.code, "AUTH_CLOCK_SKEW")
      assert.include(error.message, "12 minutes behind")
    }).pipe(withHttp)
  )

  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
  const small = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey
  const unusable: ReadonlyArray<readonly [string, Partial<JwtAuth>, string, string]> = [
    ["a missing file", { privateKey: { file: "gone.key" } }, "AUTH_SECRET_MISSING", "gone.key"],
    ["a missing variable", { privateKey: { env: "GONE" } }, "AUTH_SECRET_MISSING", "GONE"],
    ["text that is no key", { privateKey: Redacted.make("hunter2") }, "AUTH_KEY_INVALID", "PEM"],
    [
      "a public key",
      {
        privateKey: Redacted.make(
          createPublicKey(createPrivateKey(pkcs8)).export({ type: "spki", format: "pem" }).toString()
        )
      },
      "AUTH_KEY_INVALID",
      "public key"
    ],
    [
      "an EC key",
      { privateKey: Redacted.make(ec.export({ type: "pkcs8", format: "pem" }).toString()) },
      "AUTH_KEY_INVALID",
      "RSA"
    ],
    [
      "a short key",
      { privateKey: Redacted.make(small.export({ type: "pkcs8", format: "pem" }).toString()) },
      "AUTH_KEY_INVALID",
      "1024"
    ],
    [
      "an encrypted key without passphrase",
      { privateKey: Redacted.make(forms["encrypted PKCS#1"].pem) },
      "AUTH_KEY_PASSPHRASE",
      "no passphrase"
    ],
    [
      "a wrong passphrase",
      {
        privateKey: Redacted.make(forms["encrypted PKCS#8"].pem),
        passphrase: Redacted.make("wrong passphrase")
      },
      "AUTH_KEY_PASSPHRASE",
      "does not open"
    ]
  ]
  for (const [what, auth, code, words] of unusable) {
    it.effect(`${what} is refused before any call, by name`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          openSession({
            source: sourceWith("https://acme.my.salesforce.com", authWith(auth)),
            folder,
            env: {}
          })
        )
        assert.strictEqual(error.code, code)
        assert.include(error.message, words)
        assert.notInclude(JSON.stringify(error), "hunter2")
        assert.strictEqual(error.disposition, "spec")
      }).pipe(withHttp)
    )
  }
})
