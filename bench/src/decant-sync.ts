/** `decant sync` as a whole process: a first sync from nothing, from the start of the process to its exit. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Contender } from "./contender.ts"
import type { Emulator } from "./emulator.ts"
import { type Measured, measure, programPath } from "./measure.ts"

export interface SyncReport {
  readonly apiCalls: number
  readonly streams: ReadonlyArray<{
    readonly rows: number
    readonly read: number
    readonly api: string | null
    readonly timings?: Readonly<Record<string, number>>
  }>
}

export interface Copy {
  readonly object: string
  /** Null: the recommended ones. */
  readonly fields: ReadonlyArray<string> | "all" | null
  /** The `destination:` of the spec as YAML flow text. */
  readonly destination: string
}

const specText = (folder: string, { object, fields, destination }: Copy): string => `version: 1
name: bench
source:
  type: salesforce
  environment: \${BENCH_URL}
  auth: { method: client-credentials, clientId: "\${BENCH_ID}", clientSecret: "\${BENCH_SECRET}" }
  streams:
    - object: ${object}${fields === null ? "" : `\n      fields: ${fields === "all" ? "all" : `[${fields.join(", ")}]`}`}
refresh: { formulas: off, reconcile: off }
destination: ${destination}
checkpoint: ${JSON.stringify(join(folder, "checkpoint.json"))}
`

export const runSync = async (
  emulator: Emulator,
  folder: string,
  copy: Copy,
  flags: ReadonlyArray<string> = []
): Promise<{ readonly measured: Measured; readonly report: SyncReport }> => {
  mkdirSync(folder, { recursive: true })
  const spec = join(folder, "decant.yaml")
  writeFileSync(spec, specText(folder, copy))
  const measured = await measure(
    programPath("../../apps/runner/bin/decant.mjs"),
    ["sync", spec, "--json", ...flags],
    {
      BENCH_URL: emulator.url,
      BENCH_ID: emulator.clientId,
      BENCH_SECRET: emulator.clientSecret
    }
  )
  return { measured, report: JSON.parse(measured.stdout) as SyncReport }
}

export const decantContender = (of: {
  readonly name: string
  readonly kind: Contender["destination"]
  readonly emulator: Emulator
  readonly folder: string
  readonly rows: number
  readonly copy: (folder: string, round: number) => Copy
}): Contender => ({
  name: of.name,
  destination: of.kind,
  role: "decant",
  run: async (round) => {
    const folder = join(of.folder, `${of.kind}-sync-${round}`)
    const { measured, report } = await runSync(of.emulator, folder, of.copy(folder, round))
    rmSync(folder, { recursive: true })
    if (report.streams[0]?.rows !== of.rows) throw new Error(`${of.name} brought ${measured.stdout}`)
    return measured
  }
})
