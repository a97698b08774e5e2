/** A row that its user committed long after its stamp: `decant verify` knows which of them the next sync will take. */
import { afterAll, assert, beforeAll, it, vi } from "@effect/vitest"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import type { Emulator } from "./support/emulator.ts"
import { openSmallOrg } from "./support/small-org.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await openSmallOrg()
  workspace = await openWarmWorkspace(org.env, specText(["Account"]))
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

const verify = async (...args: ReadonlyArray<string>) => {
  const ended = await workspace.run(["verify", "decant.yaml", "--json", ...args])
  return { ...ended, stream: JSON.parse(ended.stdout).streams[0] }
}

const synced = async (): Promise<void> => assert.strictEqual((await workspace.sync()).code, 0)
const later = (advanceSeconds: number) => org.control("POST", "clock", { advanceSeconds })

it("expects what the next sync will take, and names what no sync would find", async () => {
  const [changed, missed] = (await org.truth("Account")).filter(({ IsDeleted }) => IsDeleted === false)
  await org.records("Account", { update: [{ Id: changed?.Id, Name: "soon" }], lateCommitSeconds: 60 })
  await org.records("Account", { update: [{ Id: missed?.Id, Name: "late" }], lateCommitSeconds: 1500 })
  const { inserted } = await org.records("Account", { insert: [{ Name: "new" }], lateCommitSeconds: 60 })
  assert.lengthOf(inserted ?? [], 1)
  await synced()
  await later(61)
  const soon = await verify()
  assert.strictEqual(soon.code, 0, soon.stderr)
  assert.strictEqual(soon.stream.explained.pending, 2)
  await synced()
  assert.strictEqual((await verify()).stream.explained.pending, 0)

  await later(1000)
  await synced()
  await later(500)
  await synced()
  const late = await verify()
  assert.strictEqual(late.code, 7, late.stderr)
  assert.deepInclude(late.stream, { stamp: 1, missing: 0, values: 0 })
  const [row] = late.stream.rows
  assert.deepInclude(row, { id: missed?.Id, kind: "stamp" })
  assert.include(row.columns, "Name")
  assert.include(row.cause, "committed more than 10 minutes after its stamp")
  assert.strictEqual((await verify("--repair")).code, 0)
  assert.strictEqual((await verify()).code, 0)
})
