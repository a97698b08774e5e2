/** A spec's budget of API calls pauses a run, whose state is kept, and the next one goes on. */
import { afterAll, assert, beforeAll, it, vi } from "@effect/vitest"
import { allDifferences } from "./support/compare.ts"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  const spec = specText(["Contact", "User"]).replace(
    "\n  streams:",
    "\n  apiBudget: { org: 80%, own: 20% }\n  streams:"
  )
  workspace = await openWarmWorkspace(org.env, spec)
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

it("pauses with exit 5 when the org's share is used, and goes on when it is not any more", async () => {
  await org.control("POST", "limits", { dailyApiRequests: { max: 1000, used: 795 } })
  const paused = await workspace.sync()
  assert.strictEqual(paused.code, 5, paused.stdout + paused.stderr)
  assert.strictEqual(paused.report.status, "paused")
  const stopped = paused.report.streams.filter(({ status }) => status === "paused")
  assert.isAbove(stopped.length, 0)
  for (const { error } of stopped) assert.strictEqual(error?.code, "API_BUDGET_SPENT")
  await org.control("POST", "limits", { dailyApiRequests: { max: 1000, used: 100 } })
  assert.strictEqual((await workspace.sync()).code, 0)
  assert.deepStrictEqual(await allDifferences(org, workspace.path("test.duckdb"), ["Contact", "User"]), [])
})

it("pauses when this spec has used its own share, counted over its runs", async () => {
  await org.control("POST", "limits", { dailyApiRequests: { max: 60, used: 1 } })
  const ended = await workspace.run(["sync", "decant.yaml", "--json"])
  assert.strictEqual(ended.code, 5, ended.stdout + ended.stderr)
  assert.include(ended.stdout, "This spec used")
})
