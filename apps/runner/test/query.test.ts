/** The copy can be asked by anyone who has the file, in the form that suits them. */
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { openWarmWorkspace, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

let org: Emulator
let workspace: Workspace
/** What only the source needs is not there when the copy is asked. */
const noOrg = { SALESFORCE_URL: "", SALESFORCE_CLIENT_ID: "", SALESFORCE_CLIENT_SECRET: "" }
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  workspace = await openWarmWorkspace(org.env)
  assert.strictEqual((await workspace.run(["sync"])).code, 0)
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

const ask = (...args: ReadonlyArray<string>) => workspace.run(["query", ...args], noOrg)

describe("decant query", () => {
  it("prints a table and the number of its rows", async () => {
    const ended = await ask("SELECT 'Müller' AS name, 12 AS amount, NULL AS nothing")
    assert.strictEqual(ended.code, 0, ended.stderr)
    const [header, rule, row] = ended.stdout.split("\n")
    assert.match(header ?? "", /^name\s+amount\s+nothing$/)
    assert.match(rule ?? "", /^─/)
    assert.match(row ?? "", /^Müller\s+12\s+null$/)
    assert.include(ended.stderr, "1 row")
  })

  it("prints one JSON document", async () => {
    const ended = await ask(
      "--json",
      "SELECT 9007199254740993 AS big, 1.10::DECIMAL(10,2) AS exact, 1 AS small, NULL AS nothing"
    )
    const { columns, rows } = JSON.parse(ended.stdout)
    assert.deepStrictEqual(
      columns.map(({ name }: { name: string }) => name),
      ["big", "exact", "small", "nothing"]
    )
    assert.deepStrictEqual(rows, [["9007199254740993", "1.10", 1, null]])
  })

  it("prints CSV that keeps quotes, newlines and the difference of null and empty", async () => {
    const ended = await ask("--format", "csv", `SELECT 'a"b' AS q, E'x\\ny' AS n, '' AS e, NULL AS nothing`)
    assert.strictEqual(ended.stdout, 'q,n,e,nothing\r\n"a""b","x\ny","",\n')
  })

  it("stops at the limit and says so", async () => {
    const ended = await ask("--limit", "3", "SELECT Id FROM Contact")
    assert.lengthOf(ended.stdout.trim().split("\n"), 5)
    assert.include(ended.stderr, "there are more")
  })

  it("sees tables and views by their own names", async () => {
    const ended = await ask("--json", "SELECT count(*) FROM account_live WHERE IsDeleted")
    assert.deepStrictEqual(JSON.parse(ended.stdout).rows, [[0]])
  })

  it("refuses to write, and says so without a stack trace", async () => {
    for (const sql of ["DELETE FROM Account", "CREATE TABLE t (i INT)", "COPY Account TO 'out.csv'"]) {
      const ended = await ask(sql, "--json")
      assert.notStrictEqual(ended.code, 0, sql)
      assert.isNotEmpty(JSON.parse(ended.stdout).error.message)
      assert.notMatch(ended.stderr, /^\s+at /m)
    }
  })

  it("says what is wrong with a statement", async () => {
    const ended = await ask("SELECT Nmae FROM Account")
    assert.notStrictEqual(ended.code, 0)
    assert.include(ended.stderr, "Nmae")
  })
})
