/** The MCP inspector's command line, as published, lists and calls the tools of `decant mcp` over both transports. */
import { execFile, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { openWorkspace, type Workspace } from "../test/support/decant.ts"
import { type Emulator, startEmulator } from "../test/support/emulator.ts"
import { type HttpServer, httpServer } from "../test/support/mcp-client.ts"

const here = fileURLToPath(new URL("./inspector", import.meta.url))
const cache = fileURLToPath(new URL("../../../node_modules/.cache/mcp-inspector", import.meta.url))
const decant = fileURLToPath(new URL("../bin/decant.mjs", import.meta.url))
const token = "a-token-that-only-this-test-knows"
const lists = ["package.json", "package-lock.json"]

const npmCi = (cwd: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const args = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    const script = process.env.npm_execpath
    const [command, first] = script === undefined ? ["npm", []] : [process.execPath, [script]]
    const child = spawn(command, [...first, ...args], { cwd, stdio: ["ignore", 2, 2] })
    child.once("error", reject)
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`npm ci of the inspector ended with ${code}`))
    )
  })

/** Once for each version, into the workspace's cache. */
const installed = async (): Promise<string> => {
  const hash = createHash("sha256")
  for (const name of lists) hash.update(readFileSync(join(here, name)))
  const folder = join(cache, hash.digest("hex").slice(0, 12))
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const scratch = mkdtempSync(join(cache, "new-"))
  try {
    for (const name of lists) copyFileSync(join(here, name), join(scratch, name))
    await npmCi(scratch)
    if (!existsSync(folder)) renameSync(scratch, folder)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return folder
}

let inspector: string
let org: Emulator
let workspace: Workspace
let server: HttpServer

beforeAll(async () => {
  inspector = join(await installed(), "node_modules/.bin/mcp-inspector")
  org = await startEmulator("--dataset", "demo")
  workspace = await openWorkspace(org.env)
  assert.strictEqual((await workspace.run(["sync"])).code, 0)
  server = await httpServer(workspace, { ...org.env, DECANT_MCP_TOKEN: token }, writes)
})
afterAll(async () => {
  await server?.stop()
  await workspace?.remove()
  await org?.stop()
})

const writes = ["--allow-writes", "--objects", "Contact"]

const targets: Readonly<Record<string, () => ReadonlyArray<string>>> = {
  stdio: () => [
    ...Object.entries(org.env).flatMap(([name, value]) => ["-e", `${name}=${value}`]),
    ...[process.execPath, decant, "mcp", workspace.path("decant.yaml"), ...writes]
  ],
  http: () => [server.url.href, "--transport", "http", "--header", `Authorization: Bearer ${token}`]
}

const inspect = (transport: string, ...args: ReadonlyArray<string>): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const target = targets[transport]?.() ?? []
    const all = [inspector, "--cli", ...target, ...args]
    const options = { env: { ...process.env, HOME: workspace.folder }, maxBuffer: 64 * 1024 * 1024 }
    execFile(process.execPath, all, options, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout))
      else reject(new Error(`${args.join(" ")}: ${stderr}\n${stdout}`))
    })
  })

const call = async (transport: string, name: string, ...given: ReadonlyArray<string>) => {
  const pairs = given.flatMap((pair) => ["--tool-arg", pair])
  const answer = await inspect(transport, "--method", "tools/call", "--tool-name", name, ...pairs)
  return answer as { readonly isError?: boolean; readonly structuredContent: Record<string, unknown> }
}

describe.each(Object.keys(targets))("over %s", (transport) => {
  it("finds nothing to complain of in the tools, and calls them", async () => {
    const { tools } = (await inspect(transport, "--method", "tools/list", "--strict")) as {
      readonly tools: ReadonlyArray<{ readonly name: string }>
    }
    assert.includeMembers(
      tools.map(({ name }) => name),
      ["soql_query", "query_copy", "create_record", "sync_now"]
    )
    const [opportunity] = (await org.truth("Opportunity")).filter(({ IsDeleted }) => IsDeleted === false)
    const [contact] = (await org.truth("Contact")).filter(({ IsDeleted }) => IsDeleted === false)
    const questions: Readonly<Record<string, ReadonlyArray<string>>> = {
      query_copy: ["sql=SELECT count(*) FROM Account"],
      list_tables: [],
      sync_status: [],
      verify_copy: ['streams=["User"]'],
      what_changed: ["since=2020-01-01T00:00:00Z"],
      sync_now: ['streams=["User"]'],
      soql_query: ["soql=SELECT Id FROM Account LIMIT 5"],
      find_records: ["object=Account", "orderBy=CreatedDate", "descending=true", "limit=5"],
      sosl_search: ["term=nobody"],
      list_objects: [],
      describe_object: ["object=Contact"],
      get_record: [`id=${opportunity?.Id}`],
      rest_call: ["path=/services/data/v67.0/limits"],
      bulk_query: ["soql=SELECT Id FROM User"],
      create_record: ["object=Contact", 'values={"LastName":"Inspected"}'],
      update_record: ["object=Contact", `id=${contact?.Id}`, 'values={"Title":"Inspected"}'],
      upsert_record: [
        ...["object=Contact", "externalIdField=Email", "externalId=inspected@example.com"],
        'values={"LastName":"Inspected"}'
      ],
      bulk_load: ["object=Contact", "operation=insert", "csv=LastName\nInspected\n"],
      bulk_load_status: [],
      rest_write: [
        ...["method=POST", "path=/services/data/v67.0/sobjects/Contact"],
        'body={"LastName":"Inspected"}'
      ],
      delete_records: ["object=Contact", `ids=["${contact?.Id}"]`]
    }
    assert.sameMembers(
      tools.map(({ name }) => name),
      Object.keys(questions)
    )
    const asked = Object.entries(questions)
    const ask = async ([name, given]: (typeof asked)[number]) => {
      const answer = await call(transport, name, ...given)
      assert.isNotTrue(answer.isError, `${name}: ${JSON.stringify(answer)}`)
      assert.isObject(answer.structuredContent, name)
    }
    // Each question starts the inspector anew, which is most of the time: two at once.
    for (let at = 0; at < asked.length; at += 2) await Promise.all(asked.slice(at, at + 2).map(ask))
    if (contact !== undefined) await org.records("Contact", { undelete: [contact.Id] })
  })

  it("reads resources and prompts", async () => {
    const resource = await inspect(
      transport,
      "--method",
      "resources/read",
      "--uri",
      "salesforce://objects/User"
    )
    assert.include(JSON.stringify(resource), "Username")
    const prompts = await inspect(transport, "--method", "prompts/list")
    assert.include(JSON.stringify(prompts), "last_accounts")
  })
})
