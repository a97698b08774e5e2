/** What a person can ask of a sync besides the ordinary: a field read again, another org taken on. */
import { existsSync } from "node:fs"
import { readFile, writeFile } from "node:fs/promises"
import { DuckDBInstance } from "@duckdb/node-api"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { allDifferences } from "./support/compare.ts"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  workspace = await openWarmWorkspace(org.env, specText(["Account", "User"]))
  assert.strictEqual((await workspace.sync()).code, 0)
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

/** As somebody would who writes into the file beside Decant. */
const inCopy = async (sql: string): Promise<ReadonlyArray<Readonly<Record<string, unknown>>>> => {
  const instance = await DuckDBInstance.create(workspace.path("test.duckdb"))
  const connection = await instance.connect()
  const rows = await connection.runAndReadAll(sql).then((reader) => reader.getRowObjectsJson())
  connection.closeSync()
  instance.closeSync()
  return rows
}

const updated = async (...args: ReadonlyArray<string>): Promise<number | undefined> => {
  const ended = await workspace.sync(...args)
  assert.strictEqual(ended.code, 0, ended.stderr)
  return ended.report.streams.find(({ stream }) => stream === "Account")?.updated
}

describe("--backfill", () => {
  it("reads one field again of all rows, also of those that have not changed", async () => {
    await inCopy(`UPDATE salesforce."Account" SET "Industry" = 'Alchemy' WHERE "Industry" = 'Energy'`)
    assert.strictEqual(await updated(), 0)
    assert.isAbove((await updated("--stream", "User", "--backfill", "account.industry")) ?? 0, 10)
    assert.deepStrictEqual(await allDifferences(org, workspace.path("test.duckdb"), ["Account"]), [])
    assert.strictEqual(await updated("--backfill", "Account.Industry"), 0)
  })

  it("is planned, and costs what the plan says, before it is done", async () => {
    const ended = await workspace.run(["sync", "--dry-run", "--backfill", "Account.BillingAddress", "--json"])
    assert.strictEqual(ended.code, 0, ended.stderr)
    const [account] = JSON.parse(ended.stdout).plan
    assert.deepStrictEqual([account.stream, account.backfills], ["Account", ["BillingAddress"]])
  })

  const mistakes = [
    ["Account", "USAGE", "Account.Industry"],
    ["Acount.Industry", "STREAM_UNKNOWN", "Did you mean Account?"],
    ["Account.Industri", "FIELD_UNKNOWN", "Did you mean Industry?"]
  ] as const
  for (const [asked, code, hint] of mistakes) {
    it(`of ${asked} is refused before anything is read`, async () => {
      const ended = await workspace.run(["sync", "--backfill", asked, "--json"])
      const { error } = JSON.parse(ended.stdout)
      assert.deepStrictEqual([ended.code, error.code], [2, code])
      assert.include(`${error.message} ${error.fix}`, hint)
    })
  }
})

describe("--adopt-org", () => {
  const other = "00D000000000001AAA"
  const mirror = ".decant/test.checkpoint.json"

  it("keeps the old org's tables aside and reads the new one from the beginning", async () => {
    await inCopy(`UPDATE _decant.checkpoints SET org_id = '${other}'`)
    await inCopy(`DELETE FROM salesforce."User"`)
    const text = await readFile(workspace.path(mirror), "utf8")
    await writeFile(workspace.path(mirror), text.replace(org.orgId, other))

    const refused = await workspace.run(["sync", "--json"])
    const { error } = JSON.parse(refused.stdout)
    assert.deepStrictEqual([refused.code, error.code], [2, "DESTINATION_OTHER_ORG"])
    assert.include(error.fix, "--adopt-org")

    const ended = await workspace.sync("--adopt-org")
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.include(ended.stderr, `salesforce.Account_${other}`)
    assert.deepStrictEqual(
      ended.report.streams.map(({ mode }) => mode),
      ["backfill", "backfill"]
    )
    assert.deepStrictEqual(await allDifferences(org, workspace.path("test.duckdb"), ["Account", "User"]), [])
    assert.deepStrictEqual(await inCopy(`SELECT count(*) AS rows FROM salesforce."User_${other}"`), [
      { rows: "0" }
    ])
    assert.isTrue(existsSync(workspace.path(`.decant/test.checkpoint.${other}.json`)))
    assert.strictEqual(JSON.parse(await readFile(workspace.path(mirror), "utf8")).orgId, org.orgId)
  })

  it("changes nothing where the org is the copy's own", async () => {
    const ended = await workspace.sync("--adopt-org")
    assert.include(ended.stderr, "nothing to set aside")
    assert.deepStrictEqual(
      ended.report.streams.map(({ mode, rows }) => [mode, rows]),
      [
        ["incremental", 0],
        ["incremental", 0]
      ]
    )
  })

  it("and --dry-run exclude each other", async () => {
    assert.strictEqual((await workspace.run(["sync", "--adopt-org", "--dry-run"])).code, 2)
  })
})
