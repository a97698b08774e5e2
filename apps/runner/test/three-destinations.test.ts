/** One org into DuckDB, Parquet and Postgres, and again after changes: the three copies hold equal rows. */
import { writeFileSync } from "node:fs"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { type Database, openDatabase } from "./support/database.ts"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const objects = ["Account", "Contact", "Opportunity", "User"]
const destinations = {
  duckdb: "type: duckdb\n  path: ./copy.duckdb",
  parquet: "type: parquet\n  path: ./copy",
  postgres: "type: postgres\n  url: ${DATABASE_URL}\n  naming: preserve"
}
type Name = keyof typeof destinations
const names = Object.keys(destinations) as ReadonlyArray<Name>

let org: Emulator
let database: Database
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  database = await openDatabase()
  workspace = await openWarmWorkspace({ ...org.env, DATABASE_URL: database.url })
  for (const name of names) {
    const spec = specText(objects)
      .replace("name: test", `name: ${name}`)
      .replace(/destination:[\s\S]*$/, `destination:\n  ${destinations[name]}\n`)
    writeFileSync(workspace.path(`${name}.yaml`), spec)
  }
})
afterAll(async () => {
  await workspace?.remove()
  await database?.drop()
  await org?.stop()
})

/** Times to the millisecond in UTC, compounds and lists as JSON with sorted keys. */
const plain = (value: unknown): unknown => {
  if (typeof value === "string") {
    if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value)) return new Date(value.replace(" ", "T")).toISOString()
    return /^[[{]/.test(value) ? plain(parsed(value)) : value
  }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, plain(inner)])
  )
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const rowsOf = async (name: Name, object: string): Promise<ReadonlyMap<string, unknown>> => {
  const sql = `SELECT * FROM salesforce."${object}"`
  const { code, stdout, stderr } = await workspace.run(["query", "--spec", `${name}.yaml`, "--json", sql])
  assert.strictEqual(code, 0, stderr)
  const { columns, rows } = JSON.parse(stdout) as {
    readonly columns: ReadonlyArray<{ readonly name: string }>
    readonly rows: ReadonlyArray<ReadonlyArray<unknown>>
  }
  return new Map(
    rows.map((row) => {
      const cells = columns.map((column, at) => [column.name, plain(row[at])] as const)
      const record = Object.fromEntries(cells.filter(([column]) => column !== "_decant_as_of"))
      return [String(record.Id), record]
    })
  )
}

const syncAll = async () => {
  for (const name of names) {
    const { code, stderr } = await workspace.run(["sync", `${name}.yaml`, "--quiet"])
    assert.strictEqual(code, 0, `${name}: ${stderr}`)
  }
}

const sameEverywhere = async () => {
  for (const object of objects) {
    const [first, ...others] = await Promise.all(names.map((name) => rowsOf(name, object)))
    assert.isAbove(first?.size ?? 0, 10)
    for (const other of others) {
      assert.strictEqual(other.size, first?.size)
      for (const [id, record] of first ?? []) assert.deepStrictEqual(other.get(id), record)
    }
  }
}

describe("the copies in DuckDB, Parquet and Postgres", () => {
  it("hold equal rows after the first sync", async () => {
    await syncAll()
    await sameEverywhere()
  })

  it("hold equal rows after rows came, changed and went", async () => {
    const ids = (await org.truth("Account")).map((row) => String(row.Id))
    await org.records("Account", {
      insert: [{ Name: "New ✓", AnnualRevenue: 1.5e15 }],
      update: ids.slice(0, 20).map((Id) => ({ Id, Name: `Renamed "${Id}"`, BillingCity: null })),
      delete: ids.slice(20, 25),
      hardDelete: ids.slice(25, 28)
    })
    await syncAll()
    await sameEverywhere()
  })
})
