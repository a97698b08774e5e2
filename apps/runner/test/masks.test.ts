/** Masked values are hidden in the copy, comparable with each other, and the same in every run. */
import { readFile } from "node:fs/promises"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  const spec = specText(["Contact"]).replace(
    "- object: Contact",
    "- object: Contact\n      mask: { Email: hmac, Title: drop }"
  )
  // A key folder of its own: the test must not make one in the person's home.
  workspace = await openWarmWorkspace({ ...org.env }, spec)
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

const home = () => ({ DECANT_HOME: workspace.path("home") })

const emails = async (): Promise<ReadonlyArray<string>> => {
  const ended = await workspace.run([
    "query",
    "--json",
    `SELECT "Email" FROM "Contact" WHERE "Email" IS NOT NULL ORDER BY "Id"`
  ])
  assert.strictEqual(ended.code, 0, ended.stderr)
  return (JSON.parse(ended.stdout).rows as Array<[string]>).map(([email]) => email)
}

const copyBytes = () => readFile(workspace.path("test.duckdb"))

describe("a stream with masks", () => {
  it("holds hashes instead of values, drops what is to be dropped, and keeps its key encrypted", async () => {
    const ended = await workspace.run(["sync", "--json"], home())
    assert.strictEqual(ended.code, 0, ended.stderr)
    const clear = (await org.truth("Contact")).flatMap((row) =>
      row.Email === null ? [] : [String(row.Email)]
    )
    const stored = await emails()
    assert.strictEqual(stored.length, clear.length)
    assert.strictEqual(new Set(stored).size, new Set(clear).size)
    assert.isEmpty(stored.filter((email) => email.includes("@")))
    const address = clear.find((email) => email.length > 12) ?? ""
    assert.isFalse((await copyBytes()).includes(Buffer.from(address)))
    const columns = await workspace.run(["query", "--json", 'SELECT * FROM "Contact" LIMIT 1'])
    assert.notInclude(columns.stdout, '"Title"')
    const sealed = await readFile(workspace.path(".decant/masks/test.jwe"), "utf8")
    assert.strictEqual(sealed.split(".").length, 5)
  })

  it("gives a changed row's value the hash that an equal value has", async () => {
    const before = await emails()
    const rows = (await org.truth("Contact")).filter((row) => row.Email !== null && row.IsDeleted === false)
    const [first, second] = rows
    await org.records("Contact", { update: [{ Id: first?.Id, Email: second?.Email }] })
    const ended = await workspace.run(["sync", "--json"], home())
    assert.strictEqual(JSON.parse(ended.stdout).streams[0].updated, 1)
    const after = await emails()
    assert.strictEqual(after.filter((email, at) => email !== before[at]).length, 1)
    assert.isEmpty(after.filter((email) => !before.includes(email)))
  })

  it("stops when the key cannot be read, rather than hash under another one", async () => {
    const ended = await workspace.run(["sync", "--json"], { DECANT_HOME: workspace.path("other-home") })
    assert.strictEqual(JSON.parse(ended.stdout).error.code, "AUTH_STORE_KEY")
    assert.notStrictEqual(ended.code, 0)
  })
})
