/** What `decant verify` makes of streams that are not plain objects: filters, masks, history, queries, kept rows. */
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { changeCell } from "./support/compare.ts"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import type { Emulator } from "./support/emulator.ts"
import { openSmallOrg } from "./support/small-org.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

const streams = `
    - object: Opportunity
      where: "Amount > 50000"
      history: true
    - object: Contact
      mask: { Email: hmac }
    - object: Account
      fields: [Name, Industry]
      onMissing: keep
    - name: won
      soql: "SELECT Id, Name, Owner.Name FROM Opportunity WHERE IsWon = true"
      primaryKey: Id
    - name: by_stage
      soql: "SELECT StageName, COUNT(Id) n FROM Opportunity GROUP BY StageName"
`

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await openSmallOrg()
  const spec = specText(["Lead"]).replace(/\n {4}- object: Lead\n/, streams)
  // On a Sunday at three all Ids would be compared, and what is missing read again.
  workspace = await openWarmWorkspace(org.env, `${spec}refresh: { reconcile: off }\n`)
  const synced = await workspace.run(["sync", "--json"], home())
  assert.strictEqual(synced.code, 0, synced.stderr)
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

/** A key folder of its own: the test must not make one in the person's home. */
const home = () => ({ DECANT_HOME: workspace.path("home") })

interface Row {
  readonly id: string
  readonly kind: string
  readonly columns: ReadonlyArray<string>
}

const verify = async (...args: ReadonlyArray<string>) => {
  const ended = await workspace.run(["verify", "decant.yaml", "--json", ...args], home())
  const report = JSON.parse(ended.stdout)
  const stream = (name: string) => report.streams.find((one: { stream: string }) => one.stream === name)
  const rows: ReadonlyArray<Row> = report.streams.flatMap((one: { rows: ReadonlyArray<Row> }) => one.rows)
  return {
    ...ended,
    report,
    stream,
    named: rows.map(({ id, kind, columns }) => [id, kind, ...columns].join(" "))
  }
}

const sync = async (...streams: ReadonlyArray<string>): Promise<void> => {
  const named = streams.flatMap((stream) => ["--stream", stream])
  assert.strictEqual((await workspace.run(["sync", ...named], home())).code, 0)
}

const table = (name: string): string => `salesforce."${name}"`
const damage = (sql: string) => changeCell(workspace.path("test.duckdb"), sql)

type Truth = Readonly<Record<string, unknown>>
const opportunities = async (): Promise<ReadonlyArray<Truth>> =>
  (await org.truth("Opportunity")).filter((row) => row.IsDeleted === false)
const big = (row: Truth): boolean => Number(row.Amount ?? 0) > 50_000

const ask = async (sql: string): Promise<ReadonlyArray<ReadonlyArray<unknown>>> =>
  JSON.parse((await workspace.run(["query", "--json", sql])).stdout).rows

describe("decant verify of streams that are not plain objects", () => {
  it("finds them all the same after a sync", async () => {
    const { code, report, stream, stderr } = await verify()
    assert.strictEqual(code, 0, stderr)
    assert.strictEqual(report.status, "same")
    assert.strictEqual(stream("by_stage").coverage, "counts")
    assert.isAbove(stream("won").compared, 0)
    assert.strictEqual((await verify("--quick")).code, 0)
  })

  it("knows rows that left a filter, and those that something else changed in it", async () => {
    const [a, b, c] = (await opportunities()).filter(big)
    await org.records("Opportunity", { update: [{ Id: a?.Id, Amount: 1 }] })
    const since = await verify("--stream", "Opportunity")
    assert.strictEqual(since.code, 0, since.stderr)
    await sync("Opportunity")
    // Its deleted mark is taken away: the row is outside of the filter, and stands as if it were in it.
    await damage(`
      UPDATE ${table("Opportunity")} SET IsDeleted = false WHERE Id = '${a?.Id}';
      UPDATE ${table("Opportunity")} SET Amount = Amount + 1, Name = 'other' WHERE Id = '${b?.Id}';
      DELETE FROM ${table("Opportunity")} WHERE Id = '${c?.Id}'`)
    // What left the filter within the look-back is read again by the next sync.
    await org.control("POST", "clock", { advanceSeconds: 1200 })
    await sync("Opportunity")
    await damage(`UPDATE ${table("Opportunity")} SET IsDeleted = false WHERE Id = '${a?.Id}'`)
    const found = await verify("--stream", "Opportunity")
    const expected = [`${a?.Id} extra`, `${b?.Id} values Name Amount`, `${c?.Id} missing`]
    assert.deepStrictEqual([...found.named].sort(), expected.sort(), found.stderr)
    const repaired = await verify("--stream", "Opportunity", "--repair")
    assert.strictEqual(repaired.code, 0, repaired.stderr)
    assert.strictEqual((await verify("--stream", "Opportunity")).code, 0)
    const [versions] = await ask(
      `SELECT count(*) FILTER (WHERE is_current), count(*) FROM "Opportunity_history" WHERE "Id" = '${b?.Id}'`
    )
    assert.strictEqual(versions?.[0], 1)
  })

  it("compares masked values, and puts the hash back", async () => {
    const [id] = (await org.truth("Contact")).filter((row) => row.Email !== null).map((row) => String(row.Id))
    const hash = () => ask(`SELECT "Email" FROM "Contact" WHERE "Id" = '${id}'`)
    const before = await hash()
    await damage(`UPDATE ${table("Contact")} SET Email = 'ada@example.com' WHERE Id = '${id}'`)
    const found = await verify("--stream", "Contact", "--repair")
    assert.deepStrictEqual(found.named, [`${id} values Email`], found.stderr)
    assert.strictEqual(found.code, 0)
    assert.deepStrictEqual(await hash(), before)
  })

  it("counts rows that are gone from the org and kept as no difference", async () => {
    const [account] = (await org.truth("Account")).filter((row) => row.IsDeleted === false)
    await org.records("Account", { hardDelete: [account?.Id] })
    await sync("Account")
    const found = await verify("--stream", "Account")
    assert.strictEqual(found.code, 0, found.stderr)
    assert.strictEqual(found.stream("Account").explained.kept, 1)
  })

  it("says of a query's rows that they have changed since, and what was surely taken out", async () => {
    await sync("won", "by_stage")
    const won = await ask(`SELECT "Id" FROM "won" ORDER BY 1`)
    const [first, second] = won.map(([id]) => String(id))
    await org.records("Opportunity", { update: [{ Id: first, Name: "another name" }] })
    const since = await verify("--stream", "won")
    assert.strictEqual(since.code, 0, since.stderr)
    assert.strictEqual(since.stream("won").explained.drift, 1)
    await damage(`DELETE FROM ${table("won")} WHERE Id = '${second}'`)
    const found = await verify("--stream", "won")
    assert.deepStrictEqual(found.named, [`${second} missing`], found.stderr)
    assert.strictEqual(found.code, 7)
    await damage(
      `DELETE FROM ${table("by_stage")} WHERE StageName = (SELECT min(StageName) FROM ${table("by_stage")})`
    )
    const counted = await verify("--stream", "by_stage")
    assert.strictEqual(counted.code, 7, counted.stderr)
    assert.strictEqual(counted.stream("by_stage").missing, 1)
  })
})
