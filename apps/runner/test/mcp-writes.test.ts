/** What agents may change when they may: only the objects that are named, each write with its before and after. */
import { readFile, stat } from "node:fs/promises"
import { afterAll, assert, beforeAll, it, vi } from "@effect/vitest"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"
import { type Agent, type HttpServer, httpServer, stdioAgent } from "./support/mcp-client.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

const token = "a-token-that-only-this-test-knows"
const version = "/services/data/v67.0"
let org: Emulator
let workspace: Workspace
let server: HttpServer
let agent: Agent
/** Whose person is asked, and says no. */
let asked: Agent

beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  workspace = await openWarmWorkspace(org.env, `${specText(["Account"])}mcp: { objects: [Contact] }\n`)
  server = await httpServer(workspace, { ...org.env, DECANT_MCP_TOKEN: token }, ["--allow-writes"])
  asked = await server.agent(token, false)
  agent = await stdioAgent(workspace, org.env, ["--allow-writes", "--objects", "Contact,Task"])
})
afterAll(async () => {
  await agent?.close()
  await asked?.close()
  await server?.stop()
  await workspace?.remove()
  await org?.stop()
})

const live = async (object: string) =>
  (await org.truth(object)).filter(({ IsDeleted }) => IsDeleted === false)

const logged = async () =>
  (await readFile(workspace.path(".decant/writes.jsonl"), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))

const refused = async (name: string, given: Record<string, unknown>, why = "") => {
  const answer = await agent.call(name, given)
  assert.isTrue(answer.isError, `${name} ${JSON.stringify(given)}: ${answer.text}`)
  assert.include(answer.text, why)
}

it("lists the tools that write, as what they are, only when writes are allowed", async () => {
  const { tools } = await agent.client.listTools()
  const hints = Object.fromEntries(tools.map(({ name, annotations }) => [name, annotations]))
  assert.deepInclude(hints.create_record, { readOnlyHint: false, destructiveHint: false })
  assert.deepInclude(hints.update_record, { readOnlyHint: false, destructiveHint: true })
  assert.deepInclude(hints.delete_records, { readOnlyHint: false, destructiveHint: true })
  assert.deepInclude(hints.sync_now, { readOnlyHint: false, destructiveHint: false, idempotentHint: true })
  assert.deepInclude(hints.bulk_load_status, { readOnlyHint: true })
})

it("needs the objects by name before anything may be written", async () => {
  const none = await openWarmWorkspace(org.env, specText(["Account"]))
  const nameless = await none.run(["mcp", "--allow-writes"])
  assert.strictEqual(nameless.code, 2)
  assert.include(nameless.stderr, "--objects Task,Contact")
  const alone = await none.run(["mcp", "--objects", "Contact"])
  assert.strictEqual(alone.code, 2)
  await none.remove()
})

it("creates, changes, upserts and deletes records, and logs the values before and after", async () => {
  const created = await agent.call("create_record", {
    object: "Contact",
    values: { LastName: "O'Neil", Email: "new@example.com" }
  })
  assert.isFalse(created.isError, created.text)
  const { id } = created.data
  assert.strictEqual(created.data.link, `${org.url}/${id}`)
  const updated = await agent.call("update_record", { object: "contact", id, values: { LastName: "Ng" } })
  assert.isFalse(updated.isError, updated.text)
  const lines = await logged()
  const update = lines.find(({ operation, id: of }) => operation === "update" && of === id)
  assert.deepStrictEqual([update.before, update.after], [{ LastName: "O'Neil" }, { LastName: "Ng" }])
  assert.include(update.by, "decant mcp, local")
  assert.match(update.userId, /^005/)
  assert.strictEqual((await stat(workspace.path(".decant/writes.jsonl"))).mode & 0o077, 0)
  const deleted = await agent.call("delete_records", { object: "Contact", ids: [id] })
  assert.deepStrictEqual(deleted.data.deleted, [id])
  const remove = (await logged()).find(({ operation, id: of }) => operation === "delete" && of === id)
  assert.strictEqual(remove.before.LastName, "Ng")
})

it("refuses every other object, and what would reach around the list", async () => {
  const [account] = await live("Account")
  const [contact] = await live("Contact")
  const values = { Name: "Changed" }
  await refused("create_record", { object: "Account", values }, "may not change")
  await refused("update_record", { object: "Account", id: account?.Id, values }, "may not change")
  await refused("update_record", { object: "Contact", id: account?.Id, values: { LastName: "X" } })
  await refused("update_record", { object: "Contact", id: contact?.Id, values: { attributes: "X" } })
  await refused("delete_records", { object: "Contact", ids: [account?.Id] }, "not the Id of a record")
  // An Id in place of the field leads over a relationship to the parent.
  await refused("upsert_record", {
    object: "Contact",
    externalIdField: contact?.Id,
    externalId: "Account",
    values
  })
  await refused("bulk_load", { object: "Account", operation: "insert", csv: "Name\nX\n" }, "may not change")
  assert.isFalse((await live("Account")).some(({ Name }) => Name === "Changed" || Name === "X"))
})

it("lets REST change listed objects only, however the call is wrapped", async () => {
  const [account] = await live("Account")
  const [contact] = await live("Contact")
  const body = { Name: "Changed" }
  const inAccount = { method: "PATCH", url: `${version}/sobjects/Account/${account?.Id}`, body }
  const attributes = { type: "Account" }
  const calls: ReadonlyArray<Record<string, unknown>> = [
    { method: "PATCH", path: `${version}/sobjects/Account/${account?.Id}`, body },
    { method: "PATCH", path: `${version}/sobjects/Contact/${contact?.Id}/Account`, body },
    { method: "PATCH", path: `${version}/sobjects/Contact/${account?.Id}`, body },
    { method: "DELETE", path: `${version}/composite/sobjects?ids=${account?.Id}` },
    {
      method: "POST",
      path: `${version}/composite`,
      body: { compositeRequest: [{ ...inAccount, referenceId: "a" }] }
    },
    {
      method: "POST",
      path: `${version}/composite`,
      body: {
        compositeRequest: [
          { method: "GET", url: `${version}/sobjects/Contact/@{x.Id}/Account`, referenceId: "a" }
        ]
      }
    },
    {
      method: "POST",
      path: `${version}/composite/batch`,
      body: {
        batchRequests: [{ method: "PATCH", url: `v67.0/sobjects/Account/${account?.Id}`, richInput: body }]
      }
    },
    {
      method: "POST",
      path: `${version}/composite/graph`,
      body: { graphs: [{ graphId: "g", compositeRequest: [{ ...inAccount, referenceId: "a" }] }] }
    },
    {
      method: "PATCH",
      path: `${version}/composite/sobjects`,
      body: { records: [{ attributes, id: account?.Id, ...body }] }
    },
    {
      method: "POST",
      path: `${version}/composite/tree/Contact`,
      body: {
        records: [{ attributes: { type: "Contact", referenceId: "r" }, X: { records: [{ attributes }] } }]
      }
    },
    { method: "POST", path: `${version}/tooling/executeAnonymous?anonymousBody=x` },
    { method: "POST", path: `${version}/actions/standard/emailSimple`, body: {} },
    { method: "POST", path: "/services/apexrest/Anything", body: {} },
    { method: "POST", path: `${version}/jobs/ingest`, body: { object: "Account", operation: "insert" } },
    { method: "POST", path: `${version}/sobjects/Contact?_HttpMethod=PATCH`, body },
    { method: "POST", path: `${version}/sobjects/Contact/../Account`, body },
    { method: "POST", path: `${version}/sobjects/%41ccount`, body }
  ]
  const before = (await org.requests()).length
  for (const call of calls) await refused("rest_write", call)
  const sent = (await org.requests()).slice(before).filter(({ method }) => method !== "GET")
  assert.deepStrictEqual(sent, [])
  const right = await agent.call("rest_write", {
    method: "POST",
    path: `${version}/composite`,
    body: {
      allOrNone: true,
      compositeRequest: [
        {
          method: "PATCH",
          url: `${version}/sobjects/Contact/${contact?.Id}`,
          referenceId: "a",
          body: { Title: "By REST" }
        }
      ]
    }
  })
  assert.isFalse(right.isError, right.text)
  const changed = (await live("Contact")).find(({ Id }) => Id === contact?.Id)
  assert.strictEqual(changed?.Title, "By REST")
  const path = `${version}/sobjects/Contact/${contact?.Id}`
  const alone = await agent.call("rest_write", { method: "PATCH", path, body: { Title: "Alone" } })
  assert.strictEqual(alone.data?.status, 204, alone.text)
  const logs = await logged()
  const update = logs.find(({ operation, id }) => operation === "update" && id === contact?.Id)
  assert.deepStrictEqual([update?.before, update?.after], [{ Title: "By REST" }, { Title: "Alone" }])
})

it("asks before it deletes many", async () => {
  const ids = (await live("Contact")).slice(0, 6).map(({ Id }) => Id)
  const path = `${version}/composite/sobjects?ids=${ids.join(",")}`
  await refused("delete_records", { object: "Contact", ids }, "confirm: 6")
  await refused("delete_records", { object: "Contact", ids, confirm: 5 }, "confirm: 6")
  await refused("rest_write", { method: "DELETE", path }, "confirm: 6")
  await refused(
    "bulk_load",
    { object: "Contact", operation: "delete", csv: `Id\n${ids.join("\n")}\n` },
    "confirm: 6"
  )
  // A client that can ask the person must: the agent's own word does not count.
  const no = await asked.call("delete_records", { object: "Contact", ids, confirm: 6 })
  assert.include(no.text, "did not agree")
  const rows = new Set((await live("Contact")).map(({ Id }) => Id))
  assert.isTrue(ids.every((id) => rows.has(id)))
  const done = await agent.call("delete_records", { object: "Contact", ids, confirm: 6 })
  assert.deepStrictEqual(done.data.deleted, ids)
  const yes = await server.agent(token, true)
  const more = (await live("Contact")).slice(0, 6).map(({ Id }) => Id)
  const agreed = await yes.call("delete_records", { object: "Contact", ids: more })
  assert.deepStrictEqual(agreed.data?.deleted, more, agreed.text)
  await yes.close()
})

it("loads records from CSV and tells which were refused and why", async () => {
  const csv = "LastName,Email\nLoaded One,one@example.com\n,two@example.com\n"
  const answer = await agent.call("bulk_load", { object: "Contact", operation: "insert", csv })
  assert.isFalse(answer.isError, answer.text)
  assert.include(answer.data.load, { rows: 2, succeeded: 1, failed: 1 })
  assert.include(answer.data.failures, "REQUIRED_FIELD_MISSING")
  assert.isTrue((await live("Contact")).some(({ LastName }) => LastName === "Loaded One"))
  const status = await agent.call("bulk_load_status", { id: answer.data.load.id })
  assert.include(status.data.loads[0], { id: answer.data.load.id, processed: 2 })
  const wrong = await agent.call("bulk_load", { object: "Contact", operation: "insert", csv: "Nmae\nX\n" })
  assert.isTrue(wrong.isError)
  assert.include(wrong.text, "Nmae")
})
