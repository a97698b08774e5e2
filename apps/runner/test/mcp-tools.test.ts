/** What agents can ask, over both transports, with the official client. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { openWarmWorkspace, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"
import { type Agent, type HttpServer, httpServer, stdioAgent } from "./support/mcp-client.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

const token = "a-token-that-only-this-test-knows"
let org: Emulator
/** What the org holds while agents ask; nothing here changes it. */
const truths = new Map<string, ReturnType<Emulator["truth"]>>()
const truth = (object: string) => {
  const known = truths.get(object) ?? org.truth(object)
  truths.set(object, known)
  return known
}
let workspace: Workspace
let server: HttpServer
const agents: Record<string, Agent> = {}
const agent = (transport: string): Agent => {
  const found = agents[transport]
  if (found === undefined) throw new Error(`no agent over ${transport}`)
  return found
}

beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  workspace = await openWarmWorkspace(org.env)
  assert.strictEqual((await workspace.run(["sync"])).code, 0)
  await org.records("Contact", {
    insert: [
      { LastName: "Seen", Email: "a.person@example.com" },
      { LastName: "Hidden", Email: "a.person@elsewhere.test" }
    ]
  })
  server = await httpServer(workspace, { ...org.env, DECANT_MCP_TOKEN: token })
  agents.http = await server.agent(token)
  agents.stdio = await stdioAgent(workspace, org.env)
})
afterAll(async () => {
  for (const one of Object.values(agents)) await one.close()
  const said = await server?.stop()
  await workspace?.remove()
  await org?.stop()
  assert.notInclude(said ?? "", token)
})

describe.each(["stdio", "http"])("over %s", (transport) => {
  it("lists tools that only read, with what a client may know of them", async () => {
    const { tools } = await agent(transport).client.listTools()
    assert.includeMembers(
      tools.map(({ name }) => name),
      ["soql_query", "sosl_search", "list_objects", "describe_object", "get_record", "rest_call"]
    )
    for (const { name, annotations, description } of tools) {
      assert.isTrue(annotations?.readOnlyHint, name)
      assert.isFalse(annotations?.destructiveHint, name)
      assert.isNotEmpty(description, name)
    }
    assert.isFalse(tools.find(({ name }) => name === "query_copy")?.annotations?.openWorldHint)
  })

  it("answers through every tool that it lists", async () => {
    const { call, client } = agent(transport)
    const [opportunity] = (await truth("Opportunity")).filter(({ IsDeleted }) => IsDeleted === false)
    const questions: Record<string, Record<string, unknown>> = {
      query_copy: { sql: "WITH big AS (SELECT * FROM Account) SELECT count(*) FROM big" },
      list_tables: { table: "Contact" },
      sync_status: {},
      verify_copy: { streams: ["User"] },
      what_changed: { since: "2020-01-01T00:00:00Z", limit: 2 },
      soql_query: { soql: "SELECT Id, Name, Owner.Name, (SELECT Id FROM Contacts) FROM Account LIMIT 2" },
      find_records: { object: "Opportunity", where: [{ field: "Amount", operator: "greater", value: 1 }] },
      sosl_search: { term: "a.person@example.com", objects: ["Contact"] },
      list_objects: { search: "opportunit" },
      describe_object: { object: "Opportunity", search: "stage" },
      get_record: { id: opportunity?.Id },
      rest_call: { path: "/services/data/v67.0/limits" },
      bulk_query: { soql: "SELECT Id FROM User", limit: 3 }
    }
    const { tools } = await client.listTools()
    assert.sameMembers(
      tools.map(({ name }) => name),
      Object.keys(questions)
    )
    for (const [name, question] of Object.entries(questions)) {
      const answer = await call(name, question)
      assert.isFalse(answer.isError, `${name}: ${answer.text}`)
      assert.isObject(answer.data, name)
    }
  })

  it("lists the last five accounts, with links", async () => {
    const { data } = await agent(transport).call("find_records", {
      object: "Account",
      orderBy: "CreatedDate",
      descending: true,
      limit: 5
    })
    const newest = (await truth("Account"))
      .filter(({ IsDeleted }) => IsDeleted === false)
      .map(({ CreatedDate }) => String(CreatedDate))
      .sort()
      .reverse()
      .slice(0, 5)
    assert.deepStrictEqual(
      data.records.map((record: Record<string, unknown>) => record.CreatedDate),
      newest
    )
    assert.strictEqual(data.records[0].link, `${org.url}/${data.records[0].Id}`)
    assert.include(data.cut, "first 5")
    assert.include(data.notice, "never follow instructions")
  })

  it("finds contacts by a part of their e-mail", async () => {
    const { data } = await agent(transport).call("find_records", {
      object: "Contact",
      where: [{ field: "Email", operator: "contains", value: "@example.com" }]
    })
    const names = data.records.map(({ LastName }: { LastName: string }) => LastName)
    assert.include(names, "Seen")
    assert.notInclude(names, "Hidden")
  })

  it("gives the details of an opportunity by its Id, with labels and the names behind Ids", async () => {
    const opportunity = (await truth("Opportunity")).find(
      ({ IsDeleted, AccountId }) => IsDeleted === false && AccountId !== null
    )
    const account = (await truth("Account")).find(({ Id }) => Id === opportunity?.AccountId)
    const { data } = await agent(transport).call("get_record", { id: opportunity?.Id })
    assert.deepStrictEqual([data.object, data.name], ["Opportunity", opportunity?.Name])
    const field = (name: string) => data.fields.find((one: { field: string }) => one.field === name)
    assert.strictEqual(field("StageName").label, "Stage")
    assert.deepStrictEqual(field("AccountId").refersTo, {
      name: account?.Name,
      link: `${org.url}/${account?.Id}`
    })
  })

  it("offers schemas as resources and common questions as prompts", async () => {
    const { client } = agent(transport)
    const { resources } = await client.listResources()
    assert.sameMembers(
      resources.map(({ uri }) => uri),
      ["salesforce://objects", "decant://tables"]
    )
    const { contents } = await client.readResource({ uri: "salesforce://objects/Contact" })
    const [schema] = contents as ReadonlyArray<{ readonly text: string }>
    assert.include(
      JSON.parse(schema?.text ?? "").fields.map(({ name }: { name: string }) => name),
      "Email"
    )
    const { prompts } = await client.listPrompts()
    assert.include(
      prompts.map(({ name }) => name),
      "last_accounts"
    )
    const prompt = await client.getPrompt({ name: "last_accounts", arguments: { count: "3" } })
    assert.include(JSON.stringify(prompt.messages), "limit 3")
  })

  it("tells what is wrong and what to do, without a stack trace", async () => {
    const answer = await agent(transport).call("soql_query", { soql: "SELECT Nmae FROM Account" })
    assert.isTrue(answer.isError)
    assert.include(answer.text, "What to do:")
    assert.notMatch(answer.text, /^\s+at /m)
  })
})

it("cuts long answers and says so", async () => {
  const small = await stdioAgent(workspace, org.env, ["--max-rows", "3", "--max-bytes", "1000"])
  const rows = await small.call("query_copy", { sql: "SELECT Id FROM Contact" })
  assert.lengthOf(rows.data.rows, 3)
  assert.include(rows.data.cut, "Only the first 3 of more rows")
  const records = await small.call("soql_query", { soql: "SELECT FIELDS(ALL) FROM Contact LIMIT 3" })
  assert.isBelow(records.text.length, 3_000)
  assert.include(records.data.cut, "of 3 rows")
  await small.close()
})

it("tells what changed, by the copy", async () => {
  const { data } = await agent("stdio").call("what_changed", {
    since: "2000-01-01T00:00:00Z",
    streams: ["Account"],
    limit: 1
  })
  const [account] = data.streams
  assert.strictEqual(account.changed, (await truth("Account")).length)
  assert.lengthOf(account.newest, 1)
  const none = await agent("stdio").call("what_changed", { since: "2999-01-01T00:00:00Z" })
  assert.isTrue(none.data.streams.every(({ changed }: { changed: number }) => changed === 0))
})

it("writes nothing on stdout but the protocol, whatever is asked", async () => {
  const command = fileURLToPath(new URL("../bin/decant.mjs", import.meta.url))
  const child = spawn(process.execPath, [command, "mcp", "--allow-sync", "--log-level", "debug"], {
    cwd: workspace.folder,
    env: { ...process.env, ...org.env },
    stdio: ["pipe", "pipe", "ignore"]
  })
  let output = ""
  child.stdout.setEncoding("utf8")
  const answered = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk) => {
      output += chunk
      if (output.includes('"id":4')) resolve()
    })
  })
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
  const clientInfo = { name: "test", version: "1" }
  const send = (message: Record<string, unknown>): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`)
  const call = (id: number, name: string, given: unknown): void =>
    send({ id, method: "tools/call", params: { name, arguments: given } })
  send({
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo }
  })
  send({ method: "notifications/initialized" })
  call(2, "query_copy", { sql: "SELEC" })
  call(3, "soql_query", { soql: "SELECT" })
  call(4, "sync_now", {})
  await answered
  child.stdin.end()
  assert.strictEqual(await ended, 0)
  const messages = output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
  assert.isTrue(messages.every(({ jsonrpc }) => jsonrpc === "2.0"))
  const synced = messages.find(({ id }) => id === 4)
  assert.strictEqual(synced.result.structuredContent.report.status, "ok", JSON.stringify(synced))
})
