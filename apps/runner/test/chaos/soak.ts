/**
 * `npm run soak -- [--seed N] [--rounds N] [--brief]`: chaos for as long as one likes.
 * `npm run soak -- --serve [--minutes N]`: the same around a server.
 * `npm run soak -- --cluster [--rows N] [--workers N] [--destination postgres|parquet]`: a large object by workers, of
 * which one is killed and one is frozen, while the cluster's database is restarted.
 */
import { parseArgs } from "node:util"
import { chaosRun } from "./chaos-run.ts"
import { clusterSoak } from "./cluster-soak.ts"
import { serveSoak } from "./serve-soak.ts"

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    rounds: { type: "string", default: "200" },
    /** As the everyday suite plays it. */
    brief: { type: "boolean", default: false },
    /** Only these, separated by commas: quicker, to look into something. */
    streams: { type: "string", default: "" },
    serve: { type: "boolean", default: false },
    minutes: { type: "string", default: "30" },
    cluster: { type: "boolean", default: false },
    rows: { type: "string", default: "10000000" },
    workers: { type: "string", default: "4" },
    destination: { type: "string", default: "postgres" }
  }
})

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const seed = Number(values.seed)
const rounds = Number(values.rounds)
const only = values.streams.split(",").filter((name) => name !== "")
const begun = performance.now()
if (values.serve) {
  const minutes = Number(values.minutes)
  say(`seed ${seed}, a server for ${minutes} minutes`)
  process.exit((await serveSoak({ minutes, seed, say })) ? 0 : 1)
}
if (values.cluster) {
  const destination = values.destination === "parquet" ? "parquet" : "postgres"
  const of = { rows: Number(values.rows), workers: Number(values.workers), destination, say } as const
  process.exit((await clusterSoak(of)) ? 0 : 1)
}
say(`seed ${seed}, ${rounds} rounds`)
const result = await chaosRun({ seed, rounds, severe: !values.brief, only, say })
const faults = [...result.struck].sort(([a], [b]) => (a < b ? -1 : 1))
say(`${result.rounds} rounds in ${Math.round((performance.now() - begun) / 1000)} s, seed ${seed}`)
say(`${result.killed} syncs killed; faults: ${faults.map(([name, count]) => `${name} ${count}`).join(", ")}`)
say(`${result.cells} cells compared; ${result.differences.length} differences`)
process.exitCode = result.differences.length === 0 ? 0 : 1
