/** The questions of examples/analysis run on the demo org, and have answers. */
import { copyFileSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { openWarmWorkspace, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const folder = join(import.meta.dirname, "../../../examples/analysis")
const questions = readdirSync(folder).filter((name) => name.endsWith(".sql"))

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  workspace = await openWarmWorkspace(org.env)
  copyFileSync(join(folder, "analysis.yaml"), workspace.path("analysis.yaml"))
  const synced = await workspace.run(["sync", "analysis.yaml"])
  assert.strictEqual(synced.code, 0, synced.stderr)
  const [account] = await org.truth("Account")
  // So that there is something new since yesterday.
  await org.records("Account", { update: [{ Id: account?.Id, Name: "Renamed today" }] })
  assert.strictEqual((await workspace.run(["sync", "analysis.yaml"])).code, 0)
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

const pastAndPresent = `
  WITH states AS (
    SELECT OpportunityId, StageName, CreatedDate <= TIMESTAMPTZ '2024-12-31 23:59:59+00' AS past, CreatedDate, Id
    FROM OpportunityHistory
  )
  SELECT
    (SELECT count(*) FROM (SELECT arg_max(StageName, (CreatedDate, Id)) AS stage FROM states WHERE past GROUP BY OpportunityId) WHERE stage NOT LIKE 'Closed%'),
    (SELECT count(*) FROM (SELECT arg_max(StageName, (CreatedDate, Id)) AS stage FROM states GROUP BY OpportunityId) WHERE stage NOT LIKE 'Closed%'),
    (SELECT avg(steps) FROM (SELECT count(*) AS steps FROM states GROUP BY OpportunityId))`

describe("examples/analysis", () => {
  it("has ten questions and one more", () => assert.strictEqual(questions.length, 11))

  it("tells another pipeline of a past day than of today", async () => {
    const { stdout } = await workspace.run(["query", "--spec", "analysis.yaml", "--json", pastAndPresent])
    const [[past, present, steps]] = JSON.parse(stdout).rows
    assert.isAbove(past, 50)
    assert.notStrictEqual(past, present)
    // An opportunity without steps has no past.
    assert.isAbove(steps, 3)
  })

  it.each(questions)("%s has an answer", async (question) => {
    const args = ["query", "--spec", "analysis.yaml", "--json", "--file", join(folder, question)]
    const { code, stdout, stderr } = await workspace.run(args)
    assert.strictEqual(code, 0, stderr)
    const { columns, rows } = JSON.parse(stdout)
    assert.isAtLeast(columns.length, 3)
    assert.isAtLeast(rows.length, 1)
  })
})

describe("docs/analysts.md", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/analysts.md"), "utf8")
  const statements = [...page.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, sql = ""]) => sql)

  it.each(statements)("%s has an answer", async (sql) => {
    const { code, stdout, stderr } = await workspace.run(["query", "--spec", "analysis.yaml", "--json", sql])
    assert.strictEqual(code, 0, stderr)
    assert.isAtLeast(JSON.parse(stdout).rows.length, 1)
  })
})
