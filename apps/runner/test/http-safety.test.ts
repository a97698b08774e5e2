/** What a page of another site, somebody without the token, or a mischievous request gets: nothing. */
import { request as httpRequest } from "node:http"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { openWarmWorkspace, specText } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"
import { cookieOf, type Served, startServed } from "./support/served.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let org: Emulator
let server: Served
/** Another, whose sign-in may be locked by what tests do to it. */
let locked: Served

beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  const files = { "acme.yaml": specText(["User"]) }
  server = await startServed({ files, env: org.env })
  locked = await startServed({ env: { DECANT_PASSWORD: "correct horse battery staple" } })
  await server.signIn()
  const started = await server.send("POST", "/api/runs", { connection: "acme" })
  assert.strictEqual(started.status, 200, started.text)
})
afterAll(async () => {
  await Promise.all([server?.stop(), locked?.stop()])
  await org?.stop()
})

/** As any program may write it: fetch corrects paths and sets Host itself. */
const raw = (of: {
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly port?: string
}): Promise<{ readonly status: number; readonly text: string; readonly cookie: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url)
    const sent = httpRequest(
      {
        host: hostname,
        port: of.port ?? port,
        path: of.path,
        method: of.method ?? "GET",
        headers: of.headers ?? {}
      },
      (answer) => {
        let text = ""
        answer.setEncoding("utf8")
        answer.on("data", (chunk) => {
          text += chunk
        })
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            text,
            cookie: answer.headers["set-cookie"]?.[0] ?? ""
          })
        )
      }
    )
    sent.on("error", reject)
    sent.end(of.body)
  })

const session = async (): Promise<string> => cookieOf(await fetch(server.signInUrl, { redirect: "manual" }))

describe("without signing in", () => {
  it("pages, metrics, health and the API's description are open", async () => {
    for (const path of ["/", "/metrics", "/openapi.json", "/healthz", "/readyz"]) {
      assert.strictEqual((await fetch(`${server.url}${path}`)).status, 200, path)
    }
  })

  it("every operation of the description needs a session but those of the session", async () => {
    const { paths } = JSON.parse(await (await fetch(`${server.url}/openapi.json`)).text())
    const operations = Object.entries<object>(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, "x")] as const)
    )
    assert.isAbove(operations.length, 35)
    for (const [method, path] of operations) {
      if (path === "/api/session") continue
      const { status } = await fetch(`${server.url}${path}`, { method })
      assert.strictEqual(status, 401, `${method} ${path}`)
    }
  })
})

describe("signing in", () => {
  it("turns the token of the address into a cookie that scripts of a page cannot read", async () => {
    const response = await fetch(server.signInUrl, { redirect: "manual" })
    assert.strictEqual(response.headers.get("location"), "/")
    const [cookie = ""] = response.headers.getSetCookie()
    assert.match(cookie, /; HttpOnly/)
    assert.match(cookie, /; SameSite=Strict/)
    assert.isFalse(cookie.includes(new URL(server.signInUrl).searchParams.get("token") ?? "-"))
  })

  it("takes the token as bearer, for scripts", async () => {
    const token = new URL(server.signInUrl).searchParams.get("token")
    const headers = { authorization: `Bearer ${token}` }
    assert.strictEqual((await fetch(`${server.url}/api/connections`, { headers })).status, 200)
  })

  it("ends with signing out", async () => {
    const cookie = await session()
    const look = async () => (await fetch(`${server.url}/api/runs`, { headers: { cookie } })).status
    assert.strictEqual(await look(), 200)
    await fetch(`${server.url}/api/session`, { method: "DELETE", headers: { cookie } })
    assert.strictEqual(await look(), 401)
  })

  it("by a password is refused for a minute after five wrong ones, the right one too", async () => {
    const attempt = (password: string) => locked.send("POST", "/api/session", { password })
    const right = await attempt("correct horse battery staple")
    assert.strictEqual(right.status, 200, right.text)
    const asBearer = { authorization: "Bearer correct horse battery staple" }
    assert.strictEqual((await locked.send("GET", "/api/runs", undefined, asBearer)).status, 200)
    for (let tries = 0; tries < 5; tries++) assert.strictEqual((await attempt(`guess ${tries}`)).status, 401)
    assert.strictEqual((await attempt("guess")).status, 429)
    assert.strictEqual((await attempt("correct horse battery staple")).status, 429)
    const headers = { authorization: "Bearer guess" }
    assert.strictEqual((await locked.send("GET", "/api/runs", undefined, headers)).status, 429)
  })
})

describe("another site", () => {
  it("cannot point its own name at this server", async () => {
    const cookie = await session()
    for (const host of ["evil.example", "evil.example:4766", "localhost.evil.example", "127.0.0.1:1"]) {
      const paths = ["/", "/api/connections", "/metrics", "/openapi.json", "/oauth/callback?code=x&state=y"]
      for (const path of paths) {
        const { status } = await raw({ path, headers: { host, cookie } })
        assert.isTrue(status === 403 || status === 400, `${host} ${path}: ${status}`)
      }
    }
  })

  it("cannot send requests with somebody's cookie", async () => {
    const cookie = await session()
    const others: ReadonlyArray<Readonly<Record<string, string>>> = [
      { origin: "http://evil.example" },
      { origin: "null" },
      { origin: "http://localhost:1" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" }
    ]
    for (const headers of others) {
      for (const [method, path] of [
        ["POST", "/api/runs"],
        ["GET", "/api/connections"],
        ["DELETE", "/api/connections/acme"]
      ] as const) {
        const { status, text } = await raw({ path, method, headers: { ...headers, cookie } })
        assert.strictEqual(status, 403, `${JSON.stringify(headers)} ${method} ${path}: ${text}`)
      }
    }
    const own = await raw({ path: "/api/connections", headers: { origin: server.url, cookie } })
    assert.strictEqual(own.status, 200)
  })

  it("cannot show the pages in a frame, or bring scripts into them", async () => {
    const { headers } = await fetch(`${server.url}/`)
    const rules = headers.get("content-security-policy") ?? ""
    assert.include(rules, "default-src 'none'")
    assert.include(rules, "script-src 'self'")
    assert.include(rules, "frame-ancestors 'none'")
    assert.isFalse(/unsafe|\*|http/.test(rules), rules)
    assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
    assert.strictEqual(headers.get("x-frame-options"), "DENY")
    assert.isNull(headers.get("access-control-allow-origin"))
  })
})

describe("odd requests", () => {
  it("do not reach files outside the pages", async () => {
    const cookie = await session()
    const climbs = [
      "/../../../package.json",
      "/..%2f..%2f..%2fpackage.json",
      "/%2e%2e/%2e%2e/package.json",
      "/assets/..%5c..%5cpackage.json",
      "//etc/passwd",
      "/acme.yaml",
      "/.decant/serve/serve.lock",
      "/api/connections/..%2f..%2fetc%2fpasswd/spec",
      "/api/connections/%2e%2e/spec",
      "/api/connections/acme.yaml%00/spec"
    ]
    for (const path of climbs) {
      const { status, text } = await raw({ path, headers: { host: new URL(server.url).host, cookie } })
      assert.isTrue(status >= 300 && status < 500, `${path}: ${status}`)
      assert.isFalse(/root:|"name": "decant"|clientSecret/.test(text), `${path}: ${text}`)
    }
  })

  it("do not put headers into answers", async () => {
    const cookie = await session()
    const host = new URL(server.url).host
    for (const path of [
      "/oauth/callback?state=%0d%0aset-cookie:x=1&code=%0d%0a",
      "/?token=%0d%0aset-cookie:x=1"
    ]) {
      const { status, text } = await raw({ path, headers: { host, cookie } })
      assert.strictEqual(status, 303, text)
    }
    const { headers } = await fetch(`${server.url}/oauth/callback?state=%0d%0ax-evil:1`, {
      redirect: "manual"
    })
    assert.strictEqual(headers.get("location"), "/?attempt=unknown")
    assert.isNull(headers.get("x-evil"))
    const title = "Acme\r\nalerts: [{ command: [touch, /tmp/x] }]"
    assert.strictEqual((await server.send("POST", "/api/connections/acme/rename", { title })).status, 422)
  })

  it("that are too big are not read", async () => {
    const { status } = await server.send("POST", "/api/session", { token: "x".repeat(3 * 1024 * 1024) })
    assert.strictEqual(status, 413)
  })

  it("of the wrong form are told what is wrong, without what was sent", async () => {
    const { status, json, text } = await server.send("POST", "/api/connect/client-credentials", {
      title: "x",
      environment: "production",
      clientId: "x",
      clientSecret: { oops: "my-secret-in-the-wrong-place" }
    })
    assert.strictEqual(status, 422, text)
    assert.strictEqual(json.code, "REQUEST_INVALID")
    assert.isFalse(text.includes("my-secret-in-the-wrong-place"))
  })
})

describe("SQL", () => {
  beforeAll(async () => {
    await vi.waitUntil(
      async () => (await server.send("GET", "/api/connections/acme")).json.lastSync?.state === "ok",
      { timeout: 100_000, interval: 200 }
    )
  })

  it("reads the copy", async () => {
    const { json, text } = await server.send("POST", "/api/connections/acme/query", {
      sql: "SELECT 41 + 1 AS answer"
    })
    assert.deepStrictEqual(json.rows, [[42]], text)
    const { json: tables } = await server.send("GET", "/api/connections/acme/tables")
    assert.isTrue(
      tables.some(({ name, rows }: { name: string; rows: number }) => name === "User" && rows > 0)
    )
    const csv = await server.send("POST", "/api/connections/acme/query.csv", {
      sql: "SELECT 1 AS a, 'x,y' AS b"
    })
    assert.strictEqual(csv.text, 'a,b\r\n1,"x,y"')
    assert.match(csv.headers.get("content-type") ?? "", /^text\/csv/)
  })

  const refused = [
    "CREATE TABLE x (a INT)",
    "DELETE FROM User",
    "INSERT INTO User (Id) VALUES ('x')",
    "DROP TABLE User",
    "SELECT 1; DROP TABLE User",
    "COPY User TO '/tmp/decant-stolen.csv'",
    "ATTACH '/tmp/decant-other.duckdb'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "EXPORT DATABASE '/tmp/decant-export'",
    "SELECT getenv('HOME')"
  ]
  for (const sql of refused) {
    it(`does not: ${sql}`, async () => {
      const answer = await server.send("POST", "/api/connections/acme/query", { sql })
      assert.strictEqual(answer.status, 422, answer.text)
      assert.match(answer.json.code, /^QUERY_(REFUSED|FAILED)$/)
    })
  }

  it("stops at its limit of rows", async () => {
    const sql = "SELECT * FROM range(100000)"
    const { json } = await server.send("POST", "/api/connections/acme/query", { sql, limit: 10 })
    assert.lengthOf(json.rows, 10)
    assert.isTrue(json.truncated)
  })
})

describe("an address that others can reach", () => {
  const refusedStart = async (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) => {
    const workspace = await openWarmWorkspace(org.env)
    try {
      const ended = await workspace.run(["serve", "--port", "0", ...args], env)
      assert.strictEqual(ended.code, 2, ended.stderr)
      return ended.stderr
    } finally {
      await workspace.remove()
    }
  }

  it("needs a password, and https", async () => {
    const wide = ["--host", "0.0.0.0"]
    assert.include(await refusedStart(wide), "password")
    assert.include(await refusedStart(wide, { DECANT_PASSWORD: "x" }), "https")
    assert.include(await refusedStart(["--public-url", "http://decant.example"]), "https")
  })
})

describe("behind a proxy with https", () => {
  it("only what came by https is answered, and the cookie is for https only", async () => {
    const proxied = await startServed({
      args: ["--public-url", "https://decant.example"],
      env: { DECANT_PASSWORD: "correct horse battery staple" }
    })
    const port = String(proxied.port)
    const session = (headers: Readonly<Record<string, string>>) =>
      raw({
        port,
        path: "/api/session",
        method: "POST",
        headers: { host: "decant.example", "content-type": "application/json", ...headers },
        body: JSON.stringify({ password: "correct horse battery staple" })
      })
    try {
      assert.strictEqual(proxied.signInUrl, "https://decant.example")
      for (const headers of [{}, { "x-forwarded-proto": "http" }]) {
        const { status, text } = await session(headers)
        assert.strictEqual(status, 403)
        assert.include(text, "HTTPS_NEEDED")
      }
      const { status, cookie } = await session({ "x-forwarded-proto": "https" })
      assert.strictEqual(status, 200)
      assert.match(cookie, /^__Host-decant=.*; Secure/)
    } finally {
      await proxied.stop()
    }
  })
})
