/**
 * Loading alone, from pages on disk to committed: the phases of a sync beside its download, as `--timings` tells them,
 * beside the engine's own time for the same inflated pages in a process that does nothing else.
 *
 * Among them is the small commit that names the job. The org's job takes a while, as Salesforce's do, so that this
 * commit is done before the download and does not share the processor with it.
 */
import { createReadStream, createWriteStream, rmSync } from "node:fs"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { createGunzip } from "node:zlib"
import type { Calm } from "../calm.ts"
import { runSync } from "../decant-sync.ts"
import { freshDatabase } from "../fresh-database.ts"
import { measure, programPath } from "../measure.ts"
import { askJson } from "../org-client.ts"
import { preparedTask, startOrg } from "../org-of.ts"
import type { PostgresServer } from "../postgres-server.ts"
import type { Shape } from "../shapes.ts"
import { showSpread, spread, table } from "../statistics.ts"

export interface LoadingOptions {
  readonly folder: string
  readonly rounds: number
  readonly postgres: PostgresServer
  readonly say: (line: string) => void
  readonly calm: Calm
}

const kinds = ["duckdb", "parquet", "postgres"] as const
type Kind = (typeof kinds)[number]

export interface LoadingResult {
  readonly shape: string
  readonly rounds: ReadonlyArray<{ readonly kind: Kind; readonly engine: number; readonly decant: number }>
}

const jobMillis = 1000

const inflated = async (pages: ReadonlyArray<string>): Promise<ReadonlyArray<string>> =>
  Promise.all(
    pages.map(async (page) => {
      const plain = page.replace(/\.gz$/, "")
      await pipeline(createReadStream(page), createGunzip({ chunkSize: 262_144 }), createWriteStream(plain))
      return plain
    })
  )

const target = async (kind: Kind, at: string, postgres: PostgresServer) =>
  kind === "postgres" ? freshDatabase(postgres.url, "decant_loading") : join(at, `engine.${kind}`)

const destination = (kind: Kind, at: string, url: string): string => {
  if (kind === "postgres") return `{ type: postgres, url: "${url}", naming: preserve }`
  const path = join(at, kind === "duckdb" ? "copy.duckdb" : "copy")
  return `{ type: ${kind}, path: ${JSON.stringify(path)} }`
}

const loadingPhases = ["check", "stage", "merge", "commit", "verify"]

export const loading = async (shape: Shape, options: LoadingOptions): Promise<LoadingResult> => {
  const { rounds, postgres, say, calm } = options
  const folder = join(options.folder, "loading")
  say(`Starting an org with ${shape.name} …`)
  const org = await startOrg(shape)
  try {
    const task = await preparedTask(org, shape, folder)
    const pages = await inflated(task.pages)
    await askJson(org, "/emulator/switches", { bulkRunMs: jobMillis })
    const found: Array<LoadingResult["rounds"][number]> = []
    for (let round = 0; round < rounds; round++) {
      for (const kind of kinds) {
        const at = join(folder, `${kind}-${round}`)
        const engine = await calm.leastDisturbed(async () => {
          const own = await target(kind, folder, postgres)
          const argument = JSON.stringify({ ...task, pages, target: own })
          const { stdout } = await measure(programPath(`./programs/floor-${kind}.ts`), [argument])
          if (kind !== "postgres") rmSync(own)
          return Number(stdout.split(" ")[1])
        })
        const decant = await calm.leastDisturbed(async () => {
          const url = kind === "postgres" ? await freshDatabase(postgres.url, "decant_loading") : ""
          const copy = { object: shape.object, fields: shape.fields, destination: destination(kind, at, url) }
          const { report } = await runSync(org, at, copy, ["--timings"])
          rmSync(at, { recursive: true })
          const timings = report.streams[0]?.timings ?? {}
          return loadingPhases.reduce((sum, phase) => sum + (timings[phase] ?? Number.NaN), 0) / 1000
        })
        say(`  round ${round + 1}: ${kind}: engine ${engine.toFixed(2)} s, decant ${decant.toFixed(2)} s`)
        found.push({ kind, engine, decant })
      }
    }
    return { shape: shape.name, rounds: found }
  } finally {
    org.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

export const showLoading = ({ shape, rounds }: LoadingResult): string =>
  [
    `Loading alone, ${shape}: inflated pages on disk → committed, seconds, median (min–max)`,
    "",
    table([
      ["", "the engine itself", "Decant without its download", "× the engine"],
      ...kinds.map((kind) => {
        const runs = rounds.filter((run) => run.kind === kind)
        return [
          kind,
          showSpread(spread(runs.map(({ engine }) => engine)), 2),
          showSpread(spread(runs.map(({ decant }) => decant)), 2),
          showSpread(spread(runs.map(({ engine, decant }) => decant / engine)), 2)
        ]
      })
    ])
  ].join("\n")
