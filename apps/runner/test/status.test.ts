/** What `decant status` says of a copy before, after and between syncs. */
import { writeFile } from "node:fs/promises"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import type { CopyStatus } from "../src/status/copy-status.ts"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  workspace = await openWarmWorkspace(org.env, specText(["Account", "Contact"]))
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

const status = async (): Promise<CopyStatus> => {
  // No variable of the source is set: status must not need one.
  const ended = await workspace.run(["status", "--json"], { SALESFORCE_CLIENT_SECRET: "" })
  assert.strictEqual(ended.code, 0, ended.stderr)
  return JSON.parse(ended.stdout)
}

describe("decant status", () => {
  it("says that nothing has been synced, and how to begin", async () => {
    const ended = await workspace.run(["status"])
    assert.strictEqual(ended.code, 0)
    assert.match(ended.stdout, /nothing has been synced/)
    assert.match(ended.stderr, /decant sync/)
    assert.deepStrictEqual((await status()).streams, [])
  })

  it("says of each stream how many rows it has and how old they are", async () => {
    const { report } = await workspace.sync()
    const found = await status()
    assert.strictEqual(found.orgId, org.orgId)
    for (const stream of found.streams) {
      const synced = report.streams.find((one) => one.stream === stream.stream)
      assert.strictEqual(stream.rows, synced?.inserted)
      assert.strictEqual(stream.cursor, synced?.cursor.to ?? null)
      assert.isAtMost(stream.ageSeconds ?? Number.NaN, 60)
      assert.isNull(stream.unfinished)
    }
    assert.deepStrictEqual(
      found.runs.map(({ runId, rows }) => ({ runId, rows })),
      [{ runId: report.runId, rows: report.streams.reduce((sum, stream) => sum + stream.rows, 0) }]
    )
  })

  it("names a stream that failed with what to do, and what changed in the org", async () => {
    await org.control("POST", "schema/Account", { addField: { name: "Tier__c", type: "string", length: 20 } })
    const spec = specText(["Account", "Contact"]).replace(
      /- object: Account\n.*\n/,
      "- object: Account\n      fields: all\n"
    )
    await writeFile(workspace.path("decant.yaml"), spec)
    await org.control("POST", "faults", {
      match: { path: "Contact" },
      times: 100,
      action: { status: 400, body: [{ errorCode: "INSUFFICIENT_ACCESS", message: "no access" }], headers: {} }
    })
    await workspace.sync()
    await org.control("DELETE", "faults")
    const found = await status()
    const of = (stream: string) => found.streams.find((one) => one.stream === stream)
    assert.isNull(of("Account")?.lastError)
    assert.isNotEmpty(of("Contact")?.lastError?.fix)
    assert.isTrue(
      found.drift.some(({ stream, change }) => stream === "Account" && change.startsWith("Tier__c: new"))
    )
    const text = (await workspace.run(["status"])).stdout
    assert.match(text, /Contact +[\d,]+ .*failed: /)
    assert.match(text, /Account: Tier__c: new/)
  })
})
