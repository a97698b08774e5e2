/** `npm run soak -- [--seed N] [--rounds N] [--brief]`: chaos for as long as one likes. */
import { parseArgs } from "node:util"
import { chaosRun } from "./chaos-run.ts"

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    rounds: { type: "string", default: "200" },
    /** As the everyday suite plays it. */
    brief: { type: "boolean", default: false },
    /** Only these, separated by commas: quicker, to look into something. */
    streams: { type: "string", default: "" }
  }
})

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const seed = Number(values.seed)
const rounds = Number(values.rounds)
const only = values.streams.split(",").filter((name) => name !== "")
const begun = performance.now()
say(`seed ${seed}, ${rounds} rounds`)
const result = await chaosRun({ seed, rounds, severe: !values.brief, only, say })
const faults = [...result.struck].sort(([a], [b]) => (a < b ? -1 : 1))
say(`${result.rounds} rounds in ${Math.round((performance.now() - begun) / 1000)} s, seed ${seed}`)
say(`${result.killed} syncs killed; faults: ${faults.map(([name, count]) => `${name} ${count}`).join(", ")}`)
say(`${result.cells} cells compared; ${result.differences.length} differences`)
process.exitCode = result.differences.length === 0 ? 0 : 1
