/** A refresh token that is brought along and replaced on its way: the platform is told before any row comes. */
import { afterAll, assert, beforeAll, it, vi } from "@effect/vitest"
import { configured, speak, writeJson } from "./support/airbyte.ts"
import { answerInBrowser } from "./support/browser.ts"
import { openWarmWorkspace, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  workspace = await openWarmWorkspace(org.env)
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

const app = { clientId: "rotating-app", clientSecret: "rotating-secret" }

const callback = "https://platform.example/callback"

/** As a person's login at the platform leaves it. */
const firstToken = async (): Promise<string> => {
  await org.control("POST", "apps", {
    ...app,
    redirectUris: [callback],
    flows: ["web-server"],
    scopes: ["api", "refresh_token"],
    pkceRequired: false,
    refreshTokenRotation: true
  })
  const asked = new URLSearchParams({
    response_type: "code",
    client_id: app.clientId,
    redirect_uri: callback
  })
  const sentTo = await answerInBrowser(org, `${org.url}/services/oauth2/authorize?${asked}`)
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: app.clientId,
    client_secret: app.clientSecret,
    redirect_uri: callback,
    code: new URL(sentTo).searchParams.get("code") ?? ""
  })
  const answer = await fetch(`${org.url}/services/oauth2/token`, { method: "POST", body: form })
  const { refresh_token: token } = (await answer.json()) as { readonly refresh_token?: string }
  assert.isString(token)
  return token ?? ""
}

it("gives the platform each new refresh token, and works with the one it gave", async () => {
  const config = (refreshToken: string) => ({
    source: {
      environment: org.url,
      auth: { method: "oauth", ...app, refreshToken },
      streams: [{ object: "User" }]
    }
  })
  const token = await firstToken()
  writeJson(workspace, "config.json", config(token))
  const discovered = await speak(workspace, "discover", "--config", "config.json")
  assert.strictEqual(discovered.code, 0, discovered.text)
  const told = discovered.messages[0]?.control?.connectorConfig.config
  assert.isDefined(told, "the new token comes first")
  assert.notInclude(JSON.stringify(told), token)
  assert.deepNestedInclude(told ?? {}, {
    "source.streams[0].object": "User",
    "source.auth.clientId": app.clientId
  })

  writeJson(workspace, "config.json", told)
  writeJson(workspace, "catalog.json", configured(discovered))
  const read = await speak(workspace, ...["read", "--config", "config.json", "--catalog", "catalog.json"])
  assert.strictEqual(read.code, 0, read.text)
  assert.isAbove(read.messages.filter(({ type }) => type === "RECORD").length, 0)
  assert.strictEqual(read.messages[0]?.type, "CONTROL")
  assert.notInclude(read.text, token)
})
