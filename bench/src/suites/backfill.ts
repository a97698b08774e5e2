/**
 * The back-fill: the same rows into each destination by the floor, by Decant and by what a user would otherwise
 * write, whole processes, interleaved round by round, on the same result pages.
 */
import { mkdirSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import type { Calm } from "../calm.ts"
import { type Contender, fileProgram, postgresProgram } from "../contender.ts"
import { type Contest, type Failed, inRounds } from "../contests.ts"
import { decantContender } from "../decant-sync.ts"
import type { Emulator } from "../emulator.ts"
import { freshDatabase } from "../fresh-database.ts"
import { preparedTask, startOrg } from "../org-of.ts"
import type { PostgresServer } from "../postgres-server.ts"
import type { Shape } from "../shapes.ts"

export interface BackfillOptions {
  readonly folder: string
  readonly rounds: number
  readonly postgres: PostgresServer | null
  /** What a user would otherwise write takes minutes, so it is asked for. */
  readonly alternatives: boolean
  readonly say: (line: string) => void
  readonly calm: Calm
}

export interface BackfillResult {
  readonly shape: string
  readonly rows: number
  readonly columns: number
  readonly pages: number
  readonly pageBytes: number
  readonly contests: ReadonlyArray<Contest>
  readonly failures: ReadonlyArray<Failed>
}

const decants = (shape: Shape, org: Emulator, options: BackfillOptions): ReadonlyArray<Contender> => {
  const { folder, postgres } = options
  const base = { emulator: org, folder, rows: shape.rows }
  const copyTo = (destination: string) => ({ object: shape.object, fields: shape.fields, destination })
  const duckdb = decantContender({
    ...base,
    name: "decant sync, DuckDB",
    kind: "duckdb",
    copy: (at) => copyTo(`{ type: duckdb, path: ${JSON.stringify(join(at, "copy.duckdb"))} }`)
  })
  const parquet = decantContender({
    ...base,
    name: "decant sync, Parquet",
    kind: "parquet",
    copy: (at) => copyTo(`{ type: parquet, path: ${JSON.stringify(join(at, "copy"))} }`)
  })
  if (postgres === null) return [duckdb, parquet]
  const toPostgres = (url: string) =>
    decantContender({
      ...base,
      name: "decant sync, Postgres",
      kind: "postgres",
      copy: () => copyTo(`{ type: postgres, url: "${url}", naming: preserve }`)
    })
  return [
    duckdb,
    parquet,
    {
      name: "decant sync, Postgres",
      destination: "postgres",
      role: "decant",
      run: async (round) => toPostgres(await freshDatabase(postgres.url, "decant_bench")).run(round)
    }
  ]
}

const others = (
  task: Parameters<typeof fileProgram>[1],
  options: BackfillOptions
): ReadonlyArray<Contender> => {
  const { folder, postgres, alternatives } = options
  const floors = [
    fileProgram(
      { name: "floor: bare DuckDB", destination: "duckdb", role: "floor", program: "floor-duckdb", folder },
      task
    ),
    fileProgram(
      {
        name: "floor: bare Parquet",
        destination: "parquet",
        role: "floor",
        program: "floor-parquet",
        folder
      },
      task
    )
  ]
  const byHand = [
    { name: "csv-parse → appender", program: "csv-parse-appender" },
    { name: "jsforce → appender", program: "jsforce-appender" }
  ].map(({ name, program }) =>
    fileProgram({ name, destination: "duckdb", role: "alternative", program, folder }, task)
  )
  const onPostgres =
    postgres === null
      ? []
      : [
          postgresProgram(
            {
              name: "floor: two COPYs and a key",
              role: "floor",
              program: "floor-postgres",
              url: postgres.url
            },
            task
          ),
          ...(alternatives
            ? [
                postgresProgram(
                  {
                    name: "multi-row INSERTs",
                    role: "alternative",
                    program: "insert-rows",
                    url: postgres.url
                  },
                  task
                )
              ]
            : [])
        ]
  return [...floors, ...(alternatives ? byHand : []), ...onPostgres]
}

/** What is compared most closely runs one after the other: a machine's mood changes in the minutes that the rest takes. */
const neighbours = (contenders: ReadonlyArray<Contender>): ReadonlyArray<Contender> => {
  const destinations = [...new Set(contenders.map(({ destination }) => destination))]
  const isOther = ({ role }: Contender): boolean => role === "alternative"
  const close = destinations.flatMap((kind) =>
    contenders.filter((one) => one.destination === kind && !isOther(one))
  )
  return [...close, ...contenders.filter(isOther)]
}

export const backfill = async (shape: Shape, options: BackfillOptions): Promise<BackfillResult> => {
  const { say, postgres, rounds, calm } = options
  const folder = join(options.folder, shape.object)
  mkdirSync(folder, { recursive: true })
  say(`Starting an org with ${shape.name} …`)
  const org = await startOrg(shape)
  const ours = decants(shape, org, { ...options, folder })
  try {
    const task = await preparedTask(org, shape, folder)
    const { pages } = task
    const contenders = neighbours([...others(task, { ...options, folder }), ...ours])
    const { contests, failures } = await inRounds(contenders, { rounds, org, postgres, say, calm })
    const pageBytes = pages.reduce((sum, page) => sum + statSync(page).size, 0)
    return {
      shape: shape.name,
      rows: shape.rows,
      columns: Object.keys(task.columns).length,
      pages: pages.length,
      pageBytes,
      contests,
      failures
    }
  } finally {
    org.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
