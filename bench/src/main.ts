/**
 * `npm run bench`: Decant as a whole process beside the floor, interleaved in one run on the same pages.
 * Prints medians with their spread and the ratio run by run, and writes bench/results.json.
 */
import { execFileSync } from "node:child_process"
import { createReadStream, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { availableParallelism, cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { createGunzip } from "node:zlib"
import { accountFields, floorColumns } from "./account-columns.ts"
import { type Emulator, saveNewestPages, startEmulator } from "./emulator.ts"
import { type Measured, measure, programPath } from "./measure.ts"
import { showSpread, spread, table } from "./statistics.ts"

const rows = Number(process.env.DECANT_BENCH_ROWS ?? 1_000_000)
const rounds = Number(process.env.DECANT_BENCH_ROUNDS ?? 5)

const specText = (folder: string): string => `version: 1
name: bench
source:
  type: salesforce
  environment: \${BENCH_URL}
  auth: { method: client-credentials, clientId: "\${BENCH_ID}", clientSecret: "\${BENCH_SECRET}" }
  streams:
    - object: Account
      fields: [${accountFields.join(", ")}]
destination: { type: duckdb, path: ${JSON.stringify(join(folder, "decant.duckdb"))} }
checkpoint: ${JSON.stringify(join(folder, "checkpoint.json"))}
`

const headerOf = async (page: string): Promise<ReadonlyArray<string>> => {
  for await (const line of createInterface(createReadStream(page).pipe(createGunzip()))) {
    return line.split(",").map((name) => name.replaceAll('"', ""))
  }
  return []
}

const work = mkdtempSync(join(tmpdir(), "decant-bench-"))
process.on("exit", () => rmSync(work, { recursive: true, force: true }))

/** A first sync into a new file, from nothing to the exit of the process. */
const sync = async (emulator: Emulator, round: number): Promise<Measured> => {
  const folder = join(work, `sync-${round}`)
  mkdirSync(folder)
  const spec = join(folder, "decant.yaml")
  writeFileSync(spec, specText(folder))
  const measured = await measure(programPath("../../apps/runner/bin/decant.mjs"), ["sync", spec, "--json"], {
    BENCH_URL: emulator.url,
    BENCH_ID: emulator.clientId,
    BENCH_SECRET: emulator.clientSecret
  })
  const report = JSON.parse(measured.stdout) as { streams: ReadonlyArray<{ rows: number }> }
  if (report.streams[0]?.rows !== rows) throw new Error(`expected ${rows} rows: ${measured.stdout}`)
  rmSync(folder, { recursive: true })
  return measured
}

const floor = async (
  columns: Record<string, string>,
  pages: ReadonlyArray<string>,
  round: number
): Promise<Measured> => {
  const target = join(work, `floor-${round}.duckdb`)
  const measured = await measure(programPath("./floor-duckdb.ts"), [
    target,
    JSON.stringify(columns),
    ...pages
  ])
  if (Number(measured.stdout) !== rows) throw new Error(`the floor loaded ${measured.stdout}`)
  rmSync(target)
  return measured
}

console.log(`Starting an org of ${rows.toLocaleString("en")} accounts …`)
const emulator = await startEmulator(["--dataset", "scale", "--rows", `Account=${rows}`])
await sync(emulator, -1)
const pages = await saveNewestPages(emulator, work)
const header = await headerOf(pages[0] ?? "")
const columns = floorColumns(header)
await floor(columns, pages, -1)

const runs: { decant: Array<Measured>; floor: Array<Measured>; emulatorCpu: Array<number> } = {
  decant: [],
  floor: [],
  emulatorCpu: []
}
for (let round = 0; round < rounds; round++) {
  const before = emulator.cpu()
  runs.decant.push(await sync(emulator, round))
  const after = emulator.cpu()
  if (before !== null && after !== null) runs.emulatorCpu.push(after - before)
  runs.floor.push(await floor(columns, pages, round))
}
emulator.stop()

const ratios = runs.decant.map((run, round) => run.wall / (runs.floor[round]?.wall ?? Number.NaN))
const line = (name: string, measured: ReadonlyArray<Measured>): ReadonlyArray<string> => {
  const wall = spread(measured.map((run) => run.wall))
  return [
    name,
    showSpread(wall, 2),
    Math.round(rows / wall.median).toLocaleString("en"),
    showSpread(spread(measured.map((run) => run.cpu)), 2),
    showSpread(spread(measured.map((run) => run.peakMb)), 0)
  ]
}
const bytes = pages.reduce((sum, page) => sum + statSync(page).size, 0)
console.log(
  `\n${rows.toLocaleString("en")} accounts × ${header.length} columns, ${pages.length} gzip'd pages of ${(bytes / 1e6).toFixed(0)} MB in all; ` +
    `${rounds} interleaved rounds, median (min–max), whole processes from start to exit\n`
)
console.log(
  table([
    ["", "seconds", "rows/s", "CPU s", "peak MB"],
    line("floor: bare DuckDB on local pages", runs.floor),
    line("decant sync, DuckDB", runs.decant)
  ])
)
console.log(`\ndecant / floor: ${showSpread(spread(ratios), 2)}`)
if (runs.emulatorCpu.length > 0) {
  console.log(
    `The emulator used ${showSpread(spread(runs.emulatorCpu), 2)} CPU s per sync, on the same cores.`
  )
}
const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim()
writeFileSync(
  programPath("../results.json"),
  `${JSON.stringify(
    {
      command: "npm run bench",
      commit,
      machine: { cores: availableParallelism(), cpu: cpus()[0]?.model ?? "unknown", node: process.version },
      rows,
      columns: header.length,
      pages: pages.length,
      pageBytes: bytes,
      runs: {
        decant: runs.decant.map(({ stdout: _, ...run }) => run),
        floor: runs.floor.map(({ stdout: _, ...run }) => run),
        emulatorCpu: runs.emulatorCpu
      },
      ratio: spread(ratios)
    },
    null,
    2
  )}\n`
)
