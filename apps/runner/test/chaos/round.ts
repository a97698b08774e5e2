/** One round: the org changes and syncs are disturbed, then a quiet sync must make each copy what the org holds. */
import type { Ended } from "./attempt.ts"
import { compareCopy } from "./compare-copy.ts"
import type { Copy } from "./copies.ts"
import { disturb } from "./disturb.ts"
import type { Doing } from "./doing.ts"
import type { Random } from "./random.ts"
import { hour, minute, type Scene, settled } from "./scene.ts"

export interface RoundResult {
  readonly line: string
  readonly differences: ReadonlyArray<string>
  readonly cells: number
  readonly killed: number
  readonly struck: ReadonlyArray<string>
}

/** The last of so many rounds syncs all copies, and twice. */
const fullRounds = (severe: boolean): number => (severe ? 5 : 3)
const quiet = async (scene: Scene, copy: Copy): Promise<ReadonlyArray<string>> => {
  scene.tap.listen(null)
  const { report, leftovers } = await copy.sync()
  scene.usual.set(copy.name, scene.tap.count())
  const wrong = report.streams.filter(({ status }) => status !== "ok")
  return [
    ...wrong.map(({ stream, error }) => `${copy.name} ${stream}: ${error?.code} ${error?.message}`),
    ...leftovers.map((name) => `${copy.name} left its ${name}`)
  ]
}

/** Once more: nothing may be left to change. */
const again = async (copy: Copy): Promise<ReadonlyArray<string>> => {
  const { report } = await copy.sync()
  return report.streams
    .filter(({ rows }) => rows !== 0)
    .map(
      ({ stream, inserted, updated, deleted }) =>
        `${copy.name} ${stream}: a second quiet sync changed ${inserted}, ${updated}, ${deleted} rows`
    )
}

const describeEnd = ({ args, code, killedAt, requests, struck }: Ended): string =>
  `${args.join(" ").replaceAll("--stream ", "")}${args.length > 0 ? ": " : ""}${killedAt === null ? `exit ${code}` : `killed at ${killedAt}`} of ${requests}${struck.length > 0 ? ` (${struck.join(", ")})` : ""}`

const wait = (random: Random, reconciles: boolean, severe: boolean): number => {
  if (severe && random.chance(0.02)) return random.integer(7, 17) * 24 * hour
  return reconciles ? 25 * hour : random.integer(31, 90) * minute
}

export const playRound = async (scene: Scene, random: Random, number: number): Promise<RoundResult> => {
  const { org, known, copies, severe } = scene
  const begun = performance.now()
  const reconciles = random.chance(0.25)
  const doing = (name: string): Doing => ({ org, known, reconciles, random: random.part(name) })
  const said: Array<string> = []
  const full = (number + 1) % fullRounds(severe) === 0
  const due = copies.filter((_, index) => index === 0 || full)
  const ends = await disturb(scene, random, { due, doing, said })

  await org.advance(Math.max(settled, wait(random, reconciles, severe)))
  const differences: Array<string> = []
  for (const copy of due) differences.push(...(await quiet(scene, copy)))
  known.forget()
  known.release(Number.POSITIVE_INFINITY)
  let cells = 0
  for (const copy of due) {
    const compared = await compareCopy({ org, known, copy, before: scene.states.get(copy.name) ?? null })
    scene.states.set(copy.name, compared.state)
    differences.push(...compared.differences)
    cells += compared.cells
    if (full) differences.push(...(await again(copy)))
    if (full && severe) differences.push(...(await copy.verify()).map((text) => `${copy.name}: ${text}`))
  }
  const done = said.filter((text) => !text.endsWith("nothing")).join("; ")
  const outcome = differences.length === 0 ? `equal, ${cells} cells` : `${differences.length} DIFFERENCES`
  return {
    line: [
      `${number}: ${done || "nothing changed"}`,
      ends.map(describeEnd).join(" / "),
      ...(reconciles ? ["Ids compared"] : []),
      outcome,
      `${Math.round(performance.now() - begun)} ms`
    ].join(" | "),
    differences,
    cells,
    killed: ends.filter(({ killedAt }) => killedAt !== null).length,
    struck: ends.flatMap(({ struck }) => struck)
  }
}
