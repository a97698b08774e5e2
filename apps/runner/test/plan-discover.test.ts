/** `decant plan` and `decant discover` tell what is there and change nothing. */
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { afterAll, assert, beforeAll, it, vi } from "@effect/vitest"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  const spec = specText(["Opportunity"]).replace(
    "- object: Opportunity",
    "- object: Opportunity\n      fields: all"
  )
  workspace = await openWarmWorkspace(org.env, spec)
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

const planned = async () => {
  const ended = await workspace.run(["plan", "decant.yaml", "--json"])
  assert.strictEqual(ended.code, 0, ended.stderr)
  const { plan, cost } = JSON.parse(ended.stdout)
  assert.isAbove(cost.budget.left, cost.apiCalls)
  return plan[0]
}

it("discover lists objects with their rows, and the fields of one", async () => {
  const all = await workspace.run(["discover", "decant.yaml", "--json"])
  assert.strictEqual(all.code, 0, all.stderr)
  const { objects } = JSON.parse(all.stdout)
  const account = objects.find(({ name }: { name: string }) => name === "Account")
  const live = (await org.truth("Account")).filter((row) => row.IsDeleted === false)
  assert.deepStrictEqual([account.rows, account.api], [live.length, "bulk"])
  const one = await workspace.run(["discover", "--spec", "decant.yaml", "--object", "Opportunity"])
  assert.match(one.stdout, /Account_Industry__c.*formula/)
  const saved = await workspace.run([
    "discover",
    "decant.yaml",
    "--object",
    "TaskStatus",
    "--save",
    "org.json"
  ])
  assert.match(saved.stdout, /read by rest/)
  const { objects: raw } = JSON.parse(await readFile(workspace.path("org.json"), "utf8"))
  assert.deepStrictEqual(
    raw.map(({ name, keyPrefix }: { name: string; keyPrefix: string | null }) => [
      name,
      keyPrefix !== undefined
    ]),
    [["TaskStatus", true]]
  )
  const none = await workspace.run(["discover", "decant.yaml", "--object", "Acount"])
  assert.strictEqual(none.code, 2)
  assert.include(none.stderr, "Did you mean Account?")
})

it("plan says what the next sync reads: all, then changes, new fields and formulas that are due", async () => {
  const first = await planned()
  assert.deepStrictEqual([first.mode, first.api], ["backfill", "bulk"])
  assert.isAbove(first.rows, 100)
  assert.isFalse(existsSync(workspace.path("test.duckdb")))
  assert.strictEqual((await workspace.sync()).code, 0)
  const next = await planned()
  assert.deepStrictEqual(
    [next.mode, next.backfills, next.refreshes, next.api, next.rows, next.apiCalls],
    ["incremental", [], [], "rest", 0, 1]
  )
  await org.control("POST", "schema/Opportunity", { addField: { name: "Score__c", type: "int", default: 1 } })
  await org.control("POST", "clock", { advanceSeconds: 24 * 3600 })
  const grown = await planned()
  assert.deepStrictEqual(grown.backfills, ["Score__c"])
  assert.include(grown.refreshes, "Account_Industry__c")
})
