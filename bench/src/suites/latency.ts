/**
 * Salesforce far away: 100 ms more for each call, and so many bytes a second for each connection. The back-fill of four
 * objects beside the network's own time, which is a bare process that fetches the same pages, four at once, and keeps
 * nothing. At 20 MB/s two cores are slower than the network; at 1 MB/s it is the network that is waited for.
 */
import { rmSync } from "node:fs"
import { join } from "node:path"
import type { Calm } from "../calm.ts"
import { runSync } from "../decant-sync.ts"
import { startEmulator } from "../emulator.ts"
import { type Measured, measure, programPath } from "../measure.ts"
import { pagePaths } from "../org-client.ts"
import { slowNetwork } from "../slow-network.ts"
import { showSpread, spread, table } from "../statistics.ts"

export interface LatencyOptions {
  readonly folder: string
  readonly rounds: number
  /** Of each of Account, Contact and Opportunity. */
  readonly rows: number
  readonly say: (line: string) => void
  readonly calm: Calm
}

type Run = Omit<Measured, "stdout">

interface Pace {
  readonly bytesPerSecond: number
  readonly network: Array<Run>
  readonly decant: Array<Run>
}

export interface LatencyResult {
  readonly rows: number
  readonly paces: ReadonlyArray<Pace>
}

const delayMs = 100
const speeds = [20e6, 1e6]

const objects = ["Account", "Contact", "Opportunity", "User"]

export const latency = async (options: LatencyOptions): Promise<LatencyResult> => {
  const { rounds, rows, say, calm } = options
  const folder = join(options.folder, "latency")
  say(`Starting an org with ${rows.toLocaleString("en")} accounts, contacts and opportunities each …`)
  const counts = objects.slice(0, 3).map((object) => `${object}=${rows}`)
  const org = await startEmulator(["--dataset", "scale", ...counts.flatMap((of) => ["--rows", of])])
  const copy = (at: string) => ({
    object: objects.join("\n    - object: "),
    fields: null,
    destination: `{ type: duckdb, path: ${JSON.stringify(join(at, "copy.duckdb"))} }`
  })
  const paces = speeds.map((bytesPerSecond): Pace => ({ bytesPerSecond, network: [], decant: [] }))
  const inRounds = async (pace: Pace, far: typeof org, paths: ReadonlyArray<string>): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      const at = join(folder, `round-${round}`)
      const sync = await calm.leastDisturbed(async () => {
        const { stdout: _, ...run } = (await runSync(far, at, copy(at))).measured
        rmSync(at, { recursive: true })
        return run
      })
      const argument = JSON.stringify({ url: far.url, accessToken: org.accessToken, paths })
      const bare = await calm.leastDisturbed(async () => {
        const { stdout: _, ...run } = await measure(programPath("./programs/download-pages.ts"), [argument])
        return run
      })
      say(`  round ${round + 1}: network ${bare.wall.toFixed(2)} s, decant ${sync.wall.toFixed(2)} s`)
      pace.decant.push(sync)
      pace.network.push(bare)
    }
  }
  try {
    await runSync(org, join(folder, "warm"), copy(join(folder, "warm")))
    const paths = await pagePaths(org, objects)
    for (const pace of paces) {
      const network = await slowNetwork(org.url, { delayMs, bytesPerSecond: pace.bytesPerSecond })
      try {
        await inRounds(pace, { ...org, url: network.url }, paths)
      } finally {
        network.stop()
      }
    }
    return { rows, paces }
  } finally {
    org.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const linesOf = ({ bytesPerSecond, network, decant }: Pace): ReadonlyArray<ReadonlyArray<string>> => {
  const speed = `${bytesPerSecond / 1e6} MB/s`
  return [
    [
      `${speed}: fetching the pages, four at once`,
      showSpread(spread(network.map((run) => run.wall)), 2),
      "1",
      ""
    ],
    [
      `${speed}: decant sync, DuckDB`,
      showSpread(spread(decant.map((run) => run.wall)), 2),
      showSpread(spread(decant.map((run, at) => run.wall / (network[at]?.wall ?? Number.NaN))), 2),
      showSpread(spread(decant.map((run) => run.cpu)), 2)
    ]
  ]
}

export const showLatency = ({ rows, paces }: LatencyResult): string =>
  [
    `Far away: ${delayMs} ms more for each call, so much for each connection; ${rows.toLocaleString("en")} accounts, contacts and opportunities each, and the users`,
    "",
    table([["", "seconds", "× network", "CPU s"], ...paces.flatMap(linesOf)])
  ].join("\n")
