/** `decant erase` against a copy of a local org: the record is gone, and comes back only as the command says. */
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

let org: Emulator
let workspace: Workspace
let person: Readonly<Record<string, unknown>>
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  const spec = specText(["Contact"])
    .replace("- object: Contact", "- object: Contact\n      history: true")
    .replace("path: ./test.duckdb", "path: ./test.duckdb\n  publish: ./snapshot.duckdb")
  workspace = await openWarmWorkspace(org.env, spec)
  assert.strictEqual((await workspace.run(["sync"])).code, 0)
  const [first] = (await org.truth("Contact")).filter((row) => row.Email !== null && row.IsDeleted === false)
  person = first ?? {}
  await org.records("Contact", { update: [{ Id: person.Id, LastName: "Unverwechselbar-Rautenkranz" }] })
  assert.strictEqual((await workspace.run(["sync"])).code, 0)
  // Out of the look-back of the next sync.
  await org.control("POST", "clock", { advanceSeconds: 3600 })
  assert.strictEqual((await workspace.run(["sync"])).code, 0)
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

const holding = async (text: string): Promise<ReadonlyArray<string>> => {
  const names = await readdir(workspace.folder, { recursive: true })
  const found: Array<string> = []
  for (const name of names) {
    const path = join(workspace.folder, name)
    if ((await stat(path)).isFile() && (await readFile(path)).includes(text)) found.push(name)
  }
  return found
}

const rows = async (sql: string): Promise<ReadonlyArray<ReadonlyArray<unknown>>> =>
  JSON.parse((await workspace.run(["query", "--json", sql])).stdout).rows

describe("decant erase", () => {
  it("asks, or wants to be told not to", async () => {
    const ended = await workspace.run(["erase", "Contact", String(person.Id)])
    assert.strictEqual(ended.code, 2)
    assert.include(ended.stderr, "--yes")
    assert.strictEqual((await rows(`SELECT 1 FROM "Contact" WHERE "Id" = '${person.Id}'`)).length, 1)
  })

  it("removes the record from tables, history, files, snapshot and spool, and says how it looked", async () => {
    for (const spool of ["test.checkpoint.json.spool", "test.checkpoint.json.verify.spool"]) {
      const left = workspace.path(`.decant/${spool}`)
      await mkdir(left, { recursive: true })
      await writeFile(join(left, "left-by-a-kill.csv"), String(person.Email))
    }
    assert.includeMembers(
      [...(await holding("Unverwechselbar-Rautenkranz"))],
      ["test.duckdb", "snapshot.duckdb"]
    )
    const before = await rows(`SELECT * FROM "Contact" WHERE "Id" <> '${person.Id}' ORDER BY "Id"`)

    const short = String(person.Id).slice(0, 15)
    const ended = await workspace.run(["erase", "contact", short, "--yes", "--json"])
    assert.strictEqual(ended.code, 0, ended.stderr)
    const erased = JSON.parse(ended.stdout)
    assert.deepInclude(erased, { object: "Contact", id: person.Id, spoolEmptied: true })
    assert.deepStrictEqual(erased.removed, [
      { place: "salesforce.Contact", rows: 1 },
      { place: "salesforce.Contact_history", rows: 2 }
    ])
    assert.isEmpty(erased.proof.filter(({ found }: { found: number }) => found > 0))
    assert.include(ended.stderr, "next change brings it back")

    for (const text of ["Unverwechselbar-Rautenkranz", String(person.Email), String(person.Id)]) {
      assert.isEmpty(await holding(text), text)
    }
    assert.deepStrictEqual(await rows(`SELECT * FROM "Contact" ORDER BY "Id"`), before)
  })

  it("leaves the copy able to go on; the record comes back with its next change", async () => {
    assert.strictEqual((await workspace.run(["sync"])).code, 0)
    await org.records("Contact", { update: [{ Id: person.Id, LastName: "Wiederkehr" }] })
    const { report } = await workspace.sync()
    assert.strictEqual(report.streams[0]?.inserted, 1)
    assert.deepStrictEqual(
      await rows(`SELECT "LastName" FROM "Contact_history" WHERE "Id" = '${person.Id}'`),
      [["Wiederkehr"]]
    )
  })

  it("does not name an object that is not there as done", async () => {
    const ended = await workspace.run(["erase", "Lead", "00Q000000000001", "--yes", "--json"])
    assert.strictEqual(ended.code, 1)
    assert.strictEqual(JSON.parse(ended.stdout).error.code, "DESTINATION_UNREACHABLE")
  })
})
