/** An object that is read in parts, whose reading breaks off in the middle: each destination goes on, each row once. */
import { writeFileSync } from "node:fs"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { type Database, openDatabase } from "./support/database.ts"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import type { Emulator } from "./support/emulator.ts"
import { openSmallOrg } from "./support/small-org.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

const destinations = {
  duckdb: "type: duckdb\n  path: ./copy.duckdb",
  parquet: "type: parquet\n  path: ./copy",
  postgres: "type: postgres\n  url: ${DATABASE_URL}\n  naming: preserve"
}

let org: Emulator
let database: Database
let workspace: Workspace
beforeAll(async () => {
  org = await openSmallOrg()
  database = await openDatabase()
  workspace = await openWarmWorkspace({ ...org.env, DATABASE_URL: database.url })
})
afterAll(async () => {
  await workspace?.remove()
  await database?.drop()
  await org?.stop()
})

const jobsMade = async (): Promise<number> =>
  (await org.requests()).filter(({ method, path }) => method === "POST" && path.endsWith("/jobs/query"))
    .length

const sync = async (name: string) => {
  const { code, stdout, stderr } = await workspace.run(["sync", `${name}.yaml`, "--json"])
  return { code, stderr, contact: JSON.parse(stdout).streams[0] }
}

describe("an object that is read in parts", () => {
  for (const [name, destination] of Object.entries(destinations)) {
    it(`goes on after a failure in the middle without what is committed, and is whole: ${name}`, async () => {
      const spec = specText(["Contact"])
        .replace("name: test", `name: ${name}`)
        .replace("  streams:", "  parts: { from: 100, rows: 60, jobs: 2 }\n  streams:")
        .replace(/destination:[\s\S]*$/, `destination:\n  ${destination}\n`)
      writeFileSync(workspace.path(`${name}.yaml`), spec)
      const before = await jobsMade()
      // Two jobs are made; no other one is.
      await org.control("POST", "faults", {
        match: { method: "POST", path: "/jobs/query" },
        times: 2,
        action: { delayMs: 0 }
      })
      await org.control("POST", "faults", {
        match: { method: "POST", path: "/jobs/query" },
        times: 10,
        action: { status: 400, body: JSON.stringify([{ errorCode: "UNKNOWN", message: "Not now" }]) }
      })
      const broken = await sync(name)
      await org.control("DELETE", "faults")
      assert.strictEqual(broken.code, 1, broken.stderr)
      const tried = (await jobsMade()) - before
      assert.isTrue(tried === 3 || tried === 4, `${tried} jobs`)
      assert.isBelow(broken.contact.inserted, (await org.truth("Contact")).length)
      const rest = await sync(name)
      assert.strictEqual(rest.code, 0, rest.stderr)
      const truth = await org.truth("Contact")
      // What the first run committed is not read again.
      assert.isAtMost(rest.contact.inserted, truth.length - broken.contact.inserted)
      const proof = await workspace.run(["verify", `${name}.yaml`])
      assert.strictEqual(proof.code, 0, proof.stdout + proof.stderr)
    })
  }
})
