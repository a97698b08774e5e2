/** Refresh tokens: how long they live, rotate, and end. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { app, codeOf, exchange, type Params, refusal } from "./support/registered-app.ts"

layer(EmulatedOrg.layer(), { excludeTestServices: true })("refresh", (it) => {
  const connect = Effect.fnUntraced(function* (
    clientId: string,
    change: Readonly<Record<string, unknown>> = {}
  ) {
    const params = { ...(yield* app(clientId, change)), scope: "api refresh_token" }
    return (yield* exchange(params, { code: yield* codeOf(params) })).json
  })
  const refresh = Effect.fnUntraced(function* (clientId: string, refreshToken: string, change: Params = {}) {
    const { token } = yield* EmulatedOrg
    return yield* token({
      grant_type: "refresh_token",
      client_id: clientId,
      client_secret: "shh",
      refresh_token: refreshToken,
      ...change
    })
  })
  const works = Effect.fnUntraced(function* (accessToken: string) {
    const { bare } = yield* EmulatedOrg
    const { status } = yield* bare("/services/data/v68.0", {
      headers: { authorization: `Bearer ${accessToken}` }
    })
    return status === 200
  })
  const dead = refusal("invalid_grant", "expired access/refresh token")

  it.effect("gives a new access token and keeps the refresh token", () =>
    Effect.gen(function* () {
      const first = yield* connect("keeps")
      const second = yield* refresh("keeps", first.refresh_token)
      assert.strictEqual(second.status, 200)
      assert.notProperty(second.json, "refresh_token")
      assert.notStrictEqual(second.json.access_token, first.access_token)
      assert.strictEqual((yield* refresh("keeps", first.refresh_token)).status, 200)
      assert.deepStrictEqual((yield* refresh("keeps", "5Aep861nope")).json, dead)
      assert.deepStrictEqual(
        (yield* refresh("keeps", first.refresh_token, { client_secret: "x" })).json.error,
        "invalid_client"
      )
    })
  )

  it.effect("with rotation each token is good once, and a replay ends its whole line", () =>
    Effect.gen(function* () {
      const first = yield* connect("rotates", { refreshTokenRotation: true })
      const second = (yield* refresh("rotates", first.refresh_token)).json
      assert.notStrictEqual(second.refresh_token, first.refresh_token)
      const third = (yield* refresh("rotates", second.refresh_token)).json
      assert.isTrue(yield* works(third.access_token))
      assert.deepStrictEqual((yield* refresh("rotates", first.refresh_token)).json, dead)
      assert.deepStrictEqual((yield* refresh("rotates", third.refresh_token)).json, dead)
      assert.isFalse(yield* works(third.access_token))
      assert.isFalse(yield* works(first.access_token))
    })
  )

  it.effect("of two refreshes at once one is refused, and it may be tried again", () =>
    Effect.gen(function* () {
      const { refresh_token } = yield* connect("twice")
      const answers = yield* Effect.all([refresh("twice", refresh_token), refresh("twice", refresh_token)], {
        concurrency: 2
      })
      assert.deepStrictEqual(answers.map(({ status }) => status).sort(), [200, 400])
      assert.deepStrictEqual(
        answers.find(({ status }) => status === 400)?.json,
        refusal("invalid_grant", "token request is already being processed")
      )
      assert.strictEqual((yield* refresh("twice", refresh_token)).status, 200)
    })
  )

  it.effect("the sixth approval ends the first", () =>
    Effect.gen(function* () {
      const tokens: Array<string> = []
      for (let time = 0; time < 6; time++) tokens.push((yield* connect("six")).refresh_token)
      assert.deepStrictEqual((yield* refresh("six", tokens[0] ?? "")).json, dead)
      assert.strictEqual((yield* refresh("six", tokens[1] ?? "")).status, 200)
    })
  )

  it.effect("revoking, uninstalling and the control call end it", () =>
    Effect.gen(function* () {
      const { bare, control } = yield* EmulatedOrg
      const revoke = (token: string, extra: Params = {}) =>
        bare("/services/oauth2/revoke", { method: "POST", body: new URLSearchParams({ token, ...extra }) })
      const first = yield* connect("ends")
      const revoked = yield* revoke(first.refresh_token)
      assert.strictEqual(revoked.status, 200)
      assert.strictEqual(revoked.text, "")
      assert.isFalse(yield* works(first.access_token))
      assert.deepStrictEqual((yield* refresh("ends", first.refresh_token)).json, dead)
      assert.strictEqual((yield* revoke(first.refresh_token)).json.error, "invalid_token")
      assert.strictEqual(
        (yield* revoke("x", { token_type_hint: "saml" })).json.error,
        "unsupported_token_type"
      )

      const second = yield* connect("ends")
      assert.strictEqual((yield* revoke(second.access_token)).status, 200)
      assert.isFalse(yield* works(second.access_token))
      assert.strictEqual((yield* refresh("ends", second.refresh_token)).status, 200)
      yield* app("ends", { installed: false })
      assert.deepStrictEqual((yield* refresh("ends", second.refresh_token)).json, dead)

      const third = yield* connect("ends-by-control")
      yield* control("tokens", { revoke: true })
      assert.deepStrictEqual((yield* refresh("ends-by-control", third.refresh_token)).json, dead)
      assert.isFalse(yield* works(third.access_token))
    })
  )

  it.effect("introspect tells live tokens from dead ones", () =>
    Effect.gen(function* () {
      const { bare } = yield* EmulatedOrg
      const tokens = yield* connect("looks")
      const introspect = (token: string, secret = "shh") =>
        bare("/services/oauth2/introspect", {
          method: "POST",
          body: new URLSearchParams({ token, client_id: "looks", client_secret: secret })
        })
      const access = (yield* introspect(tokens.access_token)).json
      assert.deepInclude(access, {
        active: true,
        client_id: "looks",
        token_type: "access_token",
        sub: tokens.id
      })
      assert.isTrue(Math.abs(access.exp - access.iat - 7200) < 5)
      assert.deepInclude((yield* introspect(tokens.refresh_token)).json, {
        active: true,
        token_type: "refresh_token"
      })
      assert.deepStrictEqual((yield* introspect("nope")).json, { active: false })
      assert.strictEqual((yield* introspect("nope", "wrong")).json.error, "invalid_client")
    })
  )
})
