/** What a spec or a checkpoint gets wrong is named with what to do, and nothing of it is touched. */
import { readFile, writeFile } from "node:fs/promises"
import type { RunReport } from "@decant/connector"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const streams = `
    - object: Acount
    - object: Contact
      fields: [Id, Emial, Owner.Nmae]
    - object: Opportunity
      where: "Amount >> 100"
    - object: Audit_Event__b
    - name: misspelt
      soql: "SELECT Id FROM Oportunity"
    - name: unfinished
      soql: "SELECT Id FROM Opportunity WHERE"
    - name: unknown
      soql: "SELECT Id, Name FROM Opportunity WHERE Foo__c = 1"
    - object: User
destination:`

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  workspace = await openWarmWorkspace(
    org.env,
    specText([]).replace("  streams:\n\ndestination:", `  streams:${streams}`)
  )
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

const problems = (report: RunReport): Readonly<Record<string, string>> =>
  Object.fromEntries(
    report.streams.map(({ stream, error }) => [
      stream,
      error === null ? "ok" : `${error.code} ${error.message}`
    ])
  )

describe("a spec with mistakes", () => {
  it("has each of them named with its fix, and syncs what is right", async () => {
    const { code, report, stderr } = await workspace.sync()
    assert.strictEqual(code, 3)
    const said = problems(report)
    assert.match(said.Acount ?? "", /^OBJECT_UNKNOWN .*Did you mean Account\?/)
    assert.match(said.Contact ?? "", /^FIELD_UNKNOWN .*Did you mean Email\?.*Did you mean Name\?/)
    assert.match(said.Opportunity ?? "", /^WHERE_REFUSED .*“Amount >> 100”/)
    assert.match(said.Audit_Event__b ?? "", /^OBJECT_UNSUPPORTED .*big object/)
    assert.match(said.misspelt ?? "", /^OBJECT_UNKNOWN .*Did you mean Opportunity\?/)
    assert.match(said.unfinished ?? "", /^STREAM_UNSUPPORTED .*ends too early/)
    assert.match(said.unknown ?? "", /No such column 'Foo__c'/)
    assert.strictEqual(said.User, "ok")
    for (const { error } of report.streams) {
      if (error === null) continue
      assert.isNotEmpty(error.fix)
      assert.include(stderr, error.fix)
    }
  })
})

describe("a checkpoint file that is not this spec's", () => {
  const cases = [
    ["of a newer Decant", (text: string) => text.replace('"version": 1', '"version": 2'), "CHECKPOINT_NEWER"],
    [
      "of another org",
      (text: string) => text.replaceAll(org.orgId, "00D000000000062EAA"),
      "CHECKPOINT_OTHER_ORG"
    ],
    ["that is cut off", (text: string) => text.slice(0, 40), "CHECKPOINT_INVALID"]
  ] as const
  for (const [what, spoil, expected] of cases) {
    it(`${what} is refused and left as it is`, async () => {
      const file = workspace.path(".decant/test.checkpoint.json")
      const whole = await readFile(file, "utf8")
      const spoilt = spoil(whole)
      await writeFile(file, spoilt)
      const copy = await readFile(workspace.path("test.duckdb"))
      for (const command of ["plan", "sync"]) {
        const ended = await workspace.run([command, "decant.yaml", "--json"])
        assert.strictEqual(ended.code, 2, ended.stderr)
        const { error } = JSON.parse(ended.stdout)
        assert.strictEqual(error.code, expected)
        assert.isNotEmpty(error.fix)
      }
      assert.strictEqual(await readFile(file, "utf8"), spoilt)
      assert.isTrue(copy.equals(await readFile(workspace.path("test.duckdb"))))
      await writeFile(file, whole)
    })
  }
})
