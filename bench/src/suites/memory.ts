/** Peak memory of a whole sync as the number of rows grows, and with `--memory small`. */
import { rmSync } from "node:fs"
import { join } from "node:path"
import { runSync } from "../decant-sync.ts"
import { startOrg } from "../org-of.ts"
import { accounts } from "../shapes.ts"
import { showSpread, spread, table } from "../statistics.ts"

export interface MemoryOptions {
  readonly folder: string
  readonly rounds: number
  readonly sizes: ReadonlyArray<number>
  readonly say: (line: string) => void
}

const uses = ["normal", "small"] as const
const kinds = ["duckdb", "parquet"] as const

export type MemoryResult = ReadonlyArray<{
  readonly rows: number
  readonly kind: (typeof kinds)[number]
  readonly use: (typeof uses)[number]
  readonly peakMb: ReadonlyArray<number>
  readonly wall: ReadonlyArray<number>
}>

export const memory = async ({ folder, rounds, sizes, say }: MemoryOptions): Promise<MemoryResult> => {
  const found: Array<MemoryResult[number]> = []
  for (const rows of sizes) {
    const shape = accounts(rows)
    say(`Starting an org with ${shape.name} …`)
    const org = await startOrg(shape)
    const run = async (kind: (typeof kinds)[number], use: (typeof uses)[number]) => {
      const at = join(folder, `memory-${kind}-${use}`)
      const path = JSON.stringify(join(at, kind === "duckdb" ? "copy.duckdb" : "copy"))
      const destination = `{ type: ${kind}, path: ${path} }`
      const copy = { object: shape.object, fields: shape.fields, destination }
      const { measured, report } = await runSync(org, at, copy, ["--memory", use])
      rmSync(at, { recursive: true })
      if (report.streams[0]?.rows !== rows) throw new Error(`${kind} brought ${measured.stdout}`)
      return measured
    }
    try {
      // Pages that come slowly, because the org makes them first, need less memory.
      await run("parquet", "normal")
      for (const kind of kinds) {
        for (const use of uses) {
          const runs: Array<{ readonly peakMb: number; readonly wall: number }> = []
          for (let round = 0; round < rounds; round++) runs.push(await run(kind, use))
          const peakMb = runs.map((each) => each.peakMb)
          say(
            `  ${rows.toLocaleString("en")} ${kind}, ${use}: ${peakMb.map((mb) => mb.toFixed(0)).join(", ")} MB`
          )
          found.push({ rows, kind, use, peakMb, wall: runs.map((each) => each.wall) })
        }
      }
    } finally {
      org.stop()
    }
  }
  return found
}

export const showMemory = (result: MemoryResult): string => {
  const sizes = [...new Set(result.map(({ rows }) => rows))]
  const least = (of: Pick<MemoryResult[number], "kind" | "use">) =>
    result.find(({ rows, kind, use }) => rows === sizes[0] && kind === of.kind && use === of.use)?.peakMb ??
    []
  return [
    "Peak memory of the process, syncs from nothing, median (min–max)",
    "",
    table([
      [
        "accounts",
        "destination",
        "--memory",
        "peak MB",
        `× ${sizes[0]?.toLocaleString("en")} rows`,
        "seconds"
      ],
      ...result.map((run) => [
        run.rows.toLocaleString("en"),
        run.kind,
        run.use,
        showSpread(spread(run.peakMb), 0),
        (spread(run.peakMb).median / spread(least(run)).median).toFixed(2),
        showSpread(spread(run.wall), 1)
      ])
    ])
  ].join("\n")
}
