/** The published models of the protocol know every message, and PyAirbyte loads what our own DuckDB copy holds. */
import { chmodSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { DuckDBInstance } from "@duckdb/node-api"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { configured, lastStates, speak, writeJson } from "../test/support/airbyte.ts"
import { openWorkspace, specText, type Workspace } from "../test/support/decant.ts"
import { type Emulator, startEmulator } from "../test/support/emulator.ts"
import { airbytePackages, runPython } from "./python.ts"

const objects = ["Account", "Contact", "Opportunity", "User"]
const decant = fileURLToPath(new URL("../bin/decant.mjs", import.meta.url))
const tools = airbytePackages()
if ("missing" in tools) process.stderr.write(`Airbyte's tools are not tried: ${tools.missing}\n`)

let org: Emulator
let workspace: Workspace

type Row = Readonly<Record<string, unknown>>

/** PyAirbyte writes names in lower case, times without a zone, and numbers as decimals. */
const plain = (value: unknown): unknown => {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value)) {
    const zoned = /[Z+]/.test(value.slice(10)) ? value : `${value}Z`
    return new Date(zoned.replace(" ", "T")).toISOString()
  }
  return typeof value === "number" ? Number(value.toPrecision(12)) : (value ?? null)
}

const plainRow = (row: Row, names: ReadonlyArray<string>): Row =>
  Object.fromEntries(names.map((name) => [name, plain(row[name] ?? row[name.toLowerCase()])]))

const ownRows = async (object: string): Promise<ReadonlyArray<Row>> => {
  const sql = `SELECT * FROM salesforce."${object}"`
  const { stdout } = await workspace.run(["query", "--spec", "decant.yaml", "--json", sql])
  const { columns, rows } = JSON.parse(stdout)
  return rows.map((row: ReadonlyArray<unknown>) =>
    Object.fromEntries(columns.map(({ name }: { readonly name: string }, at: number) => [name, row[at]]))
  )
}

const loadedRows = async (path: string, stream: string): Promise<ReadonlyArray<Row>> => {
  const database = await DuckDBInstance.create(path, { access_mode: "READ_ONLY" })
  const connection = await database.connect()
  const found = await connection.runAndReadAll(
    `SELECT to_json(loaded)::VARCHAR AS json FROM org."${stream.toLowerCase()}" loaded`
  )
  connection.closeSync()
  database.closeSync()
  return found.getRowObjectsJS().map(({ json }) => JSON.parse(String(json)))
}

describe.skipIf("missing" in tools)("Airbyte's own tools", () => {
  const packages = "missing" in tools ? "" : tools.packages
  const config = () => ({
    source: {
      environment: org.url,
      auth: {
        method: "client-credentials",
        clientId: org.env.SALESFORCE_CLIENT_ID,
        clientSecret: org.env.SALESFORCE_CLIENT_SECRET
      },
      streams: objects.map((object) => ({ object }))
    }
  })
  beforeAll(async () => {
    org = await startEmulator("--dataset", "demo")
    workspace = await openWorkspace(org.env, specText(objects).replace(/\n +roles:.*/, ""))
    writeJson(workspace, "config.json", config())
  })
  afterAll(async () => {
    await workspace?.remove()
    await org?.stop()
  })

  it("the published models of the protocol read every message, and none has a key that they do not know", async () => {
    const read = ["read", "--config", "config.json", "--catalog", "catalog.json"]
    const spec = await speak(workspace, "spec")
    const check = await speak(workspace, "check", "--config", "config.json")
    const discover = await speak(workspace, "discover", "--config", "config.json")
    writeJson(workspace, "catalog.json", configured(discover))
    const first = await speak(workspace, ...read)
    const second = await speak(
      workspace,
      ...read,
      "--state",
      writeJson(workspace, "state.json", lastStates(first))
    )
    const input = [spec, check, discover, first, second].map(({ text }) => text).join("")
    const answer = runPython(packages, "./protocol-models.py", {
      input,
      args: [workspace.path("catalog.json")],
      home: workspace.folder
    })
    const { types, unknown } = JSON.parse(answer)
    assert.deepStrictEqual(unknown, [])
    assert.containsAllKeys(types, ["SPEC", "CONNECTION_STATUS", "CATALOG", "RECORD", "STATE", "TRACE", "LOG"])
  })

  it("PyAirbyte loads the rows that our own DuckDB copy holds", async () => {
    const executable = workspace.path("source-decant")
    writeFileSync(executable, `#!/bin/sh\nexec "${process.execPath}" "${decant}" airbyte "$@"\n`)
    chmodSync(executable, 0o700)
    const database = workspace.path("pyairbyte.duckdb")
    runPython(packages, "./load-by-pyairbyte.py", {
      input: JSON.stringify({ config: config(), executable, database }),
      home: workspace.folder
    })
    assert.strictEqual((await workspace.sync()).report.status, "ok")
    for (const stream of objects) {
      const rows = await loadedRows(database, stream)
      const own = await ownRows(stream)
      const names = Object.keys(own[0] ?? {}).filter((name) => !/^_decant|Address$/.test(name))
      const byId = new Map(rows.map((row) => [row.id, row]))
      assert.strictEqual(byId.size, own.length)
      for (const row of own)
        assert.deepStrictEqual(plainRow(byId.get(row.Id) ?? {}, names), plainRow(row, names))
    }
  })
})
