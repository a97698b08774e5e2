import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { makeBrowser } from "./support/browser.ts"
import { EmulatedOrg } from "./support/emulated-org.ts"

const refusal = (error: string, error_description: string) => ({ error, error_description })

layer(EmulatedOrg.layer({ deviceIntervalSeconds: 1 }), { excludeTestServices: true })(
  "the device flow",
  (it) => {
    const begin = Effect.gen(function* () {
      const { token } = yield* EmulatedOrg
      return yield* token({
        response_type: "device_code",
        client_id: "PlatformCLI",
        scope: "api refresh_token"
      })
    })
    const poll = Effect.fnUntraced(function* (code: string) {
      const { token } = yield* EmulatedOrg
      return yield* token({ grant_type: "device", client_id: "PlatformCLI", code })
    })
    const answer = Effect.fnUntraced(function* (userCode: string, decision: string) {
      const { username, password } = yield* EmulatedOrg
      const browser = yield* makeBrowser
      const { page } = yield* browser.open(`/setup/connect?user_code=${userCode}`)
      const consent = yield* browser.submit(page, { user_code: userCode, username, pw: password })
      return yield* browser.submit(consent.page, { decision })
    })

    it.effect("the device waits until its user has typed the code and allowed it", () =>
      Effect.gen(function* () {
        const { url } = yield* EmulatedOrg
        const { json } = yield* begin
        assert.strictEqual(json.verification_uri, `${url}/setup/connect`)
        assert.match(json.user_code, /^[A-Z0-9]{8}$/)
        assert.strictEqual(json.interval, 1)
        assert.strictEqual((yield* poll(json.device_code)).json.error, "authorization_pending")
        assert.strictEqual((yield* poll(json.device_code)).json.error, "slow_down")
        assert.include((yield* answer(json.user_code, "allow")).page.text, "connected")
        const tokens = yield* poll(json.device_code)
        assert.strictEqual(tokens.status, 200)
        assert.match(tokens.json.refresh_token, /^5Aep861/)
        assert.strictEqual((yield* poll(json.device_code)).json.error, "invalid_grant")
      })
    )

    it.effect("a denied device is told so, and an unknown code is refused", () =>
      Effect.gen(function* () {
        const { json } = yield* begin
        assert.include((yield* answer("ZZZZZZZZ", "allow")).page.text, "not known")
        yield* answer(json.user_code.toLowerCase(), "deny")
        assert.strictEqual((yield* poll(json.device_code)).json.error, "access_denied")
      })
    )

    it.effect("uninstalled apps may not even begin", () =>
      Effect.gen(function* () {
        const { token, control } = yield* EmulatedOrg
        yield* control("apps", { clientId: "tv", flows: ["device"], installed: false })
        assert.strictEqual((yield* token({ response_type: "device_code", client_id: "tv" })).status, 400)
      })
    )
  }
)

layer(EmulatedOrg.layer(), { excludeTestServices: true })("other ways in", (it) => {
  const CALLBACK = "http://localhost:1717/OauthRedirect"

  it.effect("the headless flow trades a password for a code", () =>
    Effect.gen(function* () {
      const { bare, token, apps, username, password } = yield* EmulatedOrg
      const { clientId, clientSecret } = apps.web
      const ask = (pw: string) =>
        bare("/services/oauth2/authorize", {
          method: "POST",
          headers: { "auth-request-type": "Named-User", authorization: `Basic ${btoa(`${username}:${pw}`)}` },
          body: new URLSearchParams({
            response_type: "code_credentials",
            client_id: clientId,
            redirect_uri: CALLBACK
          })
        })
      const wrong = yield* ask("nope")
      assert.strictEqual(wrong.status, 400)
      assert.deepStrictEqual(wrong.json, refusal("invalid_grant", "authentication failure"))
      const { json } = yield* ask(password)
      const tokens = yield* token({
        grant_type: "authorization_code",
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uri: CALLBACK,
        code: json.code
      })
      assert.strictEqual(tokens.status, 200)
    })
  )

  it.effect("username-password answers only by switch", () =>
    Effect.gen(function* () {
      const { token, control, apps, username, password } = yield* EmulatedOrg
      const form = {
        grant_type: "password",
        client_id: apps.web.clientId,
        client_secret: apps.web.clientSecret,
        username,
        password
      }
      assert.deepStrictEqual((yield* token(form)).json, refusal("invalid_grant", "authentication failure"))
      yield* control("switches", { passwordFlow: true })
      assert.strictEqual((yield* token(form)).status, 200)
    })
  )

  it.effect("SOAP login answers up to v64.0", () =>
    Effect.gen(function* () {
      const { bare, control, username, password, orgId, url } = yield* EmulatedOrg
      const login = (version: string, pw: string) =>
        bare(`/services/Soap/u/${version}`, {
          method: "POST",
          headers: { "content-type": "text/xml", soapaction: '""' },
          body: `<se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"><se:Header/><se:Body><login xmlns="urn:partner.soap.sforce.com"><username>${username}</username><password>${pw}</password></login></se:Body></se:Envelope>`
        })
      const { status, text } = yield* login("60.0", password)
      assert.strictEqual(status, 200)
      const element = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]
      assert.strictEqual(element("serverUrl"), `${url}/services/Soap/u/60.0/${orgId.slice(0, 15)}`)
      assert.strictEqual(element("organizationId"), orgId)
      const opened = yield* bare("/services/data/v60.0", {
        headers: { authorization: `Bearer ${element("sessionId")}` }
      })
      assert.strictEqual(opened.status, 200)
      const wrong = yield* login("60.0", "a&amp;b")
      assert.strictEqual(wrong.status, 500)
      assert.include(
        wrong.text,
        "<faultstring>INVALID_LOGIN: Invalid username, password, security token; or user locked out.</faultstring>"
      )
      assert.include((yield* login("65.0", password)).text, "UNSUPPORTED_API_VERSION")
      yield* control("switches", { soapLogin: false })
      assert.strictEqual((yield* login("60.0", password)).status, 500)
    })
  )

  it.effect("a switch refuses every login for one reason", () =>
    Effect.gen(function* () {
      const { token, control } = yield* EmulatedOrg
      const cases: ReadonlyArray<readonly [string, object]> = [
        ["ipRestricted", refusal("invalid_grant", "ip restricted")],
        ["inactiveOrg", refusal("inactive_org", "organization is locked, closed, or suspended")],
        ["loginRate", refusal("rate_limit_exceeded", "login rate exceeded")],
        ["unknownError", refusal("unknown_error", "retry your request")]
      ]
      for (const [refuseLogins, expected] of cases) {
        yield* control("switches", { refuseLogins })
        assert.deepStrictEqual((yield* token({ grant_type: "client_credentials" })).json, expected)
      }
      yield* control("switches", { refuseLogins: "none" })
    })
  )
})

layer(EmulatedOrg.layer(), { excludeTestServices: true })("identity", (it) => {
  it.effect("userinfo and the identity URL say who a token stands for", () =>
    Effect.gen(function* () {
      const { call, bare, accessToken, orgId, org, username, url } = yield* EmulatedOrg
      const info = (yield* call("/services/oauth2/userinfo")).json
      assert.deepInclude(info, {
        user_id: org.adminId,
        organization_id: orgId,
        preferred_username: username,
        active: true
      })
      const path = `/id/${orgId}/${org.adminId}`
      const identity = (yield* bare(`${path}?format=json&oauth_token=${encodeURIComponent(accessToken)}`))
        .json
      assert.deepInclude(identity, { id: url + path, user_id: org.adminId, organization_id: orgId, username })
      assert.strictEqual(identity.urls.rest, `${url}/services/data/v{version}/`)
      const latest = (yield* call(`${path}?version=latest`)).json
      assert.strictEqual(latest.urls.rest, `${url}/services/data/v68.0/`)
      assert.match((yield* call(`${path}?format=xml`)).text, /^<\?xml .*<username>/)
    })
  )

  it.effect("their errors are one word of text with status 403", () =>
    Effect.gen(function* () {
      const { bare, call, orgId, org } = yield* EmulatedOrg
      const cases = [
        [yield* bare("/services/oauth2/userinfo"), "Missing_OAuth_Token"],
        [
          yield* bare("/services/oauth2/userinfo", { headers: { authorization: "Bearer dead" } }),
          "Bad_OAuth_Token"
        ],
        [yield* call(`/id/00DDn0000000009MAA/${org.adminId}`), "Wrong_Org"],
        [yield* call(`/id/${orgId}/005Dn0000000009IAA`), "Bad_Id"]
      ] as const
      for (const [answer, text] of cases) {
        assert.strictEqual(answer.status, 403)
        assert.strictEqual(answer.text, text)
      }
    })
  )

  it.effect("discovery names endpoints that exist", () =>
    Effect.gen(function* () {
      const { bare, url } = yield* EmulatedOrg
      const { json } = yield* bare("/.well-known/openid-configuration")
      assert.strictEqual(json.issuer, url)
      for (const [name, value] of Object.entries(json)) {
        if (!/_endpoint$|_uri$/.test(name)) continue
        const answer = yield* bare(String(value).slice(url.length))
        assert.notStrictEqual(answer.status, 404, name)
      }
    })
  )
})
