/** `decant verify` names exactly what differs from the org, and mends it. */
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { allDifferences, changeCell } from "./support/compare.ts"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import type { Emulator } from "./support/emulator.ts"
import { openSmallOrg } from "./support/small-org.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await openSmallOrg()
  // Rows that the org has deleted and merged are in the copy from its first sync on.
  for (const object of ["Account", "Contact", "Opportunity"]) {
    await org.records(object, { delete: (await live(object)).slice(-4) })
  }
  const [master, loser] = (await live("Contact")).slice(-2)
  await org.records("Contact", { merge: { master, losers: [loser] } })
  workspace = await openWarmWorkspace(org.env, specText(["Account", "Contact", "Opportunity"]))
  const synced = await workspace.sync()
  assert.strictEqual(synced.code, 0, synced.stderr)
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

interface Row {
  readonly id: string
  readonly kind: string
  readonly columns: ReadonlyArray<string>
  readonly cause: string
  readonly mended: boolean
}

interface Verified {
  readonly status: string
  readonly apiCalls: number
  readonly streams: ReadonlyArray<{
    readonly stream: string
    readonly status: string
    readonly coverage: string
    readonly compared: number
    readonly missing: number
    readonly extra: number
    readonly doubled: number
    readonly stamp: number
    readonly values: number
    readonly mended: number
    readonly apiCalls: number
    readonly explained: Readonly<Record<string, number>>
    readonly rows: ReadonlyArray<Row>
    readonly error: { readonly code: string } | null
  }>
}

const verify = async (...args: ReadonlyArray<string>) => {
  const ended = await workspace.run(["verify", "decant.yaml", "--json", ...args])
  const report: Verified = JSON.parse(ended.stdout)
  return { ...ended, report, rows: report.streams.flatMap(({ rows }) => rows) }
}

const inShort = ({ id, kind, columns }: Row): string => [id, kind, ...columns].join(" ")

const damage = (sql: string) => changeCell(workspace.path("test.duckdb"), sql)

const live = async (object: string): Promise<ReadonlyArray<string>> =>
  (await org.truth(object)).filter((row) => row.IsDeleted === false).map((row) => String(row.Id))

const table = (name: string): string => `salesforce."${name}"`

const clean = async (): Promise<void> => {
  const { code, report, rows, stderr } = await verify()
  assert.deepStrictEqual(rows, [], stderr)
  assert.strictEqual(report.status, "same", stderr)
  assert.strictEqual(code, 0, stderr)
}

describe("decant verify", () => {
  it("finds a copy that was just made to be the same, value by value, and says what that costs first", async () => {
    const { code, report, stderr } = await verify()
    assert.strictEqual(code, 0, stderr)
    assert.strictEqual(report.status, "same")
    assert.match(stderr, /About \d+ API calls, \d+ of them made/)
    for (const stream of report.streams) {
      assert.strictEqual(stream.coverage, "all values")
      assert.strictEqual(stream.compared, (await org.truth(stream.stream)).length)
    }
  })

  it("names exactly the rows that were taken out, altered and doubled, and mends them", async () => {
    const ids = await live("Account")
    const [gone, altered, twice] = [ids.slice(0, 5), ids.slice(5, 8), ids.slice(8, 10)]
    const list = (some: ReadonlyArray<string>): string => some.map((id) => `'${id}'`).join(", ")
    await damage(`
      DELETE FROM ${table("Account")} WHERE Id IN (${list(gone)});
      UPDATE ${table("Account")} SET Name = Name || ' ' WHERE Id = '${altered[0]}';
      UPDATE ${table("Account")} SET AnnualRevenue = coalesce(AnnualRevenue, 0) + 1 WHERE Id = '${altered[1]}';
      UPDATE ${table("Account")} SET SystemModstamp = SystemModstamp - INTERVAL 1 HOUR WHERE Id = '${altered[2]}';
      INSERT INTO ${table("Account")} SELECT * FROM ${table("Account")} WHERE Id IN (${list(twice)})`)
    const expected = [
      ...gone.map((id) => `${id} missing`),
      `${altered[0]} values Name`,
      `${altered[1]} values AnnualRevenue`,
      `${altered[2]} stamp`,
      ...twice.map((id) => `${id} doubled`)
    ].sort()

    const found = await verify()
    assert.strictEqual(found.code, 7, found.stderr)
    assert.strictEqual(found.report.status, "different")
    assert.deepStrictEqual(found.rows.map(inShort).sort(), expected)
    const [account] = found.report.streams
    assert.deepInclude(account, { missing: 5, extra: 0, doubled: 2, stamp: 1, values: 2, mended: 0 })

    const quick = await verify("--quick")
    assert.strictEqual(quick.code, 7, quick.stderr)
    assert.deepInclude(quick.report.streams[0], { missing: 5, doubled: 2 })

    const repaired = await verify("--repair")
    assert.strictEqual(repaired.code, 0, repaired.stderr)
    assert.deepStrictEqual(repaired.rows.map(inShort).sort(), expected)
    assert.isTrue(repaired.rows.every(({ mended }) => mended))
    assert.strictEqual(repaired.report.streams[0]?.mended, 10)
    await clean()
    assert.deepStrictEqual(await allDifferences(org, workspace.path("test.duckdb"), ["Account"]), [])
  })

  const alterations: ReadonlyArray<readonly [string, string, string]> = [
    ["a text", "Name = Name || 'x'", "values Name"],
    [
      "the last digit of a number",
      "AnnualRevenue = coalesce(AnnualRevenue, 0.1) + 0.1",
      "values AnnualRevenue"
    ],
    ["a text that was null", "Website = ''", "values Website"],
    ["a stamp, forwards", "SystemModstamp = SystemModstamp + INTERVAL 2 SECOND", "stamp"],
    ["a stamp, into the future", "SystemModstamp = TIMESTAMPTZ '2077-01-01T00:00:00Z'", "stamp"],
    ["a stamp, backwards", "SystemModstamp = SystemModstamp - INTERVAL 1 SECOND", "stamp"],
    ["a stamp to none", "SystemModstamp = NULL", "stamp"],
    ["the deleted mark", "IsDeleted = NOT IsDeleted", "values IsDeleted"],
    ["an address", "BillingAddress = NULL", "values BillingAddress"]
  ]
  it("sees every kind of alteration in one row, and nothing else", async () => {
    const rows = (await org.truth("Account")).filter((row) => row.IsDeleted === false)
    const blank = rows.filter((row) => row.Website === null)
    const others = rows.filter((row) => row.Website !== null && row.BillingCity !== null)
    const expected: Array<string> = []
    for (const [index, [what, set, kind]] of alterations.entries()) {
      const row = what === "a text that was null" ? blank[0] : others[index]
      assert.isDefined(row, what)
      await damage(`UPDATE ${table("Account")} SET ${set} WHERE Id = '${row?.Id}'`)
      expected.push(`${row?.Id} ${kind}`)
    }
    const found = await verify("--stream", "Account")
    assert.deepStrictEqual(found.rows.map(inShort).sort(), expected.sort(), found.stderr)
    assert.strictEqual(found.code, 7)
    assert.strictEqual(found.report.streams[0]?.explained.drift, 0)
    const repaired = await verify("--repair", "--stream", "Account")
    assert.strictEqual(repaired.code, 0, repaired.stderr)
    await clean()
  })

  it("takes away what the org does not have, and knows rows that it has deleted", async () => {
    const [first, second, third] = await live("Contact")
    await damage(`
      INSERT INTO ${table("Contact")} BY NAME SELECT * REPLACE ('003ZZ00000zzzzzAAA' AS Id) FROM ${table("Contact")} WHERE Id = '${first}'`)
    const found = await verify("--stream", "Contact")
    assert.deepStrictEqual(found.rows.map(inShort), ["003ZZ00000zzzzzAAA extra"], found.stderr)
    assert.strictEqual((await verify("--repair")).code, 0)

    await org.records("Contact", { delete: [second], hardDelete: [third] })
    const since = await verify()
    assert.strictEqual(since.code, 0, since.stdout)
    assert.strictEqual((await workspace.sync()).code, 0)
    // The org's log of deletes is complete only up to some time ago.
    await org.control("POST", "clock", { advanceSeconds: 7200 })
    assert.strictEqual((await workspace.sync()).code, 0)
    await damage(`UPDATE ${table("Contact")} SET IsDeleted = false WHERE Id IN ('${second}', '${third}')`)
    const raised = await verify()
    assert.deepStrictEqual(
      raised.rows.map(inShort).sort(),
      [`${second} values IsDeleted`, `${third} extra`].sort()
    )
    assert.strictEqual((await verify("--repair")).code, 0)
    await clean()
  })

  it("takes rows that went for good since the last sync for no fault when it only counts", async () => {
    await org.records("Contact", { hardDelete: (await live("Contact")).slice(0, 4) })
    const quick = await verify("--quick")
    assert.strictEqual(quick.code, 0, quick.stdout + quick.stderr)
    const contact = quick.report.streams.find(({ stream }) => stream === "Contact")
    assert.strictEqual(contact?.extra, 0)
    assert.strictEqual(contact?.explained.pending, 4)
    assert.strictEqual((await workspace.sync()).code, 0)
  })

  it("says what cannot be compared, and what it was asked wrongly", async () => {
    const added = await openWarmWorkspace(org.env, specText(["Account"]))
    const ended = await added.run(["verify", "decant.yaml", "--json"])
    assert.strictEqual(ended.code, 1, ended.stderr)
    assert.strictEqual(JSON.parse(ended.stdout).streams[0].error.code, "NOT_COMPARABLE")
    await added.remove()
    assert.strictEqual((await workspace.run(["verify", "--quick", "--repair"])).code, 2)
    assert.strictEqual((await workspace.run(["verify", "--sample", "some"])).code, 2)
  })

  it("shows people a table, the rows with their causes, and one sentence", async () => {
    const [id] = await live("Opportunity")
    await damage(`UPDATE ${table("Opportunity")} SET Name = 'other' WHERE Id = '${id}'`)
    const { code, stdout } = await workspace.run(["verify", "decant.yaml"])
    assert.strictEqual(code, 7)
    assert.match(stdout, /Opportunity .* 1 differs/)
    assert.include(stdout, `values Opportunity ${id}: other values: Name`)
    assert.include(stdout, "Cause: something other than Decant changed it in the copy.")
    assert.match(stdout, /1 difference in .*test\.duckdb/)
    assert.strictEqual((await verify("--repair")).code, 0)
  })
})
