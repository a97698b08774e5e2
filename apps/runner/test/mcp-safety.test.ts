/** What an agent is kept from: other people's records, other tables and columns, other paths, other hosts. */
import { request } from "node:http"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { guardPostgres } from "../src/mcp/copy-guard.ts"
import { openForReading } from "../src/mcp/rest-paths.ts"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"
import { type Agent, type HttpServer, httpServer, stdioAgent } from "./support/mcp-client.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

const tokens = { ANA_TOKEN: "the-token-of-ana-1234", BEN_TOKEN: "the-token-of-ben-5678" }
let org: Emulator
let workspace: Workspace
let server: HttpServer
let env: Readonly<Record<string, string>>
/** Of the person who started it, over the copy with an allow-list. */
let local: Agent
let ana: Agent
let ben: Agent
let hidden: ReadonlyArray<unknown>

const rules = `mcp:
  tables: { Account: all, Contact: [Id, LastName, AccountId] }
  callers:
    - { name: ana, token: "\${ANA_TOKEN}", username: "\${ANA}" }
    - { name: ben, token: { env: BEN_TOKEN }, username: "\${BEN}", copy: true }
`

const jwtSpec = (): string =>
  `${specText(["Account", "Contact", "User"]).replace(
    / {4}method: client-credentials[\s\S]*? {2}streams:/,
    `    method: jwt-bearer
    clientId: \${JWT_CLIENT}
    username: \${JWT_USER}
    privateKey: { file: "\${JWT_KEY}" }
  streams:`
  )}${rules}`

beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  const users = (await org.truth("User")).filter(
    ({ IsActive, Username }) => IsActive === true && Username !== org.username
  )
  const [one, two] = users.map(({ Username }) => String(Username))
  env = {
    SALESFORCE_URL: org.url,
    JWT_CLIENT: org.jwt.clientId,
    JWT_KEY: org.jwt.privateKeyFile,
    JWT_USER: org.username,
    ANA: one ?? "",
    BEN: two ?? "",
    ...tokens
  }
  const accounts = (await org.truth("Account")).filter(({ IsDeleted }) => IsDeleted === false)
  hidden = accounts.slice(0, 3).map(({ Id }) => Id)
  await org.records("Account", { unshare: { ids: hidden, users: [one] } })
  workspace = await openWarmWorkspace(env, jwtSpec())
  const synced = await workspace.run(["sync"])
  assert.strictEqual(synced.code, 0, synced.stderr)
  server = await httpServer(workspace, env)
  ana = await server.agent(tokens.ANA_TOKEN)
  ben = await server.agent(tokens.BEN_TOKEN)
  local = await stdioAgent(workspace, env)
})
afterAll(async () => {
  for (const agent of [ana, ben, local]) await agent?.close()
  await server?.stop()
  await workspace?.remove()
  await org?.stop()
})

const ask = (headers: Readonly<Record<string, string>>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const sent = request(server.url, { method: "POST", headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on("error", reject)
    sent.end(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }))
  })

describe("over HTTP", () => {
  it("answers only programs of this machine that know a token", async () => {
    const mime = { "content-type": "application/json", accept: "application/json, text/event-stream" }
    const right = { ...mime, authorization: `Bearer ${tokens.ANA_TOKEN}` }
    assert.strictEqual(await ask(mime), 401)
    assert.strictEqual(await ask({ ...mime, authorization: "Bearer somebody-elses-token" }), 401)
    assert.strictEqual(await ask({ ...mime, authorization: "Bearer " }), 401)
    assert.strictEqual(await ask({ ...right, host: "rebound.example" }), 403)
    assert.strictEqual(await ask({ ...right, host: `127.0.0.1:1` }), 403)
    assert.strictEqual(await ask({ ...right, origin: "https://evil.example" }), 403)
    assert.strictEqual(await ask({ ...right, origin: "null" }), 403)
    assert.notInclude([401, 403], await ask(right))
  })

  it("asks Salesforce as each caller's own user, who sees what that user sees", async () => {
    const list = hidden.map((id) => `'${id}'`).join(", ")
    const soql = `SELECT Id FROM Account WHERE Id IN (${list})`
    const seen = await ben.call("soql_query", { soql })
    assert.lengthOf(seen.data.records, 3, seen.text)
    assert.lengthOf((await ana.call("soql_query", { soql })).data.records, 0)
    assert.isTrue((await ana.call("get_record", { id: hidden[0] })).isError)
  })

  it("keeps the copy, which shows what the sync's user sees, from callers who were not given it", async () => {
    const names = async (agent: Agent) => (await agent.client.listTools()).tools.map(({ name }) => name)
    const ofCopy = ["query_copy", "list_tables", "sync_status", "verify_copy", "what_changed"]
    assert.includeMembers(await names(ben), ofCopy)
    const hers = await names(ana)
    assert.isEmpty(hers.filter((name) => ofCopy.includes(name)))
    assert.include(hers, "soql_query")
    const sql = "SELECT count(*) FROM Account"
    await ana.call("query_copy", { sql }).then(
      (answer) => assert.isTrue(answer.isError),
      (error) => assert.include(String(error), "query_copy")
    )
    const { resources } = await ana.client.listResources()
    assert.notInclude(
      resources.map(({ uri }) => uri),
      "decant://tables"
    )
  })

  it("starts no server whose callers could not be told apart or acted for", async () => {
    const same = await workspace.run(["mcp", "--http", "--port", "0"], { BEN_TOKEN: tokens.ANA_TOKEN })
    assert.strictEqual(same.code, 2)
    assert.notInclude(same.stderr, tokens.ANA_TOKEN)
    const other = await openWarmWorkspace({ ...org.env, ...env }, specText(["Account"]) + rules)
    const unmapped = await other.run(["mcp", "--http", "--port", "0"])
    assert.strictEqual(unmapped.code, 2)
    assert.include(unmapped.stderr, "jwt-bearer")
    await other.remove()
    const taken = await workspace.run(["mcp", "--http", "--port", server.url.port])
    assert.strictEqual(taken.code, 1)
    assert.include(taken.stderr, "--port")
    assert.include(taken.stderr, "listen_failed")
  })
})

describe("SQL over the copy", () => {
  it.each([
    ["a column of a table that is open in part", "SELECT Email FROM Contact"],
    ["the same by its whole name", "SELECT Email FROM salesforce.Contact"],
    ["the same in its view", "SELECT Email FROM Contact_live"],
    ["the same behind a comment", "/* /* */ WITH x AS (SELECT 1) */ SELECT Email FROM Contact"],
    ["the same in a WITH of the table's name", "WITH Contact AS (FROM Contact) SELECT Email FROM Contact"],
    ["the same in a sub-query", "SELECT (SELECT max(Email) FROM Contact) AS e FROM Account"],
    ["the same in a deeper WITH", "SELECT * FROM (WITH contact AS (FROM contact) SELECT Email FROM contact)"],
    ["a table that is not open", 'SELECT * FROM "User"'],
    ["a table that is not open, joined", 'SELECT * FROM Account a JOIN "User" u ON u.Id = a.OwnerId'],
    ["a view of it", "SELECT * FROM User_live"],
    ["a WITH before it is defined", 'WITH a AS (FROM "User"), "User" AS (SELECT 1) FROM a'],
    ["Decant's own state", "SELECT * FROM _decant.checkpoints"],
    ["a path through the catalogue", 'SELECT * FROM test.salesforce."User"'],
    ["the catalogue", "SELECT * FROM information_schema.columns"],
    ["settings", "SELECT * FROM duckdb_settings()"],
    ["a statement in a text", "SELECT * FROM query('SELECT Email FROM Contact')"],
    ["a table named in a text", "SELECT * FROM query_table('User')"],
    ["a file", "SELECT * FROM read_text('/etc/passwd')"],
    ["a file by its name", "SELECT * FROM '/etc/passwd'"],
    ["two statements", "SELECT 1; SELECT 2"],
    ["a write", "DELETE FROM Account"],
    ["a setting", "SET memory_limit = '1TB'"],
    ["an export", "COPY Account TO '/tmp/out.csv'"],
    ["the list of tables", "SHOW TABLES"],
    ["columns by DESCRIBE", "DESCRIBE Contact"],
    ["an attachment", "ATTACH '/tmp/other.duckdb'"]
  ])("refuses %s", async (_, sql) => {
    const answer = await local.call("query_copy", { sql })
    assert.isTrue(answer.isError, answer.text)
  })

  it.each([
    ["the columns that are open", "SELECT LastName, count(*) FROM Contact GROUP BY 1 ORDER BY 2 DESC"],
    ["only those by *", "SELECT * FROM Contact"],
    ["joins", "SELECT a.Name, c.LastName FROM Account a JOIN Contact c ON c.AccountId = a.Id LIMIT 2"],
    [
      "a WITH of its own",
      "WITH RECURSIVE c AS (SELECT * FROM Contact), n AS (FROM c) SELECT count(*) FROM n"
    ],
    ["rows of its own making", "SELECT x FROM unnest([1, 2]) AS t(x) UNION ALL SELECT 3"],
    ["labels", "SELECT label FROM _decant.fields WHERE table_name = 'Account'"]
  ])("answers with %s", async (_, sql) => {
    const answer = await local.call("query_copy", { sql })
    assert.isFalse(answer.isError, answer.text)
    assert.isNotEmpty(answer.data.rows)
    const names = answer.data.columns.map(({ name }: { name: string }) => name)
    assert.notInclude(names, "Email")
  })

  it("shows the tables and columns that are open, and no others", async () => {
    const { data } = await local.call("list_tables")
    const names = data.tables.map(({ name }: { name: string }) => name)
    assert.includeMembers(names, ["Account", "Account_live", "Contact", "Contact_live"])
    assert.notInclude(names, "User")
    const contact = await local.call("list_tables", { table: "Contact" })
    const [{ columns }] = contact.data.tables
    assert.notInclude(
      columns.map(({ name }: { name: string }) => name),
      "Email"
    )
    const changed = await local.call("what_changed", { since: "2000-01-01T00:00:00Z" })
    assert.include(JSON.stringify(changed.data.notCovered), "User")
  })
})

it("refuses a role of Postgres that may read more than agents may", async () => {
  const column = (name: string) => ({ name, type: "text" })
  const table = (schema: string, name: string, ...columns: ReadonlyArray<string>) => ({
    schema,
    name,
    columns: columns.map(column),
    restricted: false
  })
  const schema = "salesforce"
  const allowed = [table(schema, "account", "id", "name"), table(schema, "contact", "id")]
  const outcome = (...readable: ReadonlyArray<(typeof allowed)[number]>) =>
    Effect.runPromiseExit(guardPostgres({ readable, allowed, schema }))
  const own = table("pg_catalog", "pg_class", "oid")
  assert.isTrue(Exit.isSuccess(await outcome(own, table(schema, "account", "id"), ...allowed)))
  for (const more of [
    table(schema, "contact", "id", "email"),
    table(schema, "user", "id"),
    table("_decant", "checkpoints", "stream"),
    table("public", "account", "id")
  ]) {
    const exit = await outcome(...allowed, more)
    assert.isTrue(Exit.isFailure(exit), more.name)
    assert.include(String(exit), "REVOKE SELECT")
  }
})

describe("values in SOQL and SOSL", () => {
  it("finds by texts that look like SOQL what has just these texts", async () => {
    const texts = ["O'Neil' OR Name != '", "100%_\\", 'a "b" {c} \\u0041', "x' LIMIT 1 --"]
    await org.records("Contact", { insert: texts.map((LastName) => ({ LastName })) })
    for (const text of texts) {
      for (const operator of ["equals", "contains", "starts_with"]) {
        const { data, text: said } = await local.call("find_records", {
          object: "Contact",
          where: [{ field: "LastName", operator, value: text }]
        })
        const found = data?.records.map(({ LastName }: { LastName: string }) => LastName)
        assert.deepStrictEqual(found, [text], `${operator} ${text}: ${said}`)
      }
    }
  })

  it("takes names as names only", async () => {
    const where = [{ field: "Name = '' OR Name", operator: "equals", value: "x" }]
    for (const given of [
      { object: "Account", where },
      { object: "Account WHERE Name != ''" },
      { object: "Account", fields: ["Id, (SELECT Id FROM Contacts)"] },
      { object: "Account", orderBy: "Name LIMIT 1" },
      { object: "Account", where: [{ field: "CreatedDate", operator: "greater", value: "x OR 1" }] }
    ]) {
      assert.isTrue((await local.call("find_records", given)).isError, JSON.stringify(given))
    }
    assert.isTrue((await local.call("sosl_search", { term: "x", objects: ["Account(Id) "] })).isError)
    const term = "nobody} RETURNING User(Id"
    assert.isEmpty((await local.call("sosl_search", { term })).data.records)
  })
})

describe("REST by agents", () => {
  const version = "/services/data/v67.0"
  it.each([
    `${version}/tooling/executeAnonymous?anonymousBody=x`,
    `${version}/tooling/query?q=SELECT+Id+FROM+ApexClass`,
    `${version}/actions/standard`,
    `${version}/composite`,
    `${version}/composite/sobjects/Account?ids=x&fields=Id`,
    `${version}/limits?_HttpMethod=PATCH`,
    `${version}/limits?_%48ttpMethod=PATCH`,
    `${version}/limits?_httpmethod=PATCH`,
    `${version}/sobjects/Account/../../tooling/x`,
    `${version}/sobjects/%2e%2e/tooling`,
    `${version}//tooling/x`,
    `${version}/sobjects/Account/describe;x`,
    "/services/apexrest/Anything",
    "/services/oauth2/userinfo",
    "/services/async/67.0/job",
    "https://evil.example/services/data/v67.0/limits",
    "//evil.example/services/data/v67.0/limits",
    "/secur/frontdoor.jsp",
    `${version}/limits#x`,
    `${version}/limits\\..\\x`
  ])("refuses %s", (path) => {
    assert.isNotNull(openForReading(path))
  })

  it.each([
    "/services/data",
    `${version}/limits`,
    `${version}/query?q=SELECT+Id+FROM+Account`,
    `${version}/sobjects/Account/describe`,
    `${version}/sobjects/Account/001Dn0000000001IAA?fields=Name`,
    `${version}/sobjects/Account/deleted?start=2026-01-01T00%3A00%3A00Z&end=2026-01-02T00%3A00%3A00Z`,
    `${version}/jobs/ingest/750Dn0000000001/failedResults`
  ])("lets through %s", (path) => {
    assert.isNull(openForReading(path))
  })

  it("follows no redirect with the token", async () => {
    const status = 302
    const headers = { location: "http://127.0.0.1:9/services/data/v67.0/limits" }
    await org.control("POST", "faults", { match: { path: "/limits" }, action: { status, headers } })
    const answer = await local.call("rest_call", { path: `${version}/limits` })
    assert.isTrue(answer.isError, answer.text)
    assert.notInclude(answer.text, "ECONNREFUSED")
    await org.control("DELETE", "faults")
  })
})
