/** Contenders measured one after the other, round by round, so that all of them meet the same moods of the machine. */
import type { Calm } from "./calm.ts"
import type { Contender } from "./contender.ts"
import type { Emulator } from "./emulator.ts"
import type { Measured } from "./measure.ts"
import type { PostgresServer } from "./postgres-server.ts"

export interface Contest {
  readonly contender: Pick<Contender, "name" | "destination" | "role">
  readonly runs: Array<Omit<Measured, "stdout">>
  /** CPU seconds of the org, and of the database server, during each run. */
  readonly orgCpu: Array<number>
  readonly serverCpu: Array<number>
}

/** A way that ended without the rows, and how. */
export interface Failed {
  readonly name: string
  readonly reason: string
}

interface Around {
  readonly org: Emulator
  readonly postgres: PostgresServer | null
  readonly say: (line: string) => void
  readonly calm: Calm
}

const runOnce = async (
  contest: Contest,
  contender: Contender,
  round: number,
  around: Around
): Promise<void> => {
  const { org, postgres } = around
  const isServed = contender.destination === "postgres"
  const { run, orgCpu, serverCpu } = await around.calm.leastDisturbed(async () => {
    const before = { org: org.cpu() ?? 0, server: postgres?.cpu() ?? 0 }
    const { stdout: _, ...run } = await contender.run(round)
    const serverCpu = isServed ? (postgres?.cpu() ?? 0) - before.server : 0
    return { run, orgCpu: (org.cpu() ?? 0) - before.org, serverCpu }
  })
  contest.runs.push(run)
  contest.orgCpu.push(orgCpu)
  contest.serverCpu.push(serverCpu)
  around.say(`  round ${round + 1}: ${contender.name}: ${run.wall.toFixed(2)} s`)
}

/** What a user would otherwise write may fail; a floor or Decant must not. */
const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .split("\n")
    .slice(0, 2)
    .join(" ")
    .replaceAll(/\S*\/programs\//g, "")

export const inRounds = async (
  contenders: ReadonlyArray<Contender>,
  around: Around & { readonly rounds: number }
): Promise<{ readonly contests: ReadonlyArray<Contest>; readonly failures: ReadonlyArray<Failed> }> => {
  const all = contenders.map((contender) => {
    const { name, destination, role } = contender
    const contest: Contest = { contender: { name, destination, role }, runs: [], orgCpu: [], serverCpu: [] }
    return { contender, contest }
  })
  const failures: Array<Failed> = []
  for (let round = 0; round < around.rounds; round++) {
    for (const { contender, contest } of all) {
      if (failures.some(({ name }) => name === contender.name)) continue
      try {
        await runOnce(contest, contender, round, around)
      } catch (error) {
        if (contender.role !== "alternative") throw error
        failures.push({ name: contender.name, reason: reasonOf(error) })
        around.say(`  round ${round + 1}: ${contender.name} failed: ${reasonOf(error)}`)
      }
    }
  }
  const contests = all.map(({ contest }) => contest).filter(({ runs }) => runs.length > 0)
  return { contests, failures }
}
