/** The spec file over HTTP: shown without secrets, changed with its comments kept, never changed where a page must not. */
import { readdir, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { openDatabase } from "./support/database.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"
import { cookieOf, eventsOf, type Served, startServed, textOf } from "./support/served.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const clearSecret = "a-secret-in-clear-1234"

const spec = (extra = "") => `# the team's spec
version: 1
name: acme
source:
  type: salesforce
  environment: \${SALESFORCE_URL}
  auth:
    method: client-credentials
    clientId: \${SALESFORCE_CLIENT_ID}
    clientSecret: \${SALESFORCE_CLIENT_SECRET}
  streams:
    # the biggest one
    - object: Account   # with its roles
      roles: { logo: Customer_Logo__c }
    - object: User # everybody
destination:
  type: duckdb
  path: ./acme.duckdb
  # lockTimeout: 1m
${extra}`

let org: Emulator
let server: Served

beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  const files = {
    "acme.yaml": spec("alerts: [{ webhook: https://hooks.example/T0/secret-path }]\n"),
    "clear.yaml": spec()
      .replace("${SALESFORCE_CLIENT_SECRET}", clearSecret)
      .replace("name: acme", "name: clear"),
    "lake.yaml": spec().replace("name: acme", "name: lake"),
    "pg.yaml": spec().replace("name: acme", "name: pg"),
    "broken.yaml": `${spec().replace("name: acme", "name: broken")}  pat: ./x\n`
  }
  server = await startServed({ files, env: org.env })
  await server.signIn()
})
afterAll(async () => {
  await server?.stop()
  await org?.stop()
})

const specOf = async (id = "acme") => (await server.send("GET", `/api/connections/${id}/spec`)).json

const put = async (text: string, id = "acme") =>
  server.send("PUT", `/api/connections/${id}/spec`, { text, version: (await specOf(id)).version })

const change = async (wanted: unknown, save = true, id = "acme") =>
  server.send("POST", `/api/connections/${id}/spec/change`, {
    version: (await specOf(id)).version,
    change: wanted,
    save
  })

describe("the spec of a connection", () => {
  it("is shown as it stands, and what it says", async () => {
    const shown = await specOf()
    assert.include(shown.text, "# the biggest one")
    assert.deepStrictEqual(shown.problems, [])
    assert.strictEqual(shown.view.method, "client-credentials")
    assert.deepStrictEqual(shown.view.streams[0], { object: "Account", roles: { logo: "Customer_Logo__c" } })
    assert.deepStrictEqual(shown.view.destination, { type: "duckdb", path: "./acme.duckdb" })
  })

  it("shows secrets that stand in clear as stars, and keeps them when it is saved", async () => {
    const { text } = await specOf("clear")
    assert.isFalse(text.includes(clearSecret))
    assert.include(text, 'clientSecret: "********"')
    assert.isFalse((await specOf()).text.includes("secret-path"))
    const saved = await put(text.replace("# everybody", "# all people"), "clear")
    assert.strictEqual(saved.status, 200, saved.text)
    const onDisk = await textOf(server.path("clear.yaml"))
    assert.include(onDisk, `clientSecret: ${clearSecret}`)
    assert.include(onDisk, "# all people")
  })

  it("names mistakes at their lines, and a text with mistakes is not saved", async () => {
    const broken = await specOf("broken")
    assert.isNull(broken.view)
    assert.match(broken.problems[0].message, /did you mean `path`/)
    assert.strictEqual(broken.text.split("\n")[broken.problems[0].line - 1].trim(), "pat: ./x")
    const before = await textOf(server.path("acme.yaml"))
    const { json } = await put((await specOf()).text.replace("object: User", "objekt: User"))
    assert.isAbove(json.problems[0].line, 10)
    assert.strictEqual(await textOf(server.path("acme.yaml")), before)
  })

  it("changed on disk meanwhile is not written over", async () => {
    const old = await specOf()
    const text = (await textOf(server.path("acme.yaml"))).replace("# the team's spec", "# edited by hand")
    await writeFile(server.path("acme.yaml"), text)
    await vi.waitUntil(async () => (await specOf()).version !== old.version, {
      timeout: 60_000,
      interval: 100
    })
    const late = await server.send("PUT", "/api/connections/acme/spec", {
      text: old.text,
      version: old.version
    })
    assert.strictEqual(late.status, 409, late.text)
    assert.strictEqual(late.json.code, "SPEC_CHANGED")
    assert.include(await textOf(server.path("acme.yaml")), "# edited by hand")
  })

  it("edited on disk is told to pages that are open", async () => {
    const cookie = cookieOf(await fetch(server.signInUrl, { redirect: "manual" }))
    const response = await fetch(`${server.url}/api/events`, { headers: { cookie } })
    const told = eventsOf(response, (event) => event._tag === "connection" && event.connection === "acme")
    const text = await textOf(server.path("acme.yaml"))
    await writeFile(server.path("acme.yaml"), `${text}# one more line\n`)
    const events = await told
    assert.strictEqual(events[0]._tag, "hello")
    assert.strictEqual(events.at(-1)?.connection, "acme")
  })
})

describe("a change", () => {
  it("of streams keeps comments and what did not change", async () => {
    const streams = [
      { object: "User" },
      {
        object: "Account",
        roles: { logo: "Customer_Logo__c", reference: "Reference_Status__c" },
        where: "Industry != null"
      },
      { object: "Contact", mask: { Email: "hmac", Phone: "drop" }, history: true }
    ]
    const draft = await change({ streams }, false)
    assert.deepStrictEqual(draft.json.problems, [], draft.text)
    assert.isFalse((await textOf(server.path("acme.yaml"))).includes("Contact"))
    const planned = await server.send("POST", "/api/connections/acme/plan", { text: draft.json.text })
    assert.strictEqual(planned.status, 200, planned.text)
    assert.deepStrictEqual(
      planned.json.streams.map(({ stream, status }: Record<string, string>) => [stream, status]),
      [
        ["User", "ready"],
        ["Account", "ready"],
        ["Contact", "ready"]
      ]
    )
    const saved = await change({ streams, title: "Acme", schedule: { cron: "*/15 * * * *" } })
    assert.deepStrictEqual(saved.json.view.streams, streams, saved.text)
    const onDisk = await textOf(server.path("acme.yaml"))
    assert.include(onDisk, "# everybody")
    assert.include(onDisk, 'schedule: "*/15 * * * *"')
    const { json } = await server.send("GET", "/api/connections/acme")
    assert.strictEqual(json.title, "Acme")
    assert.strictEqual(json.schedule.cron, "*/15 * * * *")
    assert.isNotNull(json.schedule.nextAt)
    const paused = await server.send("POST", "/api/connections/acme/pause")
    assert.isTrue(paused.json.schedule.paused, paused.text)
    assert.isNull((await change({ schedule: null })).json.view.schedule)
  })

  it("to a Postgres keeps its address encrypted, tries it, and reads the copy through it", async () => {
    const database = await openDatabase()
    try {
      const destination = { type: "postgres", url: database.url, queryUrl: database.url }
      const tried = await server.send("POST", "/api/connections/pg/destination/test", { destination })
      assert.strictEqual(tried.json.status, "ok", tried.text)
      const wrong = { ...destination, url: database.url.replace("secret@", "wrong@") }
      const failed = await server.send("POST", "/api/connections/pg/destination/test", {
        destination: wrong
      })
      assert.strictEqual(failed.json.status, "fail", failed.text)
      await change({ destination: wrong }, false, "pg")
      const saved = await change({ destination, streams: [{ object: "User" }] }, true, "pg")
      assert.deepStrictEqual(saved.json.problems, [], saved.text)
      assert.deepStrictEqual(saved.json.view.destinationSecrets, ["url", "queryUrl"])
      assert.isFalse(saved.text.includes("secret@"))
      // Those that were tried, and the ones of a draft, are gone.
      assert.lengthOf(await readdir(server.path(".decant/secrets")), 2)
      assert.isFalse((await textOf(server.path("pg.yaml"))).includes("secret@"))
      const started = await server.send("POST", "/api/runs", { connection: "pg" })
      await vi.waitUntil(
        async () => (await server.send("GET", `/api/runs/${started.json.id}`)).json.finishedAt !== null,
        { timeout: 100_000, interval: 200 }
      )
      const { json: run } = await server.send("GET", `/api/runs/${started.json.id}`)
      assert.strictEqual(run.state, "ok", JSON.stringify(run))
      const { json: tables } = await server.send("GET", "/api/connections/pg/tables")
      const [users] = tables.filter(({ name }: { name: string }) => name === "user")
      assert.strictEqual(users?.rows, (await org.truth("User")).length, JSON.stringify(tables))
      const shown = await server.send("POST", "/api/connections/pg/query", { sql: users.sql })
      assert.isAbove(shown.json.rows.length, 5, shown.text)
      for (const sql of [
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "CREATE TABLE x (a int)",
        "DELETE FROM salesforce.user"
      ]) {
        const refused = await server.send("POST", "/api/connections/pg/query", { sql })
        assert.strictEqual(refused.status, 422, `${sql}: ${refused.text}`)
      }
    } finally {
      await database.drop()
    }
  })
})

describe("a destination of files", () => {
  it("is tried, filled, and asked like any other", async () => {
    const destination = { type: "parquet", path: "./lake" }
    const saved = await change({ destination, streams: [{ object: "User" }] }, true, "lake")
    assert.deepStrictEqual(saved.json.problems, [], saved.text)
    const connection = () => server.send("GET", "/api/connections/lake")
    assert.isNull((await connection()).json.storedAt)
    const started = await server.send("POST", "/api/runs", { connection: "lake" })
    await vi.waitUntil(
      async () => (await server.send("GET", `/api/runs/${started.json.id}`)).json.finishedAt !== null,
      { timeout: 100_000, interval: 200 }
    )
    const { json: tables, text } = await server.send("GET", "/api/connections/lake/tables")
    const [users] = tables.filter(({ name }: { name: string }) => name === "User")
    assert.strictEqual(users?.rows, (await org.truth("User")).length, text)
    const shown = await server.send("POST", "/api/connections/lake/query", { sql: users.sql })
    assert.isAbove(shown.json.rows.length, 5, shown.text)
    const { json: filled, text: told } = await connection()
    const ended = Date.parse(filled.lastSync.finishedAt)
    assert.closeTo(Date.parse(filled.storedAt), ended, 60_000, told)
  })
})

describe("what a page may not change", () => {
  const changes: ReadonlyArray<readonly [what: string, from: string | RegExp, to: string]> = [
    ["the org's address", "${SALESFORCE_URL}", "https://evil.example.com"],
    ["how it logs in", "method: client-credentials", "method: sf-cli"],
    ["a secret's variable", "${SALESFORCE_CLIENT_SECRET}", "${HOME}"],
    [
      "a secret into a file reference",
      "clientSecret: ${SALESFORCE_CLIENT_SECRET}",
      "clientSecret: { file: /etc/passwd }"
    ],
    ["its name", "name: acme", "name: other"],
    ["its alerts", /alerts: .*/, "alerts: [{ command: [touch, /tmp/decant-was-here] }]"],
    ["the checkpoint", "version: 1", "version: 1\ncheckpoint: ../x.json"],
    ["what agents may do", "version: 1", "version: 1\nmcp: { objects: [Account] }"],
    ["the destination outside its folder", "path: ./acme.duckdb", "path: ../acme.duckdb"],
    ["the destination to an absolute path", "path: ./acme.duckdb", "path: /tmp/acme.duckdb"],
    ["the destination to another host", "path: ./acme.duckdb", "path: s3://elsewhere/acme"],
    ["the destination over a spec", "path: ./acme.duckdb", "path: ./clear.yaml"],
    ["the destination over stored logins", "path: ./acme.duckdb", "path: ./.decant/connections/x"],
    ["a snapshot over another file", "path: ./acme.duckdb", "path: ./acme.duckdb\n  publish: ../../x.duckdb"],
    ["the destination through a link", "path: ./acme.duckdb", "path: ./out/acme.duckdb"],
    [
      "a database's address",
      /type: duckdb\n {2}path: .*/,
      "type: postgres\n  url: postgres://evil.example/x"
    ],
    [
      "a reference of its own",
      /type: duckdb\n {2}path: .*/,
      "type: postgres\n  url: { file: ./.decant/secrets/../../clear.yaml }"
    ],
    ["a variable into a filter", "object: User", "object: User\n      where: Name = '${HOME}'"],
    ["a variable into a name", "type: duckdb", "type: duckdb\n  schema: ${HOME}"],
    ["the address through an alias", /environment: .*/, "environment: &x https://evil.example.com"]
  ]
  beforeAll(() => symlink(tmpdir(), server.path("out")))

  for (const [what, from, to] of changes) {
    it(what, async () => {
      const { text } = await specOf()
      assert.notStrictEqual(
        text.replace(from, () => to),
        text
      )
      const before = await textOf(server.path("acme.yaml"))
      const answer = await put(text.replace(from, () => to))
      assert.strictEqual(answer.status, 403, answer.text)
      assert.strictEqual(answer.json.code, "SPEC_FORBIDDEN")
      const draft = await server.send("POST", "/api/connections/acme/plan", {
        text: text.replace(from, () => to)
      })
      assert.strictEqual(draft.status, 403, draft.text)
      assert.strictEqual(await textOf(server.path("acme.yaml")), before)
    })
  }

  it("a stand-in for a secret does not bring the secret to another place", async () => {
    const { text } = await specOf("clear")
    const moved = text.replace("name: clear", 'name: clear\ntitle: "********"')
    const { json } = await put(moved, "clear")
    assert.isFalse(JSON.stringify(json).includes(clearSecret))
  })
})

describe("a filter", () => {
  it("is tried at the org: how many rows it leaves, the first of them, or what Salesforce says", async () => {
    const all = (await org.truth("User")).filter(({ IsActive }) => IsActive === true).length
    const tried = await server.send("POST", "/api/connections/acme/where", {
      object: "User",
      where: "IsActive = true"
    })
    assert.deepStrictEqual(tried.json, { rows: all })
    const preview = await server.send("POST", "/api/connections/acme/preview", {
      object: "User",
      where: "IsActive = true"
    })
    assert.strictEqual(preview.json.rows.length, Math.min(10, all))
    const wrong = await server.send("POST", "/api/connections/acme/where", {
      object: "User",
      where: "Nmae = 'x'"
    })
    assert.strictEqual(wrong.json.code, "WHERE_INVALID")
    assert.include(wrong.json.message, "Nmae")
  })
})
