/**
 * How far workers scale: one large object, cut into parts, into Postgres by one process and by 1, 2 and 4 workers; on
 * this machine alone, and with an org that is far away, where each connection carries only so much.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Calm } from "../calm.ts"
import { type Emulator, startEmulator } from "../emulator.ts"
import { freshDatabase } from "../fresh-database.ts"
import { measure, programPath } from "../measure.ts"
import type { PostgresServer } from "../postgres-server.ts"
import { slowNetwork } from "../slow-network.ts"
import { showSpread, spread, table } from "../statistics.ts"
import { startWorkers } from "../workers.ts"

export interface WorkersOptions {
  readonly folder: string
  readonly rounds: number
  readonly rows: number
  readonly postgres: PostgresServer
  readonly say: (line: string) => void
  readonly calm: Calm
}

interface Runs {
  /** Null is one process without a cluster. */
  readonly workers: number | null
  readonly seconds: Array<number>
}

export interface WorkersResult {
  readonly rows: number
  readonly parts: number
  readonly bytesPerSecond: number
  readonly near: ReadonlyArray<Runs>
  readonly far: ReadonlyArray<Runs>
}

const parts = 8
const bytesPerSecond = 1e6
const counts = [null, 1, 2, 4]

const specText = (rows: number): string => `version: 1
name: bench
source:
  type: salesforce
  environment: \${BENCH_URL}
  auth: { method: client-credentials, clientId: "\${BENCH_ID}", clientSecret: "\${BENCH_SECRET}" }
  parts: { from: 2, rows: ${Math.ceil(rows / parts)}, jobs: 4 }
  streams:
    - object: Account
refresh: { formulas: off, reconcile: off }
destination: { type: postgres, url: "\${BENCH_DATABASE}" }
`

/** From the command to its end, with the workers there already. */
const once = async (
  workers: number | null,
  org: Emulator,
  { folder, rows, postgres }: WorkersOptions
): Promise<number> => {
  const at = join(folder, "workers")
  mkdirSync(at, { recursive: true })
  const spec = join(at, "bench.yaml")
  writeFileSync(spec, specText(rows))
  const database = await freshDatabase(postgres.url, "bench_workers")
  const env = {
    BENCH_URL: org.url,
    BENCH_ID: org.clientId,
    BENCH_SECRET: org.clientSecret,
    BENCH_DATABASE: database,
    DECANT_CLUSTER: database
  }
  const running = workers === null ? null : await startWorkers(workers, { spec, env })
  try {
    const flags = workers === null ? [] : ["--cluster", "-"]
    const command = programPath("../../apps/runner/bin/decant.mjs")
    const { wall, stdout } = await measure(command, ["sync", spec, "--json", ...flags], env)
    const read = JSON.parse(stdout).streams[0]?.inserted
    if (read !== rows) throw new Error(`${read} rows came instead of ${rows}: ${stdout}`)
    return wall
  } finally {
    await running?.stop()
    rmSync(at, { recursive: true, force: true })
  }
}

export const workers = async (options: WorkersOptions): Promise<WorkersResult> => {
  const { rounds, rows, say, calm } = options
  say(`Starting an org with ${rows.toLocaleString("en")} accounts …`)
  const org = await startEmulator(["--dataset", "scale", "--rows", `Account=${rows}`])
  const network = await slowNetwork(org.url, { delayMs: 100, bytesPerSecond })
  const all = (): ReadonlyArray<Runs> => counts.map((count) => ({ workers: count, seconds: [] }))
  const result = { rows, parts, bytesPerSecond, near: all(), far: all() }
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [where, place] of [
        ["near", org],
        ["far", { ...org, url: network.url }]
      ] as const) {
        for (const { workers: count, seconds } of result[where]) {
          const took = await calm.leastDisturbed(() => once(count, place, options))
          say(`  round ${round + 1}, ${where}: ${count ?? "no"} workers: ${took.toFixed(2)} s`)
          seconds.push(took)
        }
      }
    }
    return result
  } finally {
    network.stop()
    org.stop()
  }
}

const nameOf = (count: number | null): string => {
  if (count === null) return "decant sync, one process"
  return count === 1 ? "1 worker" : `${count} workers`
}

const tableOf = (runs: ReadonlyArray<Runs>, rows: number): string => {
  const single = runs.find((one) => one.workers === 1)?.seconds ?? []
  return table([
    ["", "seconds", "rows/s", "× 1 worker"],
    ...runs.map(({ workers: count, seconds }) => [
      nameOf(count),
      showSpread(spread(seconds), 2),
      Math.round(rows / spread(seconds).median).toLocaleString("en"),
      showSpread(spread(seconds.map((took, at) => (single[at] ?? Number.NaN) / took)), 2)
    ])
  ])
}

export const showWorkers = ({ rows, parts: cut, near, far, ...of }: WorkersResult): string =>
  [
    `${rows.toLocaleString("en")} accounts in ${cut} parts into Postgres; org, database and workers on this machine`,
    "",
    tableOf(near, rows),
    "",
    `The same with 100 ms more for each call and ${of.bytesPerSecond / 1e6} MB/s for each connection`,
    "",
    tableOf(far, rows)
  ].join("\n")
