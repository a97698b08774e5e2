/** What a copy keeps beside its rows: their history, what the org says about its fields, how far it is. */
import { readFile, rm } from "node:fs/promises"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import type { Emulator } from "./support/emulator.ts"
import { openSmallOrg } from "./support/small-org.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await openSmallOrg()
  const spec = specText(["Opportunity"]).replace(
    "- object: Opportunity",
    "- object: Opportunity\n      fields: all\n      history: true"
  )
  workspace = await openWarmWorkspace(org.env, spec)
  await synced()
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

const synced = async () => {
  const ended = await workspace.sync()
  assert.strictEqual(ended.code, 0, ended.stdout + ended.stderr)
  return { opportunity: ended.report.streams[0], notes: ended.stderr }
}

const ask = async (sql: string): Promise<ReadonlyArray<ReadonlyArray<unknown>>> => {
  const ended = await workspace.run(["query", "--json", sql])
  assert.strictEqual(ended.code, 0, ended.stderr)
  return JSON.parse(ended.stdout).rows
}

const later = (seconds: number) => org.control("POST", "clock", { advanceSeconds: seconds })

const versionsOf = (id: unknown, columns = `"StageName", valid_from = "SystemModstamp", is_current`) =>
  ask(`SELECT ${columns} FROM "Opportunity_history" WHERE "Id" = '${id}' ORDER BY valid_from`)

/** Current versions are the table's rows, hard-deleted ones apart; no two intervals of a row overlap. */
const holdsTogether = async () => {
  const columns = `SELECT * EXCLUDE (valid_from, valid_to, is_current, _decant_as_of)`
  assert.deepStrictEqual(
    await ask(
      `SELECT (SELECT count(*) FROM "Opportunity") - (SELECT count(*) FROM "Opportunity_history" WHERE is_current) AS ended,
        (SELECT count(*) FROM (${columns} FROM "Opportunity_history" WHERE is_current EXCEPT ALL
          SELECT * EXCLUDE (_decant_as_of) FROM "Opportunity")) AS others,
        (SELECT count(*) FROM (SELECT valid_to > lead(valid_from) OVER (PARTITION BY "Id" ORDER BY valid_from) AS crosses
          FROM "Opportunity_history") WHERE crosses) AS crossing`
    ),
    [[hardDeleted, 0, 0]]
  )
}
let hardDeleted = 0

describe("history", () => {
  it("begins with one version of each row", async () => {
    await holdsTogether()
    assert.deepStrictEqual(await ask(`SELECT count(*) = count(DISTINCT "Id") FROM "Opportunity_history"`), [
      [true]
    ])
  })

  it("has a version for each change that a sync has seen, from its own stamp", async () => {
    const [row] = await org.truth("Opportunity")
    await later(3600)
    await org.records("Opportunity", { update: [{ Id: row?.Id, StageName: "Closed Lost" }] })
    await synced()
    assert.deepStrictEqual(await versionsOf(row?.Id), [
      [row?.StageName, true, false],
      ["Closed Lost", true, true]
    ])
    await synced()
    assert.strictEqual((await versionsOf(row?.Id)).length, 2)
    await holdsTogether()
  })

  it("sees formulas that changed without a stamp, from the time of reading", async () => {
    const child = (await org.truth("Opportunity")).find(
      (row) => row.AccountId !== null && row.IsDeleted === false
    )
    const [account] = (await org.truth("Account")).filter(({ Id }) => Id === child?.AccountId)
    const industry = account?.Industry === "Energy" ? "Banking" : "Energy"
    await org.records("Account", { update: [{ Id: child?.AccountId, Industry: industry }] })
    await later(24 * 3600)
    assert.isAbove((await synced()).opportunity?.updated ?? 0, 0)
    const found = await versionsOf(child?.Id, `valid_from = "SystemModstamp", is_current, valid_to IS NULL`)
    assert.deepStrictEqual(found.slice(-2), [
      [true, false, false],
      [false, true, true]
    ])
    await holdsTogether()
  })

  it("takes a deletion for a version and a purge for an end", async () => {
    const [gone] = (await org.truth("Opportunity")).filter((row) => row.IsDeleted === false).slice(-1)
    await later(3600)
    await org.records("Opportunity", { delete: [gone?.Id] })
    await synced()
    await later(3600)
    await org.records("Opportunity", { hardDelete: [gone?.Id] })
    await synced()
    hardDeleted++
    const found = await versionsOf(gone?.Id, `"IsDeleted", is_current, valid_to IS NULL`)
    assert.deepStrictEqual(found.slice(-2), [
      [false, false, false],
      [true, false, false]
    ])
    await holdsTogether()
  })

  it("writes only differences in a full refresh", async () => {
    const before = await ask(`SELECT count(*) FROM "Opportunity_history"`)
    const ended = await workspace.sync("--full-refresh", "Opportunity")
    assert.strictEqual(ended.code, 0, ended.stdout)
    assert.deepStrictEqual(await ask(`SELECT count(*) FROM "Opportunity_history"`), before)
    await holdsTogether()
  })
})

describe("metadata", () => {
  it("tells of a new field and its values right after the sync that brought it", async () => {
    await org.control("POST", "schema/Opportunity", {
      addField: {
        name: "Mood__c",
        label: "Mood",
        type: "picklist",
        picklist: ["ok", "bad"]
      }
    })
    await synced()
    assert.deepStrictEqual(
      await ask("SELECT label, source_type, present FROM _decant.fields WHERE column_name = 'Mood__c'"),
      [["Mood", "picklist", true]]
    )
    assert.deepStrictEqual(
      (
        await ask("SELECT value FROM _decant.picklist_values WHERE column_name = 'Mood__c' ORDER BY position")
      ).flat(),
      ["ok", "bad"]
    )
    await org.control("POST", "schema/Opportunity", { removeField: "Mood__c" })
    await synced()
    assert.deepStrictEqual(await ask("SELECT present FROM _decant.fields WHERE column_name = 'Mood__c'"), [
      [false]
    ])
  })
})

describe("a destination that somebody has deleted", () => {
  it("is noticed: the checkpoint file alone does not claim that its rows exist", async () => {
    const rows = await ask(`SELECT count(*) FROM "Opportunity" WHERE "IsDeleted" IS NOT TRUE`)
    const mirror = JSON.parse(await readFile(workspace.path(".decant/test.checkpoint.json"), "utf8"))
    assert.isAbove(mirror.streams.Opportunity.version, 3)
    await rm(workspace.path("test.duckdb"))
    const { opportunity, notes } = await synced()
    assert.include(notes, "differed from what the destination holds")
    assert.strictEqual(opportunity?.mode, "backfill")
    assert.deepStrictEqual(
      await ask(`SELECT count(*) FROM "Opportunity" WHERE "IsDeleted" IS NOT TRUE`),
      rows
    )
  })
})
