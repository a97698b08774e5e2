/** The org's schema and its formulas change; the copy follows, and the report names what changed. */
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { allDifferences } from "./support/compare.ts"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const objects = ["Account", "Opportunity"]

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  const spec = specText(objects)
    .replace(
      "\n      roles: { logo: Customer_Logo__c, reference: Reference_Status__c, marketingRights: Marketing_Rights__c }",
      ""
    )
    .replaceAll(/- object: (\w+)/g, "- object: $1\n      fields: all")
  workspace = await openWarmWorkspace(org.env, spec)
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

const synced = async () => {
  const ended = await workspace.sync()
  assert.strictEqual(ended.code, 0, ended.stdout + ended.stderr)
  const of = (name: string) => ended.report.streams.find(({ stream }) => stream === name)
  return { account: of("Account"), opportunity: of("Opportunity") }
}

const copyEqualsOrg = async () => {
  assert.deepStrictEqual(await allDifferences(org, workspace.path("test.duckdb"), objects), [])
}

const change = (what: unknown) => org.control("POST", "schema/Account", what)

describe("a copy of an org whose schema changes", () => {
  it("gets a new field of every row, and says so", async () => {
    await synced()
    await change({ addField: { name: "Score__c", type: "int", default: 7 } })
    const { account } = await synced()
    assert.match(account?.schemaChanges.join() ?? "", /^Score__c: new/)
    assert.strictEqual(account?.inserted, 0)
    assert.isAbove(account?.updated ?? 0, 10)
    await copyEqualsOrg()
    const again = (await synced()).account
    assert.deepStrictEqual([again?.rows, again?.schemaChanges, again?.warnings], [0, [], []])
  })

  it("widens a column whose type grew", async () => {
    await change({ changeField: { name: "Score__c", type: "double", precision: 18, scale: 2 } })
    const [row] = await org.truth("Account")
    await org.records("Account", { update: [{ Id: row?.Id, Score__c: 7.25 }] })
    const { account } = await synced()
    assert.match(account?.schemaChanges.join() ?? "", /^Score__c: INTEGER → DOUBLE/)
    await copyEqualsOrg()
  })

  it("keeps the values of a field that went, and says so once", async () => {
    await change({ removeField: "Score__c" })
    const { account } = await synced()
    assert.match(account?.schemaChanges.join() ?? "", /^Score__c: no longer read/i)
    assert.deepStrictEqual((await synced()).account?.schemaChanges, [])
    const { stdout } = await workspace.run([
      "query",
      "SELECT count(Score__c) > 10 AS kept FROM salesforce.Account",
      "--json"
    ])
    assert.deepStrictEqual(JSON.parse(stdout).rows, [[true]])
  })

  it("names a field that was renamed, and has its values under the new name too", async () => {
    await change({ addField: { name: "Tier__c", default: "gold" } })
    await synced()
    await change({ changeField: { name: "Tier__c", rename: "Level__c" } })
    const { account } = await synced()
    assert.include(account?.schemaChanges.join() ?? "", "Tier__c: renamed to Level__c")
    const sql =
      "SELECT count(*) FILTER (WHERE Level__c = 'gold' AND Tier__c = 'gold') = count(*) FROM salesforce.Account"
    const { stdout } = await workspace.run(["query", sql, "--json"])
    assert.deepStrictEqual(JSON.parse(stdout).rows, [[true]])
    assert.deepStrictEqual((await synced()).account?.schemaChanges, [])
  })

  it("has formulas that changed without a stamp after the refresh is due; only changed rows are written", async () => {
    const child = (await org.truth("Opportunity")).find((row) => row.AccountId !== null)
    await org.records("Account", { update: [{ Id: child?.AccountId, Industry: "Energy" }] })
    assert.strictEqual((await synced()).opportunity?.updated, 0)
    await org.control("POST", "clock", { advanceSeconds: 24 * 3600 })
    const { opportunity } = await synced()
    const touched = (await org.truth("Opportunity")).filter((row) => row.AccountId === child?.AccountId)
    assert.isAtMost(opportunity?.updated ?? 0, touched.length)
    assert.isAbove(opportunity?.updated ?? 0, 0)
  })
})
