/** `decant soql`, `sosl`, `objects`, `describe`, `record` and `rest` as a person or a script uses them. */
import { readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

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

/** Exactly one document on stdout. */
const json = async (...args: ReadonlyArray<string>) => {
  const ended = await workspace.run([...args, "--json"])
  try {
    return { ...ended, document: JSON.parse(ended.stdout) }
  } catch {
    throw new Error(`not one JSON document (exit ${ended.code}):\n${ended.stdout}\n${ended.stderr}`)
  }
}

describe("decant soql", () => {
  it("prints the same rows as CSV, as JSON, and by a Bulk job", async () => {
    const statement = "SELECT Id, Account.Name FROM Contact"
    const contacts = (await org.truth("Contact")).filter((row) => row.IsDeleted === false)
    const { document } = await json("soql", statement)
    assert.strictEqual(document.totalSize, contacts.length)
    const names = new Map<string, string>()
    for (const { Id, Account } of document.records) names.set(Id, Account?.Name ?? "")
    assert.deepStrictEqual([...names.keys()].sort(), contacts.map(({ Id }) => String(Id)).sort())
    assert.include([...names.values()], "")
    const rest = await workspace.run(["soql", statement, "--format", "csv"])
    const bulk = await workspace.run(["soql", statement, "--bulk"])
    const ids = (text: string): ReadonlyArray<string> => (text.match(/\b003\w{15}\b/g) ?? []).sort()
    assert.match(rest.stdout, /^Id,Account\.Name\r\n/)
    assert.match(bulk.stdout, /^"Id","Account.Name"\n/)
    assert.deepStrictEqual(ids(rest.stdout), [...names.keys()].sort())
    assert.deepStrictEqual(ids(bulk.stdout), [...names.keys()].sort())
    const table = await workspace.run(["soql", statement])
    assert.include(table.stderr, `The first 1,000 of ${contacts.length.toLocaleString("en")} rows`)
  })

  it("says what is wrong and what to do, with the exit code that scripts know", async () => {
    const wrong = await json("soql", "SELECT Nmae FROM Account")
    assert.strictEqual(wrong.code, 2)
    assert.strictEqual(wrong.document.error.code, "API_UNKNOWN_FIELD")
    assert.include(wrong.document.error.fix, "decant describe")
    const both = await workspace.run(["soql", "SELECT Id FROM Account", "--bulk", "--rest"])
    assert.strictEqual(both.code, 2)
    assert.include(both.stderr, "exclude each other")
  })
})

describe("decant sosl, objects and describe", () => {
  it("look around in the org", async () => {
    const found = await json("sosl", "FIND {Corp} IN NAME FIELDS RETURNING Account(Id, Name)")
    assert.isAbove(found.document.records.length, 3)
    assert.strictEqual(found.document.records[0].object, "Account")
    const objects = await json("objects", "opportunity")
    assert.include(
      objects.document.objects.map(({ name }: { name: string }) => name),
      "Opportunity"
    )
    const fields = await workspace.run(["describe", "Contact"])
    assert.match(fields.stdout, /LastName\s+Last Name\s+string\(80\)\s+required/)
    const unknown = await workspace.run(["describe", "Contcat"])
    assert.strictEqual(unknown.code, 2)
    assert.include(unknown.stderr, "Did you mean Contact?")
  })
})

describe("decant record", () => {
  it("makes, changes, shows and deletes records, and logs who did it", async () => {
    const made = await json("record", "create", "Account", '{"Name": "Made here", "Industry": "Energy"}')
    assert.strictEqual(made.code, 0, made.stderr)
    const { id } = made.document
    const changed = await workspace.run(["record", "update", "Account", id, '{"Industry": null}'])
    assert.strictEqual(changed.stdout.trim(), id)
    const shown = await json("record", "get", "Account", id, "--fields", "Name,Industry")
    assert.deepStrictEqual(shown.document, { Name: "Made here", Industry: null })
    const upserted = await json(
      ...["record", "upsert", "Account", `{"External_Id__c": "k/1 ?", "Name": "By key"}`],
      ...["--external-id", "External_Id__c"]
    )
    assert.isTrue(upserted.document.created, upserted.stderr)
    const byName = ["record", "upsert", "Account", '{"Industry": "Energy"}', "--external-id", "Industry"]
    const noKey = await workspace.run(byName)
    assert.strictEqual(noKey.code, 2)
    assert.include(noKey.stderr, "Industry is not an external id of Account")
    assert.include(noKey.stderr, "Name one that is: External_Id__c.")
    const gone = await json("record", "delete", "Account", id, upserted.document.id)
    assert.deepStrictEqual(gone.document, { deleted: [id, upserted.document.id] })
    const missing = await json("record", "get", "Account", id)
    assert.strictEqual(missing.code, 1)
    assert.strictEqual(missing.document.error.code, "API_RECORD_DELETED")
    const lines = readFileSync(workspace.path(".decant/writes.jsonl"), "utf8").trimEnd().split("\n")
    const update = lines.map((line) => JSON.parse(line)).find(({ operation }) => operation === "update")
    assert.deepInclude(update, { id, by: "decant record update", phase: "sent" })
    assert.deepStrictEqual([update.before, update.after], [{ Industry: "Energy" }, { Industry: null }])
  })

  it("does not delete many without a word", async () => {
    const ids = Array.from({ length: 11 }, (_, at) => `0010000000000${String(at).padStart(2, "0")}`)
    const refused = await workspace.run(["record", "delete", "Account", ...ids])
    assert.strictEqual(refused.code, 2)
    assert.include(refused.stderr, "Add `--yes`.")
  })

  it("takes only values that are a JSON object", async () => {
    const refused = await workspace.run(["record", "create", "Account", "Name=Acme"])
    assert.strictEqual(refused.code, 2)
    assert.include(refused.stderr, '{"Name": "Acme"')
  })
})

describe("decant rest", () => {
  it("prints the answer as it is, and calls nothing but the org", async () => {
    const versions = await json("rest", "GET", "/services/data")
    assert.strictEqual(versions.document.at(-1).version, "68.0")
    const refused = await workspace.run(["rest", "GET", "https://example.com/services/data"])
    assert.strictEqual(refused.code, 2)
    assert.include(refused.stderr, "Begin it with /services/")
  })

  it("does not carry the token after a redirect", async () => {
    const seen: Array<string> = []
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization ?? "")
      response.end("{}")
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const location = `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/data`
    const match = { method: "GET", path: "/limits" }
    await org.control("POST", "faults", {
      match,
      times: 2,
      action: { status: 302, headers: { location }, body: "" }
    })
    const direct = await json("rest", "GET", "/services/data/v67.0/limits")
    server.close()
    await org.control("DELETE", "faults")
    assert.strictEqual(direct.code, 1)
    assert.strictEqual(direct.document.error.code, "ORG_REDIRECTED")
    assert.deepStrictEqual(seen, [])
  })
})

describe("--as", () => {
  it("acts as that Salesforce user with jwt-bearer, and says what is needed without it", async () => {
    const refused = await workspace.run(["soql", "SELECT Id FROM Account LIMIT 1", "--as", "eva@example.com"])
    assert.strictEqual(refused.code, 2)
    assert.include(refused.stderr, "jwt-bearer")
    const made = await workspace.run(["connect", "--generate-key"])
    assert.strictEqual(made.code, 0, made.stderr)
    await org.control("POST", "apps", {
      clientId: "as-app",
      certificate: readFileSync(workspace.path("test.crt"), "utf8"),
      flows: ["jwt-bearer"],
      permittedUsers: "admin-approved",
      preauthorized: true
    })
    const auth = `auth: { method: jwt-bearer, clientId: as-app, username: "${org.username}", privateKey: { file: ./test.key } }`
    await writeFile(
      workspace.path("jwt.yaml"),
      specText(["Account"]).replace(/auth:\n(\s+\w+: .*\n){3}/, `${auth}\n`)
    )
    const users = await org.truth("User")
    const other = users.find(
      ({ IsActive, Username, UserType }) =>
        IsActive === true && UserType === "Standard" && Username !== org.username
    )
    const as = ["--as", String(other?.Username), "--spec", "jwt.yaml"]
    const created = await json("record", "create", "Task", '{"Subject": "By somebody"}', ...as)
    assert.strictEqual(created.code, 0, created.stderr)
    const task = (await org.truth("Task")).find(({ Id }) => Id === created.document.id)
    assert.strictEqual(task?.CreatedById, other?.Id)
  })
})
