/** Streams that are not simply an object: queries, two of one object, filters, rows without an identity. */
import { DuckDBInstance } from "@duckdb/node-api"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const streams = `
    - object: Opportunity
    - object: Opportunity
      name: Big
      where: "Amount > 50000"
    - object: AppDefinition
      fields: all
    - object: Group
    - name: by_stage
      soql: "SELECT StageName, COUNT(Id) deals FROM Opportunity GROUP BY StageName"
    - name: wins
      soql: "SELECT Id, Name, Owner.Name FROM Opportunity WHERE IsWon = true"
destination:`

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  workspace = await openWarmWorkspace(org.env, specText(["User"]).replace("\ndestination:", streams))
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

const values = async (sql: string): Promise<ReadonlyArray<ReadonlyArray<unknown>>> => {
  const instance = await DuckDBInstance.create(workspace.path("test.duckdb"), { access_mode: "READ_ONLY" })
  const connection = await instance.connect()
  const rows = (await connection.runAndReadAll(sql)).getRowsJson()
  connection.closeSync()
  instance.closeSync()
  return rows
}

const synced = async () => {
  const { report } = await workspace.sync()
  const of = (name: string) => report.streams.find(({ stream }) => stream === name)
  return { report, of }
}

describe("odd streams", () => {
  it("stand in tables of their own; rows without an identity are refused before anything is stored", async () => {
    const { report, of } = await synced()
    const app = of("AppDefinition")
    assert.strictEqual(app?.status, "failed")
    assert.strictEqual(app?.error?.code, "NON_UNIQUE_KEY")
    assert.deepStrictEqual(
      report.streams.flatMap(({ stream, status, error }) => (status === "ok" ? [] : [[stream, error?.code]])),
      [["AppDefinition", "NON_UNIQUE_KEY"]]
    )
    const truth = await org.truth("Opportunity")
    const won = truth.filter((row) => row.IsWon === true && row.IsDeleted === false)
    assert.deepStrictEqual(await values("SELECT count(*)::INT FROM salesforce.wins"), [[won.length]])
    const big = truth.filter((row) => Number(row.Amount) > 50_000)
    assert.deepStrictEqual(await values("SELECT count(*)::INT FROM salesforce.Big"), [[big.length]])
    const tables = await values(
      "SELECT table_name FROM information_schema.tables WHERE table_name = 'AppDefinition'"
    )
    assert.deepStrictEqual(tables, [])
  })

  it("follow what leaves them", async () => {
    const live = (await org.truth("Opportunity")).filter((row) => row.IsDeleted === false)
    const [a, b] = live.filter((row) => Number(row.Amount) > 50_000)
    const [group] = await org.truth("Group")
    await org.records("Opportunity", { update: [{ Id: a?.Id, Amount: 1 }], hardDelete: [b?.Id] })
    await org.records("Group", { delete: [group?.Id] })
    const { of } = await synced()
    assert.strictEqual(of("Big")?.deleted, 2)
    assert.strictEqual(of("Opportunity")?.deleted, 1)
    assert.strictEqual(of("Group")?.deleted, 1)
    const marked = await values(
      `SELECT count(*)::INT FROM salesforce.Big WHERE IsDeleted AND Id IN ('${a?.Id}', '${b?.Id}')`
    )
    assert.deepStrictEqual(marked, [[2]])
    assert.deepStrictEqual(
      await values(`SELECT count(*)::INT FROM salesforce.Group_live WHERE Id = '${group?.Id}'`),
      [[0]]
    )
    const again = await synced()
    const moved = again.report.streams.filter(({ rows }) => rows > 0).map(({ stream }) => stream)
    assert.deepStrictEqual(moved, [])
  })
})
