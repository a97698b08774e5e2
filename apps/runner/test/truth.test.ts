/** After every sync the copy is what the org holds, cell by cell. */
import { readFile } from "node:fs/promises"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { allDifferences, changeCell } from "./support/compare.ts"
import { openWarmWorkspace, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  workspace = await openWarmWorkspace(org.env)
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

/** All four tables, or those that a step has touched. */
const copyEqualsOrg = async (objects?: Array<string>): Promise<void> => {
  assert.deepStrictEqual(await allDifferences(org, workspace.path("test.duckdb"), objects), [])
}

const synced = async (...objects: ReadonlyArray<string>) => {
  const ended = await workspace.sync(...objects.flatMap((object) => ["--stream", object]))
  assert.strictEqual(ended.code, 0, ended.stderr)
  assert.strictEqual(ended.report.status, "ok")
  return ended.report
}

const streamOf = (report: Awaited<ReturnType<typeof synced>>, name: string) => {
  const stream = report.streams.find(({ stream }) => stream === name)
  assert.isDefined(stream)
  return stream
}

const liveAccounts = async () =>
  (await org.truth("Account")).filter((row) => row.IsDeleted === false && row.MasterRecordId === null)

const stampOf = async (object: string, id: unknown): Promise<string> =>
  String((await org.truth(object)).find((row) => row.Id === id)?.SystemModstamp)

/** A stamp as Salesforce writes it, in whole seconds. */
const stamp = (millis: number): string => `${new Date(millis).toISOString().slice(0, 19)}.000+0000`

describe("a copy of the demo org", () => {
  it("is what the org holds after the first sync, by Bulk", async () => {
    const report = await synced()
    for (const stream of report.streams) {
      const { length } = await org.truth(stream.stream)
      assert.strictEqual(stream.mode, "backfill")
      assert.strictEqual(stream.api, "bulk")
      assert.strictEqual(stream.read, length)
      assert.strictEqual(stream.inserted, length)
      assert.strictEqual(stream.rows, length)
      assert.isNull(stream.cursor.from)
      assert.match(stream.cursor.to ?? "", /^\d{4}-.*Z$/)
      assert.isAbove(stream.apiCalls, 0)
      assert.isAbove(stream.bytes, 0)
    }
    await copyEqualsOrg()
  })

  it("changes nothing in a second sync, which is incremental", async () => {
    const before = JSON.parse(await readFile(workspace.path(".decant/test.checkpoint.json"), "utf8")).streams
    const report = await synced()
    for (const stream of report.streams) {
      assert.strictEqual(stream.mode, "incremental")
      assert.strictEqual(stream.rows, 0)
      assert.strictEqual(stream.cursor.from, before[stream.stream].cursor)
    }
  })

  it("takes inserts, updates, deletes and undeletes", async () => {
    const [first, second, third] = await liveAccounts()
    const { inserted } = await org.records("Account", {
      insert: [{ Name: 'A "quoted", name\nwith 🦆 and , commas', Industry: "N/A", Website: "null" }]
    })
    assert.lengthOf(inserted ?? [], 1)
    await org.records("Account", { update: [{ Id: first?.Id, Name: "Renamed  ", AnnualRevenue: 12.5 }] })
    await org.records("Account", { delete: [second?.Id, third?.Id] })
    const report = await synced("Account")
    const account = streamOf(report, "Account")
    assert.deepStrictEqual([account.inserted, account.updated, account.deleted], [1, 1, 2])
    await copyEqualsOrg(["Account"])

    await org.records("Account", { undelete: [second?.Id] })
    const again = streamOf(await synced("Account"), "Account")
    assert.deepStrictEqual([again.inserted, again.updated, again.deleted], [0, 1, 0])
    await copyEqualsOrg(["Account"])
  })

  it("has the later of two updates within one second", async () => {
    const [account] = await liveAccounts()
    await org.records("Account", { update: [{ Id: account?.Id, Name: "early" }] })
    const SystemModstamp = await stampOf("Account", account?.Id)
    await org.records("Account", { update: [{ Id: account?.Id, Name: "late", SystemModstamp }] })
    await synced("Account")
    await copyEqualsOrg(["Account"])
  })

  it("has the later of two updates within one second, also when it was read between them", async () => {
    const [, account] = await liveAccounts()
    await org.records("Account", { update: [{ Id: account?.Id, Name: "before the read" }] })
    const SystemModstamp = await stampOf("Account", account?.Id)
    await synced("Account")
    await org.records("Account", { update: [{ Id: account?.Id, Name: "after the read", SystemModstamp }] })
    assert.strictEqual(await stampOf("Account", account?.Id), SystemModstamp)
    await synced("Account")
    await copyEqualsOrg(["Account"])
  })

  it("misses no row at the edge of a window, nor one that was committed late", async () => {
    const cursor = Date.parse(streamOf(await synced("Contact"), "Contact").cursor.to ?? "")
    const contacts = (await org.truth("Contact")).filter((row) => row.IsDeleted === false)
    const seconds = [0, 1, -1, -300, -599]
    const update = seconds.map((offset, index) => ({
      Id: contacts[index]?.Id,
      Title: `stamped ${offset} seconds from the cursor`,
      SystemModstamp: stamp(cursor + offset * 1000)
    }))
    await org.records("Contact", { update })
    // A stamp of the running second lies outside the window, which ends at a whole one.
    await org.control("POST", "clock", { advanceSeconds: 2 })
    assert.strictEqual(streamOf(await synced("Contact"), "Contact").updated, seconds.length)
    await copyEqualsOrg(["Contact"])
  })

  it("gets a change that its user committed long after its stamp", async () => {
    const [account] = await liveAccounts()
    await org.records("Account", { update: [{ Id: account?.Id, Name: "seen late" }], lateCommitSeconds: 60 })
    assert.strictEqual(streamOf(await synced("Account"), "Account").updated, 0)
    await org.control("POST", "clock", { advanceSeconds: 61 })
    assert.strictEqual(streamOf(await synced("Account"), "Account").updated, 1)
    await copyEqualsOrg(["Account"])
  })

  it("follows the org's clock, not this machine's", async () => {
    await org.control("POST", "clock", { advanceSeconds: 7_200 })
    const [account] = await liveAccounts()
    await org.records("Account", { update: [{ Id: account?.Id, Name: "two hours on" }] })
    const to = streamOf(await synced("Account"), "Account").cursor.to ?? ""
    assert.isAbove(Date.parse(to), Date.now() + 7_000_000)
    await copyEqualsOrg(["Account"])
  })

  it("is read again from the beginning when asked, stream by stream", async () => {
    const ended = await workspace.sync("--full-refresh", "User", "--stream", "User")
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.deepStrictEqual(
      ended.report.streams.map(({ stream }) => stream),
      ["User"]
    )
    assert.notStrictEqual(ended.report.streams[0]?.mode, "incremental")
    // What the steps before have changed in other tables comes too.
    await synced()
    await copyEqualsOrg()
  })

  it("would not pass here with one wrong cell", async () => {
    const [contact] = await org.truth("Contact")
    const database = workspace.path("test.duckdb")
    await changeCell(database, `UPDATE salesforce.Contact SET Title = 'other' WHERE Id = '${contact?.Id}'`)
    assert.lengthOf(await allDifferences(org, database, ["Contact"]), 1)
  })
})
