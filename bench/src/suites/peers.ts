/**
 * Other connectors from PyPI read the same object of the same org, each in a Python environment of its own, beside
 * `decant sync`. Where Python or they cannot be had, that is said in their row's place.
 */
import { execFile } from "node:child_process"
import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { runSync } from "../decant-sync.ts"
import type { Emulator } from "../emulator.ts"
import { programPath } from "../measure.ts"
import { preparedTask, startOrg } from "../org-of.ts"
import type { Shape } from "../shapes.ts"
import { showSpread, spread, table } from "../statistics.ts"

interface Peer {
  readonly name: string
  readonly packages: ReadonlyArray<string>
  readonly script: string
  readonly leaves: string
}

const peersOfPypi: ReadonlyArray<Peer> = [
  {
    name: "Airbyte's source",
    packages: ["airbyte-source-salesforce==2.10.3"],
    script: "read_airbyte.py",
    leaves: "JSON messages"
  },
  {
    name: "dlt, simple-salesforce",
    packages: ["dlt==1.31.0", "simple-salesforce==1.12.10"],
    script: "read_dlt.py",
    leaves: "files of JSON lines"
  },
  {
    name: "tap-salesforce",
    packages: ["tap-salesforce==2.8.1"],
    script: "read_tap.py",
    leaves: "JSON messages"
  }
]

export interface PeersOptions {
  readonly folder: string
  readonly rounds: number
  readonly say: (line: string) => void
}

export interface PeersResult {
  readonly shape: string
  readonly rows: number
  readonly runs: ReadonlyArray<{
    readonly name: string
    readonly leaves: string
    readonly walls: ReadonlyArray<number>
  }>
  readonly skipped: ReadonlyArray<{ readonly name: string; readonly reason: string }>
}

const run = promisify(execFile)

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .trim()
    .split("\n")
    .slice(-1)
    .join(" ")
    .slice(0, 160)

const installed = async (peer: Peer, folder: string): Promise<string> => {
  const at = join(folder, peer.script.replace(".py", ""))
  await run("python3", ["-m", "venv", at])
  const python = join(at, "bin", "python")
  await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...peer.packages])
  return python
}

const readOnce = async (
  peer: Peer,
  python: string,
  org: Emulator,
  task: Readonly<Record<string, unknown>> & { readonly rows: number }
): Promise<number> => {
  const started = performance.now()
  const script = programPath(`../peers/${peer.script}`)
  const { stdout } = await run(python, [script, JSON.stringify(task)], {
    env: {
      ...process.env,
      PYTHONPATH: programPath("../peers"),
      PYTHONDONTWRITEBYTECODE: "1",
      BENCH_URL: org.url,
      BENCH_ID: org.clientId,
      BENCH_SECRET: org.clientSecret
    }
  })
  if (Number(stdout.trim().split("\n").at(-1)) !== task.rows) throw new Error(`it brought ${stdout.trim()}`)
  return (performance.now() - started) / 1000
}

export const peers = async (shape: Shape, options: PeersOptions): Promise<PeersResult> => {
  const { rounds, say } = options
  const folder = join(options.folder, "peers")
  mkdirSync(folder, { recursive: true })
  say(`Starting an org with ${shape.name} …`)
  const org = await startOrg(shape)
  const runs: Array<{ name: string; leaves: string; walls: Array<number> }> = []
  const skipped: Array<PeersResult["skipped"][number]> = []
  try {
    const task = { ...(await preparedTask(org, shape, folder)), folder }
    const ours: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      const at = join(folder, `decant-${round}`)
      const destination = `{ type: duckdb, path: ${JSON.stringify(join(at, "copy.duckdb"))} }`
      const copy = { object: shape.object, fields: shape.fields, destination }
      ours.push((await runSync(org, at, copy)).measured.wall)
    }
    runs.push({ name: "decant sync", leaves: "a typed DuckDB table", walls: ours })
    for (const peer of peersOfPypi) {
      try {
        const python = await installed(peer, folder)
        const walls: Array<number> = []
        for (let round = 0; round < rounds; round++) walls.push(await readOnce(peer, python, org, task))
        say(`  ${peer.name}: ${walls.map((wall) => wall.toFixed(2)).join(", ")} s`)
        runs.push({ name: peer.name, leaves: peer.leaves, walls })
      } catch (error) {
        skipped.push({ name: peer.name, reason: reasonOf(error) })
        say(`  ${peer.name} is left out: ${reasonOf(error)}`)
      }
    }
    return { shape: shape.name, rows: shape.rows, runs, skipped }
  } finally {
    org.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

export const showPeers = ({ shape, rows, runs, skipped }: PeersResult): string =>
  [
    `${shape} read from the beginning, whole processes; each leaves something else`,
    "",
    table([
      ["", "leaves", "seconds", "rows/s"],
      ...runs.map(({ name, leaves, walls }) => {
        const wall = spread(walls)
        return [name, leaves, showSpread(wall, 2), Math.round(rows / wall.median).toLocaleString("en")]
      })
    ]),
    ...skipped.map(({ name, reason }) => `${name} is left out: ${reason}`)
  ].join("\n")
