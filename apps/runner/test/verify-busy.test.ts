/** On an org where people work all the time `decant verify` reports nothing that is not wrong, and all that is. */
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { keepBusy } from "./support/busy-org.ts"
import { changeCell } from "./support/compare.ts"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import type { Emulator } from "./support/emulator.ts"
import { openSmallOrg } from "./support/small-org.ts"

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 })

/** More of them, or on Parquet: `DECANT_VERIFY_ROUNDS=20 DECANT_VERIFY_PARQUET=1`. */
const rounds = Number(process.env.DECANT_VERIFY_ROUNDS ?? 1)
const parquet = process.env.DECANT_VERIFY_PARQUET === "1"
const objects = ["Account", "Contact", "Opportunity"]

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await openSmallOrg()
  const spec = specText(objects)
  const onParquet = spec.replace("type: duckdb", "type: parquet").replace("./test.duckdb", "./test")
  workspace = await openWarmWorkspace(org.env, parquet ? onParquet : spec)
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

const verify = async (...args: ReadonlyArray<string>) => {
  const ended = await workspace.run(["verify", "decant.yaml", "--json", ...args])
  return { ...ended, report: JSON.parse(ended.stdout) }
}

describe("decant verify while people work", () => {
  it("reports no difference, alone, beside a sync and after one", async () => {
    assert.strictEqual((await workspace.sync()).code, 0)
    const people = keepBusy(org, objects, 120)
    try {
      for (let round = 0; round < rounds; round++) {
        const alone = await verify()
        assert.strictEqual(alone.code, 0, JSON.stringify(alone.report, null, 1) + alone.stderr)
        const syncing = workspace.start(["sync", "--quiet"])
        const [beside, synced] = await Promise.all([verify(), syncing.ended])
        assert.strictEqual(synced.code, 0, synced.stderr)
        assert.strictEqual(beside.code, 0, JSON.stringify(beside.report, null, 1) + beside.stderr)
        const quick = await verify("--quick")
        assert.strictEqual(quick.code, 0, JSON.stringify(quick.report, null, 1) + quick.stderr)
      }
      await vi.waitFor(() => assert.isAbove(people.changes(), 20), 60_000)
    } finally {
      await people.stop()
    }
  })

  it.skipIf(parquet)("still names what something else did to the copy", async () => {
    const people = keepBusy(org, ["Contact", "Opportunity"], 120)
    try {
      assert.strictEqual((await workspace.sync()).code, 0)
      const [row] = (await org.truth("Account")).filter(({ IsDeleted }) => IsDeleted === false)
      await changeCell(
        workspace.path("test.duckdb"),
        `UPDATE salesforce."Account" SET Name = 'somebody else' WHERE Id = '${row?.Id}'`
      )
      const found = await verify()
      assert.strictEqual(found.code, 7, found.stderr)
      const named = found.report.streams.flatMap(
        (stream: { rows: ReadonlyArray<{ id: string }> }) => stream.rows
      )
      assert.deepStrictEqual(
        named.map(({ id }: { id: string }) => id),
        [String(row?.Id)]
      )
    } finally {
      await people.stop()
    }
  })
})
