/** From nothing to rows in a database, over HTTP only, by each of the ways to connect; and what stands in the way. */
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { answerInBrowser } from "./support/browser.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"
import { answered, cookieOf, eventsOf, type Served, startServed } from "./support/served.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const quickApp = "decant-quick-connect"
const ownApp = "acme-own-app"
const deniedApp = "acme-denied-app"
const ownSecret = "own-app-secret-1234567890"

let org: Emulator
let server: Served
let privateKey: string
let jwtClient: string

beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  server = await startServed({ env: { DECANT_SALESFORCE_CLIENT_ID: quickApp } })
  const redirectUris = [`${server.url}/oauth/callback`]
  const scopes = ["api", "refresh_token", "id"]
  const web = { redirectUris, scopes, installed: true }
  await org.control("POST", "apps", {
    ...web,
    clientId: quickApp,
    requireSecretForWebServer: false,
    requireSecretForRefresh: false
  })
  await org.control("POST", "apps", { ...web, clientId: ownApp, clientSecret: ownSecret })
  await org.control("POST", "apps", { ...web, clientId: deniedApp, clientSecret: ownSecret })
  const { clientId, privateKeyFile } = org.jwt
  jwtClient = clientId
  privateKey = await readFile(privateKeyFile, "utf8")
  await server.signIn()
})
afterAll(async () => {
  await server?.stop()
  await org?.stop()
})

/** One small object is enough to see that all of it works. */
const onlyUsers = async (id: string): Promise<void> => {
  const { json } = await server.send("GET", `/api/connections/${id}/spec`)
  const changed = await server.send("POST", `/api/connections/${id}/spec/change`, {
    version: json.version,
    change: { streams: [{ object: "User" }] },
    save: true
  })
  assert.strictEqual(changed.status, 200, changed.text)
}

/** Starts a run, follows it to its end, and looks at what arrived. */
const syncAndLook = async (id: string): Promise<void> => {
  await onlyUsers(id)
  const started = await server.send("POST", "/api/runs", { connection: id })
  assert.strictEqual(started.status, 200, started.text)
  const session = cookieOf(await fetch(server.signInUrl, { redirect: "manual" }))
  const stream = await fetch(`${server.url}/api/runs/${started.json.id}/events`, {
    headers: { cookie: session }
  })
  assert.match(stream.headers.get("content-type") ?? "", /^text\/event-stream/)
  const events = await eventsOf(stream)
  assert.strictEqual(events[0]?._tag, "run")
  const last = events.at(-1)
  assert.strictEqual(last?._tag, "ended")
  assert.strictEqual(last.run.state, "ok", JSON.stringify(last.run))
  const { json } = await server.send("POST", `/api/connections/${id}/query`, {
    sql: "SELECT count(*) AS n FROM User"
  })
  assert.deepStrictEqual(json.rows, [[(await org.truth("User")).length]])
  const { json: shown } = await server.send("GET", `/api/connections/${id}`)
  assert.strictEqual(shown.state, "connected")
  assert.strictEqual(shown.lastSync.state, "ok")
  assert.strictEqual(shown.org.id, org.orgId)
}

interface Callback {
  readonly location: string
  readonly cookie: string
}

/** Presses Connect, then Allow or Deny at Salesforce; the way back is not gone yet. */
const beginOAuth = async (body: unknown, decision: "allow" | "deny" = "allow"): Promise<Callback> => {
  const begun = await server.send("POST", "/api/connect/oauth", body)
  assert.strictEqual(begun.status, 200, begun.text)
  const cookie = cookieOf(begun)
  return { location: await answerInBrowser(org, begun.json.authorizeUrl, decision), cookie }
}

/** Where the server leads after the callback, and what became of the attempt. */
const comeBack = async ({ location, cookie }: Callback) => {
  assert.isTrue(location.startsWith(`${server.url}/oauth/callback?`), location)
  const response = await answered(await fetch(location, { headers: { cookie }, redirect: "manual" }))
  assert.strictEqual(response.status, 303, response.text)
  const attempt = new URL(response.headers.get("location") ?? "", server.url).searchParams.get("attempt")
  return server.send("GET", `/api/connect/attempts/${attempt}`)
}

const filesOf = async (folder: string): Promise<ReadonlyArray<string>> => {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

describe("from nothing to a finished sync", () => {
  it("by Quick Connect", async () => {
    const { json: options } = await server.send("GET", "/api/connect/options")
    assert.isTrue(options.quickConnect)
    assert.strictEqual(options.callbackUrl, `${server.url}/oauth/callback`)
    const body = { title: "Acme quick", environment: org.url, app: { kind: "quick" } }
    const { json } = await comeBack(await beginOAuth(body))
    assert.strictEqual(json.state, "connected", JSON.stringify(json))
    assert.strictEqual(json.connection, "acme-quick")
    await syncAndLook("acme-quick")
  })

  it("by the org's own app", async () => {
    const app = { kind: "own", clientId: ownApp, clientSecret: ownSecret }
    const { json } = await comeBack(await beginOAuth({ title: "Own app", environment: org.url, app }))
    assert.strictEqual(json.state, "connected", JSON.stringify(json))
    await syncAndLook("own-app")
  })

  it("by a private key", async () => {
    const { status, json, text } = await server.send("POST", "/api/connect/jwt", {
      title: "By key",
      environment: org.url,
      clientId: jwtClient,
      username: org.username,
      privateKey
    })
    assert.strictEqual(status, 200, text)
    assert.strictEqual(json.id, "by-key")
    await syncAndLook("by-key")
  })

  it("by client credentials", async () => {
    const { status, json, text } = await server.send("POST", "/api/connect/client-credentials", {
      title: "By secret",
      environment: org.url,
      clientId: org.env.SALESFORCE_CLIENT_ID,
      clientSecret: org.env.SALESFORCE_CLIENT_SECRET
    })
    assert.strictEqual(status, 200, text)
    assert.strictEqual(json.title, "By secret")
    await syncAndLook("by-secret")
  })

  it("keeps every secret encrypted: none is in a file, an answer or the log", async () => {
    const pemLine = privateKey.split("\n")[3] ?? ""
    const secrets = [ownSecret, org.env.SALESFORCE_CLIENT_SECRET ?? "", pemLine]
    for (const secret of secrets) assert.isAbove(secret.length, 15)
    const answers = await Promise.all(
      [
        "/api/connections",
        "/api/connections/own-app/spec",
        "/api/connections/by-key/spec",
        "/api/connections/by-secret/spec"
      ].map(async (path) => (await server.send("GET", path)).text)
    )
    const files = await filesOf(server.folder)
    assert.isAbove(files.length, 8)
    const texts = await Promise.all(files.map((file) => readFile(file, "latin1")))
    for (const text of [...answers, ...texts, server.log()]) {
      for (const secret of secrets) assert.isFalse(text.includes(secret))
    }
  })
})

describe("what stands in the way of a login is told, and nothing stays of it", () => {
  const connections = async () => {
    const { json } = await server.send("GET", "/api/connections")
    return json.map(({ id }: { id: string }) => id).sort()
  }

  it("Deny at Salesforce", async () => {
    const before = await connections()
    // One that this user has not allowed before: Salesforce asks only once.
    const app = { kind: "own", clientId: deniedApp, clientSecret: ownSecret }
    const body = { title: "Denied", environment: org.url, app }
    const { json } = await comeBack(await beginOAuth(body, "deny"))
    assert.strictEqual(json.state, "failed")
    assert.strictEqual(json.error.code, "AUTH_DENIED")
    assert.isNotEmpty(json.error.fix)
    assert.strictEqual(json.title, "Denied")
    assert.deepStrictEqual(await connections(), before)
  })

  it("a wrong secret, a text that is no key, an address that nobody answers at", async () => {
    const before = await connections()
    const client = { title: "Wrong", environment: org.url, clientId: org.env.SALESFORCE_CLIENT_ID }
    const wrong = await server.send("POST", "/api/connect/client-credentials", {
      ...client,
      clientSecret: "nonsense-of-mine"
    })
    assert.strictEqual(wrong.json.code, "AUTH_INVALID_CLIENT", wrong.text)
    assert.isFalse(wrong.text.includes("nonsense-of-mine"))
    const key = await server.send("POST", "/api/connect/jwt", {
      title: "Wrong",
      environment: org.url,
      clientId: jwtClient,
      username: org.username,
      privateKey: "this is no key"
    })
    assert.strictEqual(key.json.code, "AUTH_KEY_INVALID", key.text)
    const nobody = await server.send("POST", "/api/connect/client-credentials", {
      ...client,
      environment: "http://127.0.0.1:9",
      clientSecret: "x"
    })
    assert.strictEqual(nobody.json.code, "NET_REFUSED", nobody.text)
    const insecure = await server.send("POST", "/api/connect/client-credentials", {
      ...client,
      environment: "http://acme.example",
      clientSecret: "x"
    })
    assert.strictEqual(insecure.status, 422, insecure.text)
    assert.deepStrictEqual(await connections(), before)
    const kept = await filesOf(server.path(".decant/secrets"))
    assert.deepStrictEqual(
      kept.filter((file) => file.includes("wrong")),
      []
    )
  })

  it("a callback of another browser, of nobody, or a second one", async () => {
    const body = { title: "Stolen", environment: org.url, app: { kind: "quick" } }
    const back = await beginOAuth(body)
    for (const cookie of ["", "decant-login=another"]) {
      const { headers } = await fetch(back.location, { headers: { cookie }, redirect: "manual" })
      assert.strictEqual(headers.get("location"), "/?attempt=unknown")
    }
    assert.strictEqual((await comeBack(back)).json.state, "connected")
    const again = await fetch(back.location, { headers: { cookie: back.cookie }, redirect: "manual" })
    assert.strictEqual(again.headers.get("location"), "/?attempt=unknown")
  })
})

describe("a connection", () => {
  it("is renamed, disconnected and connected again; its spec stays", async () => {
    const renamed = await server.send("POST", "/api/connections/by-secret/rename", {
      title: "Acme & Söhne: Prüfung"
    })
    assert.strictEqual(renamed.json.title, "Acme & Söhne: Prüfung", renamed.text)
    assert.strictEqual(renamed.json.name, "by-secret")
    const ended = await server.send("POST", "/api/connections/by-secret/disconnect")
    assert.strictEqual(ended.json.state, "disconnected", ended.text)
    assert.isNull(ended.json.org)
    const again = await server.send("POST", "/api/connect/client-credentials", {
      reconnect: "by-secret",
      environment: org.url,
      clientId: org.env.SALESFORCE_CLIENT_ID,
      clientSecret: org.env.SALESFORCE_CLIENT_SECRET
    })
    assert.strictEqual(again.json.state, "connected", again.text)
    assert.strictEqual(again.json.title, "Acme & Söhne: Prüfung")
  })

  it("by OAuth is ended at Salesforce too", async () => {
    const ended = await server.send("POST", "/api/connections/acme-quick/disconnect")
    assert.strictEqual(ended.json.state, "disconnected", ended.text)
    const asked = await org.requests()
    assert.isTrue(asked.some(({ path }) => path.includes("/services/oauth2/revoke")))
  })

  it("is taken out of the list, and its file put aside", async () => {
    const removed = await server.send("DELETE", "/api/connections/stolen")
    assert.strictEqual(removed.status, 204, removed.text)
    assert.strictEqual((await server.send("GET", "/api/connections/stolen")).status, 404)
    assert.include(await readFile(server.path("stolen.yaml.removed"), "utf8"), "title: Stolen")
  })
})
