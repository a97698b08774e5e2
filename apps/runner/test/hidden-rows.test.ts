/** A user who does not see every row: what leaves his sight stays in the copy and is counted, what was deleted goes. */
import { DuckDBInstance } from "@duckdb/node-api"
import { afterAll, assert, beforeAll, it, vi } from "@effect/vitest"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import type { Emulator } from "./support/emulator.ts"
import { openSmallOrg } from "./support/small-org.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await openSmallOrg()
  const colleague = (await org.truth("User")).find(({ Username }) => Username !== org.username)
  const owned = (await org.truth("Contact")).slice(0, 200).map(({ Id }) => ({ Id, OwnerId: colleague?.Id }))
  await org.records("Contact", { update: owned })
  await org.control("POST", "schema/Contact", { sharing: "private" })
  await org.records("Contact", { share: (await org.truth("Contact")).map(({ Id }) => Id) })
  const [access] = await org.truth("UserPermissionAccess")
  const taken = { PermissionsViewAllData: false, PermissionsModifyAllData: false }
  await org.records("UserPermissionAccess", { update: [{ Id: access?.Id, ...taken }] })
  workspace = await openWarmWorkspace(org.env, specText(["Contact"]))
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

const deleted = async (ids: ReadonlyArray<unknown>): Promise<ReadonlyArray<unknown>> => {
  const instance = await DuckDBInstance.create(workspace.path("test.duckdb"), { access_mode: "READ_ONLY" })
  const connection = await instance.connect()
  const list = ids.map((id) => `'${id}'`).join(", ")
  const found = await connection.runAndReadAll(
    `SELECT Id, IsDeleted FROM salesforce.Contact WHERE Id IN (${list})`
  )
  const flags = new Map(found.getRowsJson().map(([id, flag]) => [id, flag]))
  connection.closeSync()
  instance.closeSync()
  return ids.map((id) => flags.get(id as string))
}

const synced = async (...args: ReadonlyArray<string>) => {
  const ended = await workspace.sync(...args)
  assert.strictEqual(ended.code, 0, ended.stdout + ended.stderr)
  const [stream] = ended.report.streams
  assert.isDefined(stream)
  return { ...stream, told: stream?.warnings.join(" ") ?? "" }
}

it("keeps and counts what is hidden now, marks what was deleted, and reads what came back into sight", async () => {
  const me = (await org.truth("User")).find(({ Username }) => Username === org.username)
  const others = (await org.truth("Contact")).filter(
    (row) => row.OwnerId !== me?.Id && row.IsDeleted === false
  )
  const [a, b, c, gone] = others.map(({ Id }) => Id)
  await org.records("Contact", { unshare: [c] })
  await synced()
  assert.deepStrictEqual(await deleted([a, b, c, gone]), [false, false, undefined, false])
  await org.records("Contact", { unshare: [a, b] })
  await org.records("Contact", { share: [c] })
  await org.records("Contact", { hardDelete: [gone] })
  await org.control("POST", "clock", { advanceSeconds: 8 * 24 * 3600 })
  const compared = await synced()
  assert.include(compared.told, "2 rows of Contact in the copy are hidden from this user")
  assert.include(compared.told, "1 row of Contact was missing from the copy")
  assert.deepStrictEqual([compared.inserted, compared.deleted, compared.api], [1, 1, "rest"])
  assert.deepStrictEqual(await deleted([a, b, c, gone]), [false, false, false, true])
  const again = await synced("--full-refresh", "Contact")
  assert.include(again.told, "stay as they are")
  assert.strictEqual(again.deleted, 0)
  assert.deepStrictEqual(await deleted([a, b, c, gone]), [false, false, false, true])
  assert.strictEqual((await synced()).rows, 0)
})
