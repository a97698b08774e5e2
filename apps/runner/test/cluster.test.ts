/**
 * Several `decant worker` processes share a sync: each row comes once, whatever becomes of a worker. The workers of the
 * first test stay for the others. With `DECANT_SOAK=1` the first happens on Parquet too, which `npm run soak --
 * --cluster --destination parquet` plays with millions of rows; what a destination makes of dying writers is tested
 * where the destinations are.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import type { RunReport } from "@decant/connector"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { startWorker, type WorkerProcess } from "./support/cluster.ts"
import { type Ended, openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import type { Emulator } from "./support/emulator.ts"
import { type PostgresServer, startPostgres } from "./support/postgres.ts"
import { openSmallOrg } from "./support/small-org.ts"

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

type Report = RunReport & Required<Pick<RunReport, "workers">>

const destinations = {
  parquet: "type: parquet\n  path: ./copy",
  postgres: "type: postgres\n  url: ${DATABASE_URL}\n  naming: preserve"
}

const soak = process.env.DECANT_SOAK === "1"

let org: Emulator
let server: PostgresServer
let workspace: Workspace
let workers: Array<WorkerProcess> = []
beforeAll(async () => {
  org = await openSmallOrg()
  server = await startPostgres()
  workspace = await openWarmWorkspace({ ...org.env, DATABASE_URL: server.url })
})
const endWorkers = async (): Promise<void> => {
  for (const { child, ended } of workers) {
    child.kill("SIGCONT")
    child.kill("SIGTERM")
    await ended
  }
  workers = []
}
afterAll(async () => {
  await endWorkers()
  await workspace?.remove()
  await server?.stop()
  await org?.stop()
})

const writeSpec = (name: string, destination: keyof typeof destinations): void => {
  const spec = specText(["Account", "Contact"])
    .replace("name: test", `name: ${name}`)
    .replace("  streams:", "  parts: { from: 150, rows: 30, jobs: 2 }\n  streams:")
    .replace(/destination:[\s\S]*$/, `destination:\n  ${destinations[destination]}\n`)
  writeFileSync(workspace.path(`${name}.yaml`), spec)
}

const startWorkers = async (...names: ReadonlyArray<string>): Promise<void> => {
  workers = await Promise.all(
    names.map((name) => startWorker(workspace, server.url, name, "--concurrency", "1"))
  )
}

const sync = async (name: string): Promise<Ended & { readonly report: Report }> => {
  const { ended: ending } = workspace.start(["sync", `${name}.yaml`, "--json", "--cluster", server.url])
  const ended = await ending
  return { ...ended, report: JSON.parse(ended.stdout) }
}

/** Until the statement, asked of the cluster's database, brings a row. */
const until = async (statement: string): Promise<Record<string, unknown>> => {
  for (let tries = 0; tries < 400; tries++) {
    const [row] = await server.ask(statement)
    if (row !== undefined) return row
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error(`nothing came of ${statement}`)
}

const atWork = (worker: string, destination: string): string =>
  `SELECT a.task FROM decant_cluster.attempts a JOIN decant_cluster.workers w USING (worker)
     JOIN decant_cluster.runs r USING (run_id)
   WHERE w.name = '${worker}' AND w.left_at IS NULL AND r.spec = '${destination}' AND a.kind = 'part' AND a.ended IS NULL
   ORDER BY a.started_at DESC`

const prove = async (name: string): Promise<void> => {
  const proof = await workspace.run(["verify", `${name}.yaml`])
  assert.strictEqual(proof.code, 0, proof.stdout + proof.stderr)
}

describe("workers of a cluster", () => {
  for (const destination of soak ? (["parquet", "postgres"] as const) : (["postgres"] as const)) {
    it(`bring each row once though one is killed, one freezes and the database restarts: ${destination}`, async () => {
      writeSpec(destination, destination)
      await endWorkers()
      await startWorkers("killed", "frozen", "leaving", "steady")
      // Each page takes its time, so that all four are at a part when things happen.
      await org.control("POST", "faults", {
        match: { method: "GET", path: "/results" },
        times: 200,
        action: { delayMs: 3_000 }
      })
      const running = sync(destination)
      const [killed, frozen, leaving] = workers
      await until(atWork("killed", destination))
      await until(atWork("frozen", destination))
      await until(atWork("leaving", destination))
      frozen?.freeze()
      await killed?.kill()
      assert.strictEqual((await leaving?.leave())?.code, 0)
      // Somebody else takes up what the two had.
      await until(`SELECT 1 FROM decant_cluster.attempts a JOIN decant_cluster.runs r USING (run_id)
        WHERE r.spec = '${destination}' AND attempt > 1`)
      frozen?.wake()
      await org.control("DELETE", "faults")
      await server.restart()
      const { code, report, stderr } = await running
      assert.strictEqual(code, 0, stderr + JSON.stringify(report))
      assert.strictEqual(report.status, "ok")
      const truth = await org.truth("Contact")
      assert.strictEqual(report.streams.find(({ stream }) => stream === "Contact")?.inserted, truth.length)
      const told = new Map(report.workers.map((share) => [share.worker, share]))
      assert.isAbove(told.get("killed")?.lost ?? 0, 0, "the report tells who was lost")
      const shares = report.workers.reduce((sum, { rows }) => sum + rows, 0)
      const read = report.streams.reduce((sum, stream) => sum + stream.read, 0)
      // A part that was stored by one worker while another had read it as well is in the shares of both.
      assert.isAtLeast(shares, read, "the workers' shares are all that was read")
      await prove(destination)
    })
  }

  it("keep the schedule of a spec together: each time counts once", async () => {
    writeSpec("often", "parquet")
    const path = workspace.path("often.yaml")
    writeFileSync(path, readFileSync(path, "utf8").replace("source:", 'schedule: "*/2 * * * * *"\nsource:'))
    await until("SELECT 1 FROM decant_cluster.runs WHERE spec = 'often' AND status = 'ok' OFFSET 2")
    const [doubled] = await server.ask(
      "SELECT tick FROM decant_cluster.runs WHERE spec = 'often' GROUP BY tick HAVING count(*) > 1"
    )
    assert.isUndefined(doubled)
    rmSync(path)
    await until("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM decant_cluster.runs WHERE finished_at IS NULL)")
  })

  it("show who is there and what was done", async () => {
    const look = async () => {
      const { code, stdout } = await workspace.run(["status", "--cluster", server.url, "--json"])
      assert.strictEqual(code, 0)
      const { workers: all, runs } = JSON.parse(stdout)
      return { runs, shown: all.find(({ name }: Record<string, unknown>) => name === "steady") }
    }
    const { runs } = await vi.waitFor(async () => {
      const found = await look()
      assert.deepInclude(found.shown, { state: "there", doing: [] })
      return found
    }, 60_000)
    assert.includeMembers(
      runs.map(({ spec, status }: Record<string, unknown>) => `${spec} ${status}`),
      ["often ok"]
    )
  })

  it("say so when none of them has the spec as it was asked for", async () => {
    writeSpec("changed", "parquet")
    const elsewhere = await openWarmWorkspace({ ...org.env, DATABASE_URL: server.url })
    const text = readFileSync(workspace.path("changed.yaml"), "utf8")
    writeFileSync(elsewhere.path("changed.yaml"), `${text}# not the same file\n`)
    const refused = await elsewhere.run(["sync", "changed.yaml", "--cluster", server.url, "--json"])
    assert.strictEqual(refused.code, 2, refused.stderr)
    assert.strictEqual(JSON.parse(refused.stdout).error.code, "CLUSTER_SPEC")
    await elsewhere.remove()
  })

  it("are told what they cannot do", async () => {
    writeFileSync(workspace.path("file.yaml"), specText(["Account"]).replace("name: test", "name: file"))
    const refused = await workspace.run(["sync", "file.yaml", "--cluster", server.url, "--json"])
    assert.strictEqual(refused.code, 2)
    assert.strictEqual(JSON.parse(refused.stdout).error.code, "CLUSTER_DESTINATION")
    const gone = server.url.replace(/:\d+\//, ":9/")
    const unreachable = await workspace.run(["status", "--cluster", gone, "--json"])
    assert.strictEqual(unreachable.code, 1)
    assert.strictEqual(JSON.parse(unreachable.stdout).error.code, "CLUSTER_UNREACHABLE")
    assert.notInclude(unreachable.stdout + unreachable.stderr.replace(/^Warning.*$/m, ""), "secret")
  })
})
