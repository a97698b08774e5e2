/** The login by browser: pages, consent, code and PKCE. */
import { createHash, createHmac, randomBytes } from "node:crypto"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { createRemoteJWKSet, jwtVerify } from "jose"
import { makeBrowser } from "./support/browser.ts"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { app, CALLBACK, codeOf, exchange, type Params, refusal } from "./support/registered-app.ts"

const verifier = randomBytes(48).toString("base64url")
const challenge = createHash("sha256").update(verifier).digest("base64url")

layer(EmulatedOrg.layer({ refreshTakesMs: 0 }), { excludeTestServices: true })(
  "the web-server flow",
  (it) => {
    it.effect("login, consent and code exchange give tokens that open the API", () =>
      Effect.gen(function* () {
        const { bare, url } = yield* EmulatedOrg
        const params = { ...(yield* app("plain")), scope: "api refresh_token openid", nonce: "n-1" }
        const { callback } = yield* (yield* makeBrowser).authorize(params)
        assert.strictEqual(callback?.searchParams.get("state"), "s 1")
        assert.include(callback?.search, "%3D%3D")
        const { status, json } = yield* exchange(params, { code: callback?.searchParams.get("code") ?? "" })
        assert.strictEqual(status, 200)
        assert.strictEqual(json.scope, "api refresh_token openid")
        assert.match(json.refresh_token, /^5Aep861/)
        const signature = createHmac("sha256", "shh")
          .update(json.id + json.issued_at)
          .digest("base64")
        assert.strictEqual(json.signature, signature)
        const { payload } = yield* Effect.promise(() =>
          jwtVerify(json.id_token, createRemoteJWKSet(new URL(`${url}/id/keys`)), {
            issuer: url,
            audience: "plain"
          })
        )
        assert.strictEqual(payload.nonce, "n-1")
        assert.strictEqual(payload.sub, json.id)
        const answer = yield* bare("/services/data/v68.0", {
          headers: { authorization: `Bearer ${json.access_token}` }
        })
        assert.strictEqual(answer.status, 200)
      })
    )

    it.effect("a refresh token comes only with its scope", () =>
      Effect.gen(function* () {
        const params = { ...(yield* app("no-refresh")), scope: "api" }
        assert.notProperty((yield* exchange(params, { code: yield* codeOf(params) })).json, "refresh_token")
      })
    )

    it.effect("the browser stays logged in, and an approved app gets its code without a page", () =>
      Effect.gen(function* () {
        const params = yield* app("returning")
        const browser = yield* makeBrowser
        yield* browser.authorize(params)
        const query = new URLSearchParams(params)
        assert.isDefined((yield* browser.open(`/services/oauth2/authorize?${query}`)).callback)
        assert.isDefined((yield* browser.open(`/services/oauth2/authorize?${query}&immediate=true`)).callback)
        const consent = yield* browser.open(`/services/oauth2/authorize?${query}&prompt=consent`)
        assert.include(consent.page.text, 'id="consent_form"')
        const login = yield* browser.open(`/services/oauth2/authorize?${query}&prompt=login`)
        assert.include(login.page.text, 'id="login_form"')
        const { callback } = yield* (yield* makeBrowser).open(
          `/services/oauth2/authorize?${query}&immediate=true`
        )
        assert.strictEqual(callback?.searchParams.get("error"), "immediate_unsuccessful")
      })
    )

    it.effect("a wrong password asks again, and the password with the security token is right", () =>
      Effect.gen(function* () {
        const { username, password } = yield* EmulatedOrg
        const params = yield* app("passwords")
        const browser = yield* makeBrowser
        const wrong = yield* browser.authorize(params, { pw: "nope" })
        assert.include(wrong.page.text, "check your username and password")
        const consent = yield* browser.submit(wrong.page, { username, pw: password })
        assert.include(consent.page.text, 'id="consent_form"')
        const again = yield* browser.submit(wrong.page, { username, pw: password })
        assert.include(again.page.text, "expired")
      })
    )

    it.effect("deny goes back as access_denied", () =>
      Effect.gen(function* () {
        const params = yield* app("denied")
        const { callback } = yield* (yield* makeBrowser).authorize(params, { decision: "deny" })
        assert.strictEqual(callback?.searchParams.get("error"), "access_denied")
        assert.strictEqual(callback?.searchParams.get("error_description"), "end-user denied authorization")
        assert.strictEqual(callback?.searchParams.get("state"), "s 1")
      })
    )

    it.effect("a code is good once, for its app and its callback", () =>
      Effect.gen(function* () {
        const { control, token } = yield* EmulatedOrg
        const params = yield* app("codes")
        yield* app("thief")
        const code = yield* codeOf(params)
        assert.deepStrictEqual(
          (yield* exchange(params, { code, redirect_uri: `${CALLBACK}/` })).json,
          refusal("redirect_uri_mismatch", "redirect_uri must match configuration")
        )
        assert.deepStrictEqual(
          (yield* exchange({ client_id: "thief" }, { code })).json,
          refusal("invalid_grant", "invalid authorization code")
        )
        assert.deepStrictEqual(
          (yield* exchange(params, { code: "aPrxnope" })).json,
          refusal("invalid_grant", "invalid authorization code")
        )
        assert.deepStrictEqual(
          (yield* token({
            grant_type: "authorization_code",
            client_id: "codes",
            code,
            redirect_uri: CALLBACK
          })).json,
          refusal("invalid_client", "invalid client credentials")
        )
        assert.strictEqual((yield* exchange(params, { code })).status, 200)
        const expired = refusal("invalid_grant", "expired authorization code")
        assert.deepStrictEqual((yield* exchange(params, { code })).json, expired)
        yield* control("apps", {
          clientId: "open",
          redirectUris: [CALLBACK],
          flows: ["web"],
          requireSecretForWebServer: false
        })
        const open = { ...params, client_id: "open" }
        const wrongSecret = yield* exchange(open, { code: yield* codeOf(open), client_secret: "sent anyway" })
        assert.strictEqual(wrongSecret.json.error, "invalid_client")
      })
    )

    it.effect("PKCE: the verifier must be there and fit, and the challenge needs no method", () =>
      Effect.gen(function* () {
        const { control } = yield* EmulatedOrg
        const params = { ...(yield* app("pkce", { pkceRequired: true })), code_challenge: challenge }
        const fresh = codeOf(params)
        assert.deepStrictEqual(
          (yield* exchange(params, { code: yield* fresh })).json,
          refusal("invalid_grant", "missing code verifier")
        )
        const wrong = { code_verifier: "x".repeat(43) }
        assert.deepStrictEqual(
          (yield* exchange(params, { code: yield* fresh, ...wrong })).json,
          refusal("invalid_request", "invalid code verifier")
        )
        yield* control("switches", { wrongVerifierError: "invalid_grant" })
        assert.strictEqual(
          (yield* exchange(params, { code: yield* fresh, ...wrong })).json.error,
          "invalid_grant"
        )
        yield* control("switches", { wrongVerifierError: "invalid_request" })
        assert.strictEqual(
          (yield* exchange(params, { code: yield* fresh, code_verifier: verifier })).status,
          200
        )
        const browser = yield* makeBrowser
        const { code_challenge: _, ...without } = params
        const missing = (yield* browser.authorize(without)).callback
        assert.strictEqual(missing?.searchParams.get("error"), "invalid_request")
        assert.strictEqual(missing?.searchParams.get("error_description"), "missing required code challenge")
        const plain = (yield* browser.authorize({ ...params, code_challenge_method: "plain" })).callback
        assert.strictEqual(plain?.searchParams.get("error"), "invalid_request")
      })
    )

    it.effect("an untrusted callback is never redirected to", () =>
      Effect.gen(function* () {
        const params = yield* app("trusty")
        const browser = yield* makeBrowser
        const cases: ReadonlyArray<readonly [Params, string]> = [
          [{ ...params, redirect_uri: "https://evil.example/" }, "redirect_uri_mismatch"],
          [{ ...params, redirect_uri: `${CALLBACK}?x=1` }, "redirect_uri_mismatch"],
          [{ ...params, redirect_uri: "" }, "redirect_uri_missing"],
          [{ ...params, client_id: "nobody" }, "invalid_client_id"]
        ]
        for (const [asked, error] of cases) {
          const { page, callback } = yield* browser.open(
            `/services/oauth2/authorize?${new URLSearchParams(asked)}`
          )
          assert.isUndefined(callback)
          assert.strictEqual(page.status, 400)
          assert.match(page.headers.get("content-type") ?? "", /text\/html/)
          assert.include(page.text, error)
        }
      })
    )

    it.effect("wrong scopes and response types go back to the callback", () =>
      Effect.gen(function* () {
        const params = yield* app("narrow", { scopes: "api id" })
        const browser = yield* makeBrowser
        const errorOf = (change: Params) =>
          Effect.map(browser.authorize({ ...params, ...change }), ({ callback }) =>
            callback?.searchParams.get("error")
          )
        assert.strictEqual(yield* errorOf({ scope: "api refresh_token" }), "invalid_scope")
        assert.strictEqual(yield* errorOf({ scope: "nonsense" }), "invalid_scope")
        assert.strictEqual(yield* errorOf({ response_type: "id_token" }), "unsupported_response_type")
        yield* app("no-web", { flows: ["jwt"] })
        assert.strictEqual(yield* errorOf({ client_id: "no-web" }), "unsupported_response_type")
      })
    )

    it.effect(
      "uninstalled, blocked, foreign and unapproved apps are refused as Salesforce refuses them",
      () =>
        Effect.gen(function* () {
          const { control, orgId, insert, username } = yield* EmulatedOrg
          assert.isString(orgId)
          const browser = yield* makeBrowser
          const uninstalled = yield* app("uninstalled", { installed: false })
          const page = yield* browser.authorize(uninstalled)
          assert.isUndefined(page.callback)
          assert.match(page.page.headers.get("content-type") ?? "", /text\/html/)
          assert.include(
            page.page.text,
            "OAUTH_APPROVAL_ERROR_GENERIC : An unexpected error has occurred during authentication. Please try again."
          )
          yield* control("switches", { uninstalledError: "redirect" })
          const { callback } = yield* browser.authorize(uninstalled)
          assert.strictEqual(
            callback?.searchParams.get("error_description"),
            "app must be installed into org"
          )
          yield* control("switches", { adminApprovesUninstalled: true })
          assert.isNotNull((yield* browser.authorize(uninstalled)).callback?.searchParams.get("code") ?? null)
          yield* control("switches", { uninstalledError: "page", adminApprovesUninstalled: false })
          assert.isNotNull((yield* browser.authorize(uninstalled)).callback?.searchParams.get("code") ?? null)

          assert.include(
            (yield* browser.authorize(yield* app("blocked", { status: "blocked" }))).page.text,
            "OAUTH_APP_BLOCKED"
          )
          const foreign = (yield* browser.authorize(yield* app("foreign", { status: "other-org" }))).callback
          assert.strictEqual(foreign?.searchParams.get("error"), "OAUTH_EC_APP_NOT_FOUND")
          const strict = yield* app("strict", { permittedUsers: "admin-approved" })
          assert.strictEqual(
            (yield* browser.authorize(strict)).callback?.searchParams.get("error"),
            "OAUTH_APP_ACCESS_DENIED"
          )
          yield* app("strict", { permittedUsers: "admin-approved", preauthorized: [username] })
          assert.isNotNull((yield* browser.authorize(strict)).callback?.searchParams.get("code") ?? null)

          yield* insert("User", [
            {
              Id: "005Dn00000000G8IAI",
              Username: "left@emulator.example",
              LastName: "Left",
              IsActive: false,
              UserType: "Standard"
            },
            {
              Id: "005Dn00000000G9IAI",
              Username: "robot@emulator.example",
              LastName: "Robot",
              IsActive: true,
              UserType: "CloudIntegrationUser"
            }
          ])
          const params = yield* app("people")
          const left = yield* (yield* makeBrowser).authorize(params, { username: "left@emulator.example" })
          assert.strictEqual(left.callback?.searchParams.get("error"), "inactive_user")
          const robot = yield* (yield* makeBrowser).authorize(params, { username: "robot@emulator.example" })
          assert.include(robot.page.text, "OAUTH_APPROVAL_ERROR_GENERIC")
        })
    )

    it.effect("pages work without JavaScript and cannot be framed", () =>
      Effect.gen(function* () {
        const { page } = yield* (yield* makeBrowser).open(
          `/services/oauth2/authorize?${new URLSearchParams(yield* app("html"))}`
        )
        assert.notMatch(page.text, /<script|onclick/)
        assert.include(page.text, '<label for="username">')
        assert.include(page.headers.get("content-security-policy") ?? "", "frame-ancestors 'none'")
        const xss = yield* (yield* makeBrowser).open(
          `/services/oauth2/authorize?${new URLSearchParams({ ...(yield* app("html")), login_hint: '"><script>' })}`
        )
        assert.notInclude(xss.page.text, "<script>")
      })
    )

    it.effect("the user-agent flow puts the token into the fragment", () =>
      Effect.gen(function* () {
        const params = { ...(yield* app("implicit")), response_type: "token" }
        const { callback } = yield* (yield* makeBrowser).authorize(params)
        const fragment = new URLSearchParams(callback?.hash.slice(1))
        assert.match(fragment.get("access_token") ?? "", /^00D/)
        assert.strictEqual(fragment.get("state"), "s 1")
      })
    )

    it.effect("PlatformCLI signs in as the Salesforce CLI does", () =>
      Effect.gen(function* () {
        const { bare, token, apps } = yield* EmulatedOrg
        const { clientId } = apps.public
        const { callback } = yield* (yield* makeBrowser).authorize({
          state: "abc",
          prompt: "login",
          scope: "refresh_token api web",
          code_challenge: challenge,
          response_type: "code",
          client_id: clientId,
          redirect_uri: CALLBACK
        })
        const { json } = yield* token({
          grant_type: "authorization_code",
          code: callback?.searchParams.get("code") ?? "",
          client_id: clientId,
          redirect_uri: CALLBACK,
          code_verifier: verifier
        })
        const info = yield* bare("/services/oauth2/userinfo", {
          headers: { authorization: `Bearer ${json.access_token}` }
        })
        assert.strictEqual(info.json.user_id, json.id.split("/").at(-1))
      })
    )
  }
)
