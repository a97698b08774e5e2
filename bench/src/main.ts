/**
 * `npm run bench [suite …]`: Decant beside the floor and beside what a user would otherwise write, interleaved in one
 * run. Prints medians with their spread and ratios, and writes bench/results.json and docs/performance.svg.
 *
 * DECANT_BENCH_SCALE=0.01 makes everything that much smaller, to try the bench itself.
 */
import { execFileSync } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os"
import { join } from "node:path"
import { chart } from "./chart.ts"
import { programPath } from "./measure.ts"
import { startPostgres } from "./postgres-server.ts"
import { accounts, narrow, wide } from "./shapes.ts"
import { showBackfill } from "./show-backfill.ts"
import { type BackfillOptions, type BackfillResult, backfill } from "./suites/backfill.ts"
import { increments, showIncrements } from "./suites/increments.ts"
import { latency, showLatency } from "./suites/latency.ts"
import { showStart, start } from "./suites/start.ts"

const scale = Number(process.env.DECANT_BENCH_SCALE ?? 1)
const rounds = Number(process.env.DECANT_BENCH_ROUNDS ?? 3)
const rows = (count: number): number => Math.max(100, Math.round(count * scale))

const known = ["accounts", "wide", "widest", "narrow", "increments", "latency", "start"]
const asked = process.argv.slice(2)
const wrong = asked.find((name) => !known.includes(name))
if (wrong !== undefined) {
  console.error(`There is no suite ${wrong}; there are ${known.join(", ")}.`)
  process.exit(2)
}
const wants = (name: string): boolean => asked.length === 0 || asked.includes(name)

const folder = mkdtempSync(join(tmpdir(), "decant-bench-"))
// The server of Postgres is another user's when this one is root.
chmodSync(folder, 0o711)
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const say = (line: string): void => console.error(line)

const postgres = await startPostgres(folder)
const options: BackfillOptions = { folder, rounds, postgres, alternatives: false, say }
const backfills: Array<BackfillResult> = []
const results: Record<string, unknown> = {}
const show = (text: string): void => console.log(`${text}\n`)

try {
  const shapes = [
    { name: "accounts", shape: accounts(rows(1_000_000)), alternatives: true },
    { name: "wide", shape: wide(rows(200_000), 60), alternatives: false },
    { name: "widest", shape: wide(rows(20_000), 400), alternatives: false },
    { name: "narrow", shape: narrow(rows(5_000_000)), alternatives: false }
  ]
  for (const { shape, alternatives } of shapes.filter(({ name }) => wants(name))) {
    const result = await backfill(shape, { ...options, alternatives })
    backfills.push(result)
    show(showBackfill(result))
  }
  if (wants("increments")) {
    const sizes = [100_000, 1_000_000, 5_000_000, 10_000_000].map(rows)
    const result = await increments({ folder, rounds, sizes, changes: [0, rows(10_000), rows(100_000)], say })
    results.increments = result
    show(showIncrements(result))
  }
  if (wants("latency")) {
    const result = await latency({ folder, rounds, rows: rows(200_000), say })
    results.latency = result
    show(showLatency(result))
  }
  if (wants("start")) {
    const result = await start(Math.max(rounds, 10))
    results.start = result
    show(showStart(result))
  }
} finally {
  await postgres.stop()
}

const machine = {
  cores: availableParallelism(),
  cpu: cpus()[0]?.model ?? "unknown",
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version
}
const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim()
const command = ["npm run bench", ...(asked.length === 0 ? [] : ["--", ...asked])].join(" ")
const report = { command, commit, scale, machine, backfills, ...results }
writeFileSync(programPath("../results.json"), `${JSON.stringify(report, null, 1)}\n`)
const [first] = backfills
if (first !== undefined) writeFileSync(programPath("../../docs/performance.svg"), chart(first))
