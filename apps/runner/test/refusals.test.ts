/** What Salesforce refuses is printed with its code and what to click, in the browser, at the login and in a run. */
import { writeFile } from "node:fs/promises"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it, vi } from "@effect/vitest"
import { answerInBrowser } from "./support/browser.ts"
import { holdCallbackPort } from "./support/callback-port.ts"
import { type Ended, openWarmWorkspace, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

const callback = "http://localhost:4767/callback"
const secret = "secret-of-the-refused-app-0123"

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "empty")
})
afterAll(() => org?.stop())
beforeEach(async () => {
  workspace = await openWarmWorkspace({ APP_SECRET: secret, TOKEN: org.accessToken })
})
afterEach(() => workspace.remove())

const writeSpec = (auth: string) =>
  writeFile(
    workspace.path("decant.yaml"),
    `version: 1
name: acme
source:
  type: salesforce
  environment: ${org.url}
  auth: ${auth}
  streams: [{ object: Account }]
destination: { type: duckdb, path: ./acme.duckdb }
`
  )

const app = (clientId: string, more: object) =>
  org.control("POST", "apps", {
    clientId,
    clientSecret: secret,
    redirectUris: [callback],
    scopes: ["api", "refresh_token", "id"],
    ...more
  })

const isRefused = (ended: Ended, code: string, fix: string): void => {
  assert.strictEqual(ended.code, 4, ended.stderr)
  const { error } = JSON.parse(ended.stdout)
  assert.strictEqual(error.code, code)
  assert.include(error.fix, fix)
  assert.include(ended.stderr, `Fix: ${error.fix}\n`)
  assert.notInclude(ended.stdout + ended.stderr, secret)
  assert.notInclude(ended.stdout + ended.stderr, org.accessToken)
}

const home = () => ({ DECANT_HOME: workspace.path("home") })

describe("client credentials", () => {
  const cases = {
    "flow-off": [{ flows: ["web-server"] }, "AUTH_FLOW_DISABLED", "Flow Enablement"],
    "no-run-as": [{ flows: ["client-credentials"] }, "AUTH_NO_RUN_AS_USER", "Run As"],
    "not-installed": [
      { flows: ["client-credentials"], installed: false, runAs: "admin@emulator.example" },
      "AUTH_APP_NOT_INSTALLED",
      "Approve Uninstalled Connected Apps"
    ],
    blocked: [
      { flows: ["client-credentials"], status: "blocked", runAs: "admin@emulator.example" },
      "AUTH_APP_BLOCKED",
      "Unblock"
    ]
  } as const
  for (const [name, [more, code, fix]] of Object.entries(cases)) {
    it(`${name}: ${code}, by connect and by sync`, async () => {
      await app(name, more)
      await writeSpec(`{ method: client-credentials, clientId: ${name}, clientSecret: "\${APP_SECRET}" }`)
      isRefused(await workspace.run(["connect", "--json"]), code, fix)
      isRefused(await workspace.run(["sync", "--json"]), code, fix)
    })
  }
})

describe("in the browser", () => {
  const connect = async (decision: "allow" | "deny"): Promise<Ended> => {
    const release = await holdCallbackPort()
    const { child, ended } = workspace.start(["connect", "--no-browser", "--json"], home())
    ended.finally(release)
    let heard = ""
    const visited = new Promise<void>((resolve, reject) => {
      child.stderr?.on("data", (chunk) => {
        heard += chunk
        const url = /^ {2}(http\S+)\n/m.exec(heard)?.[1]
        if (url === undefined) return
        heard = ""
        answerInBrowser(org, url, decision)
          .then((back) => fetch(back))
          .then(() => resolve(), reject)
      })
    })
    const [result] = await Promise.all([ended, visited])
    return result
  }

  it("Deny is said to be so", async () => {
    await app("denied", { flows: ["web-server"] })
    await writeSpec('{ method: oauth, clientId: denied, clientSecret: "${APP_SECRET}" }')
    isRefused(await connect("deny"), "AUTH_DENIED", "Allow")
  })

  it("a wrong secret shows when the code is exchanged", async () => {
    await app("other-secret", { flows: ["web-server"], clientSecret: "another-secret-entirely" })
    await writeSpec('{ method: oauth, clientId: other-secret, clientSecret: "${APP_SECRET}" }')
    isRefused(await connect("allow"), "AUTH_INVALID_CLIENT", "Consumer Key and Secret")
  })

  it("a login that was revoked ends the next run with 4 and the likely causes", async () => {
    await app("revoked", { flows: ["web-server"] })
    await writeSpec('{ method: oauth, clientId: revoked, clientSecret: "${APP_SECRET}" }')
    assert.strictEqual((await connect("allow")).code, 0)
    await org.control("POST", "tokens", { expire: { clientId: "revoked" }, revoke: { clientId: "revoked" } })
    const ended = await workspace.run(["sync", "--json"], home())
    isRefused(ended, "AUTH_REFRESH_TOKEN_DEAD", "decant connect")
  })
})

it("an access token that has ended is not tried again", async () => {
  await writeSpec("{ method: access-token, accessToken: { env: TOKEN } }")
  await org.control("POST", "tokens", { expire: org.accessToken })
  isRefused(await workspace.run(["check", "--json"]).then(asError), "AUTH_TOKEN_EXPIRED", "token")
})

/** `check` prints its failures as lines. */
const asError = (ended: Ended): Ended => {
  const { error } = JSON.parse(ended.stdout)
  return { ...ended, stderr: `${ended.stderr}Fix: ${error.fix}\n` }
}
