/** How long `decant --help` takes beside a Node process that does nothing. */
import { execFileSync } from "node:child_process"
import type { Calm } from "../calm.ts"
import { programPath } from "../measure.ts"
import { showSpread, spread, table } from "../statistics.ts"

export interface StartResult {
  readonly bare: ReadonlyArray<number>
  readonly help: ReadonlyArray<number>
}

const milliseconds = (args: ReadonlyArray<string>): number => {
  const started = performance.now()
  execFileSync(process.execPath, args, { stdio: "ignore" })
  return performance.now() - started
}

export const start = async (rounds: number, calm: Calm): Promise<StartResult> => {
  const decant = programPath("../../apps/runner/bin/decant.mjs")
  milliseconds([decant, "--help"])
  const bare: Array<number> = []
  const help: Array<number> = []
  for (let round = 0; round < rounds; round++) {
    const pair = await calm.leastDisturbed(async () => [
      milliseconds(["-e", "0"]),
      milliseconds([decant, "--help"])
    ])
    bare.push(pair[0] ?? 0)
    help.push(pair[1] ?? 0)
  }
  return { bare, help }
}

export const showStart = ({ bare, help }: StartResult): string =>
  [
    `Start, ${bare.length} interleaved rounds, median (min–max)`,
    "",
    table([
      ["", "ms", "× node -e 0"],
      ["node -e 0", showSpread(spread(bare), 0), "1"],
      [
        "decant --help",
        showSpread(spread(help), 0),
        showSpread(spread(help.map((value, at) => value / (bare[at] ?? Number.NaN))), 1)
      ]
    ])
  ].join("\n")
