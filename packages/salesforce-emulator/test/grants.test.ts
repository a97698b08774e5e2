import { generateKeyPairSync } from "node:crypto"
import { readFileSync, statSync } from "node:fs"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { importPKCS8, SignJWT } from "jose"
import { EmulatedOrg } from "./support/emulated-org.ts"

const JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
const keys = generateKeyPairSync("rsa", { modulusLength: 2048 })
const others = generateKeyPairSync("rsa", { modulusLength: 2048 })
const certificate = keys.publicKey.export({ type: "spki", format: "pem" }).toString()

type Claims = Readonly<Record<string, unknown>>

const sign = (claims: Claims, key: Parameters<SignJWT["sign"]>[0] = keys.privateKey) =>
  Effect.promise(() => new SignJWT({ ...claims }).setProtectedHeader({ alg: "RS256" }).sign(key))

const seconds = () => Math.floor(Date.now() / 1000)

const refusal = (error: string, error_description: string) => ({ error, error_description })

layer(EmulatedOrg.layer(), { excludeTestServices: true })("client credentials", (it) => {
  const form = Effect.map(EmulatedOrg, ({ apps: { clientCredentials } }) => ({
    grant_type: "client_credentials",
    client_id: clientCredentials.clientId,
    client_secret: clientCredentials.clientSecret
  }))

  it.effect("gives a token of text values that opens the API", () =>
    Effect.gen(function* () {
      const { token, bare, url, orgId } = yield* EmulatedOrg
      const { status, json, headers } = yield* token(yield* form)
      assert.strictEqual(status, 200)
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.match(json.access_token, new RegExp(`^${orgId.slice(0, 15)}![\\w.]{40,}$`))
      assert.strictEqual(json.instance_url, url)
      assert.match(json.id, new RegExp(`^${url}/id/${orgId}/005\\w{15}$`))
      assert.strictEqual(json.token_type, "Bearer")
      assert.strictEqual(json.scope, "api id")
      assert.isTrue(Object.values(json).every((value) => typeof value === "string"))
      assert.isTrue(Math.abs(Number(json.issued_at) - Date.now()) < 60_000)
      assert.notProperty(json, "expires_in")
      assert.notProperty(json, "refresh_token")
      for (const scheme of ["Bearer", "OAuth"]) {
        const answer = yield* bare("/services/data/v68.0", {
          headers: { authorization: `${scheme} ${json.access_token}` }
        })
        assert.strictEqual(answer.status, 200)
      }
    })
  )

  it.effect("takes the client from a Basic header too", () =>
    Effect.gen(function* () {
      const { bare, apps } = yield* EmulatedOrg
      const { clientId, clientSecret } = apps.clientCredentials
      const answer = yield* bare("/services/oauth2/token", {
        method: "POST",
        body: new URLSearchParams({ grant_type: "client_credentials" }),
        headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` }
      })
      assert.strictEqual(answer.status, 200)
    })
  )

  it.effect("refuses each mistake in Salesforce's words, with status 400", () =>
    Effect.gen(function* () {
      const { token, control, apps } = yield* EmulatedOrg
      const good = yield* form
      yield* control("apps", { clientId: "no-run-as", clientSecret: "s", flows: ["client_credentials"] })
      yield* control("apps", {
        clientId: "no-flow",
        clientSecret: "s",
        flows: ["web"],
        runAs: "admin@emulator.example"
      })
      yield* control("apps", { clientId: "uninstalled", clientSecret: "s", installed: false })
      yield* control("apps", { clientId: "blocked", clientSecret: "s", status: "blocked" })
      const cases: ReadonlyArray<readonly [Readonly<Record<string, string>>, object]> = [
        [{ ...good, client_secret: "wrong" }, refusal("invalid_client", "invalid client credentials")],
        [
          { grant_type: good.grant_type, client_id: good.client_id },
          refusal("invalid_client", "invalid client credentials")
        ],
        [{ ...good, client_id: "nobody" }, refusal("invalid_client_id", "client identifier invalid")],
        [{ ...good, grant_type: "nope" }, refusal("unsupported_grant_type", "grant type not supported")],
        [
          { ...good, client_id: "no-flow", client_secret: "s" },
          refusal("unsupported_grant_type", "grant type not supported")
        ],
        [
          { ...good, client_id: "no-run-as", client_secret: "s" },
          refusal("invalid_grant", "no client credentials user enabled")
        ],
        [
          { ...good, client_id: "uninstalled", client_secret: "s" },
          refusal("invalid_client", "app must be installed into org")
        ],
        [
          { ...good, client_id: "blocked", client_secret: "s" },
          refusal("app_blocked", "this app is blocked by admin")
        ]
      ]
      for (const [body, expected] of cases) {
        const answer = yield* token(body)
        assert.strictEqual(answer.status, 400)
        assert.deepStrictEqual(answer.json, expected)
      }
      assert.notInclude(
        JSON.stringify(yield* token({ ...good, client_secret: "wrong" })),
        apps.clientCredentials.clientSecret
      )
    })
  )

  it.effect("works on the My Domain only", () =>
    Effect.gen(function* () {
      const { token, control } = yield* EmulatedOrg
      yield* control("switches", { loopbackIsMyDomain: false })
      assert.deepStrictEqual(
        (yield* token(yield* form)).json,
        refusal("invalid_grant", "request not supported on this domain")
      )
      yield* control("switches", { loopbackIsMyDomain: true })
      assert.strictEqual((yield* token(yield* form)).status, 200)
    })
  )

  it.effect("never carries full, web or refresh_token", () =>
    Effect.gen(function* () {
      const { token, control, username } = yield* EmulatedOrg
      yield* control("apps", {
        clientId: "greedy",
        clientSecret: "s",
        flows: ["client_credentials"],
        scopes: ["full", "web", "refresh_token", "offline_access", "api"],
        runAs: username
      })
      const { json } = yield* token({
        grant_type: "client_credentials",
        client_id: "greedy",
        client_secret: "s"
      })
      assert.strictEqual(json.scope, "api")
      assert.notProperty(json, "refresh_token")
    })
  )

  it.effect("errors come as a form or as XML when asked", () =>
    Effect.gen(function* () {
      const { token, bare } = yield* EmulatedOrg
      const good = yield* form
      assert.match((yield* token({ ...good, format: "xml" })).text, /^<\?xml .*<access_token>00D/)
      assert.match((yield* token({ ...good, format: "urlencoded" })).text, /^access_token=00D/)
      const answer = yield* bare("/services/oauth2/token?format=xml", {
        method: "POST",
        body: new URLSearchParams()
      })
      assert.include(answer.text, "<error>unsupported_grant_type</error>")
      assert.deepStrictEqual(
        (yield* bare("/services/oauth2/token")).json,
        refusal("invalid_request", "must use HTTP POST")
      )
    })
  )
})

layer(EmulatedOrg.layer(), { excludeTestServices: true })("JWT bearer", (it) => {
  const claimsFor = Effect.fnUntraced(function* (change: Claims = {}) {
    const { username, url, control } = yield* EmulatedOrg
    yield* control("apps", {
      clientId: "jwt-app",
      certificate,
      flows: ["jwt"],
      permittedUsers: "admin-approved",
      preauthorized: true
    })
    return { iss: "jwt-app", sub: username, aud: url, exp: seconds() + 180, ...change }
  })
  const login = Effect.fnUntraced(function* (claims: Claims, key?: Parameters<SignJWT["sign"]>[0]) {
    const { token } = yield* EmulatedOrg
    return yield* token({ grant_type: JWT_GRANT, assertion: yield* sign(claims, key) })
  })

  it.effect("the default app signs in with the key of the ready line, which only its owner can read", () =>
    Effect.gen(function* () {
      const { apps, username, url, token } = yield* EmulatedOrg
      const { clientId, privateKeyFile } = apps.jwt
      assert.strictEqual(statSync(privateKeyFile).mode & 0o777, 0o600)
      const key = yield* Effect.promise(() => importPKCS8(readFileSync(privateKeyFile, "utf8"), "RS256"))
      const assertion = yield* sign(
        { iss: clientId, sub: username, aud: `${url}/`, exp: Date.now() + 300_000 },
        key
      )
      const { status, json } = yield* token({ grant_type: JWT_GRANT, assertion })
      assert.strictEqual(status, 200)
      assert.sameMembers(Object.keys(json), ["access_token", "scope", "instance_url", "id", "token_type"])
    })
  )

  it.effect("takes exp in seconds and in milliseconds, and forgives three minutes", () =>
    Effect.gen(function* () {
      for (const exp of [seconds() + 180, Date.now() + 180_000, seconds() - 120, Date.now() - 120_000]) {
        assert.strictEqual((yield* login(yield* claimsFor({ exp }))).status, 200, String(exp))
      }
      for (const exp of [seconds() - 200, Date.now() - 200_000, undefined, "soon"]) {
        const answer = yield* login(yield* claimsFor({ exp }))
        assert.deepStrictEqual(answer.json, refusal("invalid_grant", "invalid assertion"), String(exp))
      }
    })
  )

  it.effect("takes the login hosts and its own host as audience, with or without a slash", () =>
    Effect.gen(function* () {
      const { url, control } = yield* EmulatedOrg
      const { port } = new URL(url)
      const fine = [
        "https://login.salesforce.com",
        "https://test.salesforce.com",
        url,
        `${url}/`,
        `http://localhost:${port}/`
      ]
      for (const aud of fine) assert.strictEqual((yield* login(yield* claimsFor({ aud }))).status, 200, aud)
      const wrong = [
        "https://example.com",
        `http://localhost:1`,
        "login.salesforce.com",
        `${url}/services/oauth2/token`,
        undefined
      ]
      for (const aud of wrong) {
        const answer = yield* login(yield* claimsFor({ aud }))
        assert.deepStrictEqual(
          answer.json,
          refusal("invalid_grant", "Audience validation failed"),
          String(aud)
        )
      }
      yield* control("switches", { jwtAudience: "sandbox" })
      assert.strictEqual(
        (yield* login(yield* claimsFor({ aud: "https://login.salesforce.com" }))).status,
        400
      )
      assert.strictEqual((yield* login(yield* claimsFor({ aud: "https://test.salesforce.com" }))).status, 200)
      yield* control("switches", { jwtAudience: "any" })
    })
  )

  it.effect("refuses a signature of another key, another algorithm and no signature", () =>
    Effect.gen(function* () {
      const { token } = yield* EmulatedOrg
      const claims = yield* claimsFor()
      const invalid = refusal("invalid_grant", "invalid assertion")
      assert.deepStrictEqual((yield* login(claims, others.privateKey)).json, invalid)
      const hmac = yield* Effect.promise(() =>
        new SignJWT({ ...claims }).setProtectedHeader({ alg: "HS256" }).sign(Buffer.from(certificate))
      )
      assert.deepStrictEqual((yield* token({ grant_type: JWT_GRANT, assertion: hmac })).json, invalid)
      const [head, body] = (yield* sign(claims)).split(".")
      assert.deepStrictEqual(
        (yield* token({ grant_type: JWT_GRANT, assertion: `${head}.${body}.` })).json,
        invalid
      )
      assert.deepStrictEqual((yield* token({ grant_type: JWT_GRANT, assertion: "x" })).json, invalid)
      assert.deepStrictEqual((yield* token({ grant_type: JWT_GRANT })).json, invalid)
    })
  )

  it.effect("refuses unknown apps and users, and users who are not approved", () =>
    Effect.gen(function* () {
      const { control, username } = yield* EmulatedOrg
      assert.deepStrictEqual(
        (yield* login(yield* claimsFor({ iss: "nobody" }))).json,
        refusal("invalid_client_id", "client identifier invalid")
      )
      assert.deepStrictEqual(
        (yield* login(yield* claimsFor({ sub: "nobody@example.com" }))).json,
        refusal("invalid_grant", "user hasn't approved this consumer")
      )
      const claims = { ...(yield* claimsFor()), iss: "strict" }
      yield* control("apps", { clientId: "strict", certificate, permittedUsers: "admin-approved" })
      assert.deepStrictEqual(
        (yield* login(claims)).json,
        refusal("invalid_app_access", "user is not admin approved to access this app")
      )
      yield* control("apps", { clientId: "strict", certificate })
      assert.deepStrictEqual(
        (yield* login(claims)).json,
        refusal("invalid_grant", "user hasn't approved this consumer")
      )
      yield* control("apps", { clientId: "strict", certificate, preauthorized: [username.toUpperCase()] })
      assert.strictEqual((yield* login(claims)).status, 200)
    })
  )

  it.effect("prn wins over sub", () =>
    Effect.gen(function* () {
      const { username } = yield* EmulatedOrg
      assert.strictEqual((yield* login(yield* claimsFor({ prn: username, sub: "nobody" }))).status, 200)
    })
  )
})

layer(EmulatedOrg.layer(), { excludeTestServices: true })("sessions", (it) => {
  const login = Effect.gen(function* () {
    const { token, apps } = yield* EmulatedOrg
    const { clientId, clientSecret } = apps.clientCredentials
    const { json } = yield* token({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret
    })
    return String(json.access_token)
  })
  const status = Effect.fnUntraced(function* (token: string) {
    const { bare } = yield* EmulatedOrg
    return (yield* bare("/services/data/v68.0", { headers: { authorization: `Bearer ${token}` } })).status
  })

  it.effect("a dead, missing or malformed token is 401 in the REST error array", () =>
    Effect.gen(function* () {
      const { bare } = yield* EmulatedOrg
      const expired = [{ message: "Session expired or invalid", errorCode: "INVALID_SESSION_ID" }]
      assert.deepStrictEqual((yield* bare("/services/data/v68.0")).json, expired)
      const dead = yield* bare("/services/data/v68.0", { headers: { authorization: "Bearer 00Dxx!dead" } })
      assert.strictEqual(dead.status, 401)
      assert.deepStrictEqual(dead.json, expired)
      const basic = yield* bare("/services/data/v68.0", { headers: { authorization: "Basic eDp5" } })
      assert.strictEqual(basic.json[0].errorCode, "INVALID_AUTH_HEADER")
    })
  )

  it.effect("end when the control call says so: all, one, one app's, or after so many calls", () =>
    Effect.gen(function* () {
      const { control, apps } = yield* EmulatedOrg
      const [one, two] = [yield* login, yield* login]
      assert.deepStrictEqual((yield* control("tokens", { expire: one })).json, { expired: 1, revoked: 0 })
      assert.strictEqual(yield* status(one), 401)
      assert.strictEqual(yield* status(two), 200)
      yield* control("tokens", { expire: { clientId: apps.clientCredentials.clientId, afterCalls: 2 } })
      assert.deepStrictEqual([yield* status(two), yield* status(two), yield* status(two)], [200, 200, 401])
      const three = yield* login
      yield* control("tokens", { expire: true })
      assert.strictEqual(yield* status(three), 401)
      yield* control("switches", { sessionCalls: 1 })
      const four = yield* login
      assert.deepStrictEqual([yield* status(four), yield* status(four)], [200, 401])
      yield* control("switches", { sessionCalls: 0 })
    })
  )

  it.effect("an app without an API scope gets a token that REST does not take", () =>
    Effect.gen(function* () {
      const { control, token, bare, username } = yield* EmulatedOrg
      yield* control("apps", { clientId: "ids", clientSecret: "s", scopes: "id openid", runAs: username })
      const { json } = yield* token({
        grant_type: "client_credentials",
        client_id: "ids",
        client_secret: "s"
      })
      const answer = yield* bare("/services/data/v68.0", {
        headers: { authorization: `Bearer ${json.access_token}` }
      })
      assert.strictEqual(answer.status, 401)
      assert.strictEqual(answer.json[0].message, "This session is not valid for use with the REST API")
    })
  )

  it.effect("an app request with a mistake is refused with what is wrong", () =>
    Effect.gen(function* () {
      const { control } = yield* EmulatedOrg
      const unknownFlow = yield* control("apps", { clientId: "x", flows: ["teleport"] })
      assert.strictEqual(unknownFlow.status, 400)
      assert.include(unknownFlow.text, "teleport")
      assert.strictEqual((yield* control("apps", { clientId: "x", certificate: "not pem" })).status, 400)
      assert.strictEqual((yield* control("apps", { client_id: "x" })).status, 400)
      assert.strictEqual((yield* control("switches", { nope: 1 })).status, 400)
      assert.strictEqual((yield* control("switches", { jwtAudience: "mars" })).status, 400)
    })
  )
})
