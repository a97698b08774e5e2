/**
 * A large object by several workers: one is killed, one is frozen for half a minute and woken, and the database that
 * they meet in is restarted. What they brought must be what the org holds.
 */
import { writeFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import type { RunReport } from "@decant/connector"
import { startWorker } from "../support/cluster.ts"
import { openWorkspace, specText } from "../support/decant.ts"
import { startEmulator } from "../support/emulator.ts"
import { startPostgres } from "../support/postgres.ts"

const destinations = {
  parquet: "type: parquet\n  path: ./copy",
  postgres: "type: postgres\n  url: ${DATABASE_URL}"
}

export interface ClusterSoak {
  readonly rows: number
  readonly workers: number
  readonly destination: keyof typeof destinations
  readonly say: (line: string) => void
}

const partsDone = `SELECT count(*)::int AS done FROM decant_cluster.attempts WHERE kind = 'part' AND ended = 'done'`
const atWork = (name: string): string =>
  `SELECT 1 FROM decant_cluster.attempts a JOIN decant_cluster.workers w USING (worker)
    WHERE w.name = '${name}' AND a.kind = 'part' AND a.ended IS NULL`

/** True when the copy is exact. */
export const clusterSoak = async ({ rows, workers: count, destination, say }: ClusterSoak) => {
  const begun = performance.now()
  const tell = (line: string): void => say(`${((performance.now() - begun) / 1000).toFixed(0)} s: ${line}`)
  const org = await startEmulator("--dataset", "scale", "--rows", `Account=${rows}`)
  const server = await startPostgres()
  const workspace = await openWorkspace({ ...org.env, DATABASE_URL: server.url })
  const spec = specText(["Account"])
    .replace(/\n {6}roles:.*/, "")
    .replace("  streams:", `  parts: { from: 2, rows: ${Math.ceil(rows / 20)}, jobs: 2 }\n  streams:`)
    .replace(/destination:[\s\S]*$/, `destination:\n  ${destinations[destination]}\n`)
  writeFileSync(workspace.path("decant.yaml"), spec)
  const until = async (statement: string, holds: (row: Record<string, unknown>) => boolean) => {
    for (;;) {
      const [row] = await server.ask(statement)
      if (row !== undefined && holds(row)) return
      await sleep(200)
    }
  }
  const names = Array.from({ length: count }, (_, at) => `worker-${at + 1}`)
  const workers = await Promise.all(names.map((name) => startWorker(workspace, server.url, name)))
  const [killed, frozen] = workers
  if (killed === undefined || frozen === undefined) throw new Error("two workers are needed at least")
  tell(`${rows} rows in the org, ${count} workers`)
  const running = workspace.run(["sync", "decant.yaml", "--json", "--cluster", server.url])
  await until(partsDone, ({ done }) => Number(done) >= 2)
  await until(atWork(killed.name), () => true)
  await killed.kill()
  tell(`${killed.name} was killed at a part`)
  await until(atWork(frozen.name), () => true)
  frozen.freeze()
  tell(`${frozen.name} was frozen at a part`)
  await sleep(30_000)
  frozen.wake()
  tell(`${frozen.name} was woken`)
  await server.restart()
  tell("the database was restarted")
  const { code, stdout, stderr } = await running
  const report = JSON.parse(stdout) as RunReport
  const [account] = report.streams
  tell(`sync ended with ${code}: ${report.status}, ${account?.inserted} inserted, ${account?.read} read`)
  for (const { worker, tasks, rows: read, lost } of report.workers ?? []) {
    say(`  ${worker}: ${tasks} tasks, ${read} rows, ${lost} lost to others`)
  }
  const proof = await workspace.run(["verify", "decant.yaml"])
  tell(`verify ended with ${proof.code}`)
  say(proof.stdout + (code === 0 ? "" : stderr))
  for (const worker of workers.slice(1)) await worker.leave()
  await workspace.remove()
  await server.stop()
  await org.stop()
  return code === 0 && proof.code === 0 && account?.inserted === rows
}
