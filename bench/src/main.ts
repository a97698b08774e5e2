/**
 * `npm run bench [-- suite …]`: Decant beside the floor and beside what a user would otherwise write, interleaved in
 * one run. Prints medians with their spread and ratios, and writes bench/results.json, docs/performance.md and its
 * picture.
 *
 * DECANT_BENCH_ROUNDS=5 measures more often. DECANT_BENCH_SIZES=100k,1M,5M,10M are the tables of
 * `increments`. DECANT_BENCH_SCALE=0.01 makes everything that much smaller, to try the bench itself; such a run
 * writes nothing.
 */
import { execFileSync } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os"
import { join } from "node:path"
import { calm } from "./calm.ts"
import { startPostgres } from "./postgres-server.ts"
import { keepResults, names, type Ran, type Results, shown } from "./results.ts"
import { rowsOf } from "./row-count.ts"
import { type Around, suites } from "./suites.ts"

const { env } = process
const scale = Number(env.DECANT_BENCH_SCALE ?? 1)
const rounds = Number(env.DECANT_BENCH_ROUNDS ?? 3)
const sizes = (env.DECANT_BENCH_SIZES ?? "100k,1M").split(",").map(rowsOf)

const asked = process.argv.slice(2)
const wrong = asked.find((name) => !names.some((known) => known === name))
if (wrong !== undefined) {
  console.error(`There is no suite ${wrong}; there are ${names.join(", ")}.`)
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), "decant-bench-"))
// The server of Postgres is another user's when this one is root.
chmodSync(folder, 0o711)
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

const settings = ["DECANT_BENCH_ROUNDS", "DECANT_BENCH_SIZES", "DECANT_BENCH_SCALE"].flatMap((name) =>
  env[name] === undefined ? [] : [`${name}=${env[name]}`]
)
const ran: Ran = {
  command: [...settings, "npm run bench", ...(asked.length === 0 ? [] : ["--", ...asked])].join(" "),
  commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
  rounds,
  machine: {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? "unknown",
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version
  }
}

const postgres = await startPostgres(folder)
const say = (line: string): void => console.error(line)
const around: Around = {
  folder,
  rounds,
  postgres,
  sizes,
  say,
  calm: calm(say),
  rows: (count) => Math.max(100, Math.round(count * scale))
}
const results: Results = {}
try {
  for (const name of names.filter((one) => asked.length === 0 || asked.includes(one))) {
    const result: unknown = await suites[name].run(around)
    const disturbed = around.calm.told()
    results[name] = { ran: disturbed === undefined ? ran : { ...ran, disturbed }, result }
    console.log(`${shown(name, result)}\n`)
    // Kept at once: the next suite may take an hour.
    if (scale === 1) keepResults(results)
  }
} finally {
  await postgres.stop()
}
