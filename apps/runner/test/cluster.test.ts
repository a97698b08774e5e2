/** Several `decant worker` processes share a sync: each row comes once, whatever becomes of a worker. */
import { writeFileSync } from "node:fs"
import { afterAll, afterEach, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { startWorker, type WorkerProcess } from "./support/cluster.ts"
import { openWorkspace, specText, type Workspace } from "./support/decant.ts"
import { type Emulator, startEmulator } from "./support/emulator.ts"
import { type PostgresServer, startPostgres } from "./support/postgres.ts"

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

const destinations = {
  parquet: "type: parquet\n  path: ./copy",
  postgres: "type: postgres\n  url: ${DATABASE_URL}\n  naming: preserve"
}

let org: Emulator
let server: PostgresServer
let workspace: Workspace
let workers: Array<WorkerProcess> = []
beforeAll(async () => {
  org = await startEmulator("--dataset", "demo")
  server = await startPostgres()
  workspace = await openWorkspace({ ...org.env, DATABASE_URL: server.url })
})
afterEach(async () => {
  for (const { child, ended } of workers) {
    child.kill("SIGCONT")
    child.kill("SIGTERM")
    await ended
  }
  workers = []
})
afterAll(async () => {
  await workspace?.remove()
  await server?.stop()
  await org?.stop()
})

const writeSpec = (name: string, destination: keyof typeof destinations): void => {
  const spec = specText(["Account", "Contact"])
    .replace("name: test", `name: ${name}`)
    .replace("  streams:", "  parts: { from: 1000, rows: 400, jobs: 2 }\n  streams:")
    .replace(/destination:[\s\S]*$/, `destination:\n  ${destinations[destination]}\n`)
  writeFileSync(workspace.path(`${name}.yaml`), spec)
}

const startWorkers = async (...names: ReadonlyArray<string>): Promise<void> => {
  workers = await Promise.all(names.map((name) => startWorker(workspace, server.url, name)))
}

const sync = async (name: string) => {
  const ended = await workspace.run(["sync", `${name}.yaml`, "--json", "--cluster", server.url])
  return { ...ended, report: JSON.parse(ended.stdout) }
}

describe("workers of a cluster", () => {
  for (const destination of ["postgres", "parquet"] as const) {
    it(`share the parts of a large object, and the copy is exact: ${destination}`, async () => {
      writeSpec(destination, destination)
      await startWorkers("one", "two")
      const { code, report, stderr } = await sync(destination)
      assert.strictEqual(code, 0, stderr + JSON.stringify(report))
      assert.strictEqual(report.status, "ok")
      const proof = await workspace.run(["verify", `${destination}.yaml`])
      assert.strictEqual(proof.code, 0, proof.stdout + proof.stderr)
    })
  }
})
