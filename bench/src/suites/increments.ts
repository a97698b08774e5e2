/**
 * What a sync costs when little has changed: tables of several sizes, nothing, some and many rows changed, the
 * changed ones created last or anywhere in the table. Beside it, in the same run, a Node process that does nothing.
 */
import { execFileSync } from "node:child_process"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import type { Calm } from "../calm.ts"
import { type Copy, runSync } from "../decant-sync.ts"
import { type Emulator, startEmulator } from "../emulator.ts"
import type { Measured } from "../measure.ts"
import { askJson } from "../org-client.ts"
import { accounts } from "../shapes.ts"
import { showSpread, spread, table } from "../statistics.ts"

export interface IncrementsOptions {
  readonly folder: string
  readonly rounds: number
  readonly sizes: ReadonlyArray<number>
  readonly changes: ReadonlyArray<number>
  readonly say: (line: string) => void
  readonly calm: Calm
}

type Which = "none" | "recent" | "random"

interface Increment {
  readonly size: number
  readonly changed: number
  readonly which: Which
  readonly runs: ReadonlyArray<Omit<Measured, "stdout">>
  readonly apiCalls: number
}

export interface IncrementsResult {
  readonly bare: ReadonlyArray<number>
  readonly increments: ReadonlyArray<Increment>
}

const bareSeconds = (): number => {
  const started = performance.now()
  execFileSync(process.execPath, ["-e", "0"])
  return (performance.now() - started) / 1000
}

/**
 * Ids from the copy: the greatest are those created last. Random ones are others each time: rows that change are put in
 * anew, so those of an earlier round lie together by now.
 */
const chooseIds = async (
  file: string,
  which: Which,
  count: number,
  time: number
): Promise<ReadonlyArray<string>> => {
  const instance = await DuckDBInstance.create(file, { access_mode: "READ_ONLY" })
  const connection = await instance.connect()
  const order = which === "recent" ? "Id DESC" : `hash(Id || '${time}')`
  const reader = await connection.runAndReadAll(
    `SELECT Id FROM salesforce.Account ORDER BY ${order} LIMIT ${count}`
  )
  const ids = reader.getRows().map(([id]) => String(id))
  connection.closeSync()
  instance.closeSync()
  return ids
}

const idsAtOnce = 5_000

const change = async (org: Emulator, ids: ReadonlyArray<string>, round: number): Promise<void> => {
  for (let at = 0; at < ids.length; at += idsAtOnce) {
    const update = ids.slice(at, at + idsAtOnce).map((Id) => ({ Id, Phone: `+49 30 ${round}${at}` }))
    await askJson(org, "/emulator/records/Account", { update })
  }
}

const cases = (changes: ReadonlyArray<number>): ReadonlyArray<{ changed: number; which: Which }> =>
  changes.flatMap((changed) => {
    const which: ReadonlyArray<Which> = changed === 0 ? ["none"] : ["recent", "random"]
    return which.map((one) => ({ changed, which: one }))
  })

const ofSize = async (size: number, options: IncrementsOptions): Promise<ReadonlyArray<Increment>> => {
  const { rounds, say, calm } = options
  const folder = join(options.folder, `increments-${size}`)
  say(`Starting an org with ${size.toLocaleString("en")} accounts …`)
  const org = await startEmulator(["--dataset", "scale", "--rows", `Account=${size}`])
  const file = join(folder, "copy.duckdb")
  const copy: Copy = {
    object: "Account",
    fields: accounts(size).fields,
    destination: `{ type: duckdb, path: ${JSON.stringify(file)} }`
  }
  try {
    await runSync(org, folder, copy)
    const found: Array<Increment> = []
    let time = 0
    let apiCalls = 0
    const makeReady = async (changed: number, which: Which): Promise<void> => {
      // What was read by the look-back of the last sync is not read again by the one that is measured.
      await askJson(org, "/emulator/clock", { advanceSeconds: 1200 })
      await runSync(org, folder, copy)
      time += 1
      if (changed > 0) await change(org, await chooseIds(file, which, changed, time), time)
    }
    const syncOnce = async (changed: number): Promise<Omit<Measured, "stdout">> => {
      const { measured, report } = await runSync(org, folder, copy)
      if (report.streams[0]?.rows !== changed) {
        throw new Error(`${changed} rows were changed: ${measured.stdout}`)
      }
      apiCalls = report.apiCalls
      const { stdout: _, ...run } = measured
      return run
    }
    for (const { changed, which } of cases(options.changes).filter((one) => one.changed <= size)) {
      const runs: Array<Omit<Measured, "stdout">> = []
      for (let round = 0; round < rounds; round++) {
        const run = await calm.leastDisturbed(
          () => syncOnce(changed),
          () => makeReady(changed, which)
        )
        runs.push(run)
      }
      say(`  ${changed} ${which}: ${runs.map(({ wall }) => wall.toFixed(2)).join(", ")} s`)
      found.push({ size, changed, which, runs, apiCalls })
    }
    return found
  } finally {
    org.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

export const increments = async (options: IncrementsOptions): Promise<IncrementsResult> => {
  const found: Array<Increment> = []
  const bare: Array<number> = []
  for (const size of options.sizes) {
    for (let round = 0; round < options.rounds; round++) bare.push(bareSeconds())
    found.push(...(await ofSize(size, options)))
  }
  return { bare, increments: found }
}

export const showIncrements = ({ bare, increments: found }: IncrementsResult): string =>
  [
    "A sync of one table after changes, DuckDB, whole processes, median (min–max)",
    "",
    table([
      ["rows in table", "changed", "which", "seconds", "CPU s", "peak MB", "API calls"],
      ...found.map(({ size, changed, which, runs, apiCalls }) => [
        size.toLocaleString("en"),
        changed.toLocaleString("en"),
        which,
        showSpread(spread(runs.map((run) => run.wall)), 2),
        showSpread(spread(runs.map((run) => run.cpu)), 2),
        Math.max(...runs.map((run) => run.peakMb)).toFixed(0),
        String(apiCalls)
      ]),
      ["node -e 0", "", "", showSpread(spread(bare), 2), "", "", ""]
    ])
  ].join("\n")
