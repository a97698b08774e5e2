/** A run of many rounds over one org and its copies, from one seed. */
import { openChaosOrg, sharedObject } from "./chaos-org.ts"
import { copyPlans, openCopy } from "./copies.ts"
import { openFaultDeck } from "./fault-deck.ts"
import { openKnown } from "./known.ts"
import { randomOf } from "./random.ts"
import { playRound, type RoundResult } from "./round.ts"
import type { Scene } from "./scene.ts"
import { openTap } from "./tap.ts"

export interface ChaosRun {
  readonly seed: number
  readonly rounds: number
  readonly severe: boolean
  /** Only these streams of the copies; all when empty. */
  readonly only: ReadonlyArray<string>
  readonly say: (line: string) => void
}

export interface ChaosResult {
  readonly rounds: number
  readonly killed: number
  readonly struck: ReadonlyMap<string, number>
  readonly cells: number
  /** Of the first round that went wrong; empty when none did. */
  readonly differences: ReadonlyArray<string>
}

const shown = 20

const tally = (results: ReadonlyArray<RoundResult>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const name of results.flatMap(({ struck }) => struck.map((text) => text.replace(/ at \d+$/, "")))) {
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

const play = async (scene: Scene, of: ChaosRun): Promise<ChaosResult> => {
  const random = randomOf(String(of.seed))
  const results: Array<RoundResult> = []
  for (let number = 0; number < of.rounds; number++) {
    const result = await playRound(scene, random.part(number), number)
    results.push(result)
    of.say(result.line)
    if (result.differences.length > 0) {
      for (const line of result.differences.slice(0, shown)) of.say(`  ${line}`)
      of.say(
        `To play it again: npm run soak -- --seed ${of.seed} --rounds ${number + 1}${of.severe ? "" : " --brief"}${of.only.length === 0 ? "" : ` --streams ${of.only.join(",")}`}`
      )
      break
    }
  }
  return {
    rounds: results.length,
    killed: results.reduce((sum, { killed }) => sum + killed, 0),
    struck: tally(results),
    cells: results.reduce((sum, { cells }) => sum + cells, 0),
    differences: results.flatMap(({ differences }) => differences)
  }
}

/** The user begins with all rows of the private object but a few. */
const shareMost = async ({ org, known }: Scene): Promise<void> => {
  const ids = (await org.truth(sharedObject)).map(({ Id }) => Id)
  await org.emulator.records(sharedObject, { share: ids.slice(10) })
  for (const id of ids.slice(0, 10)) known.hiddenRows.set(id, null)
}

export const chaosRun = async (of: ChaosRun): Promise<ChaosResult> => {
  const org = await openChaosOrg(of.seed, !of.severe)
  const tap = await openTap(org.emulator.url)
  const at = { SALESFORCE_URL: tap.url }
  const plans = copyPlans(of.only)
  const copies = await Promise.all(
    plans.map((plan) =>
      openCopy(plan, { ...(plan.name === "marking" ? org.userEnv : org.emulator.env), ...at })
    )
  )
  const scene: Scene = {
    org,
    tap,
    known: openKnown(org, new Set(plans.flatMap(({ streams }) => streams.map(({ object }) => object)))),
    copies,
    states: new Map(),
    usual: new Map(),
    severe: of.severe,
    deck: of.severe ? null : openFaultDeck(randomOf(`${of.seed}/faults`))
  }
  await shareMost(scene)
  try {
    return await play(scene, of)
  } finally {
    for (const copy of copies) await copy.remove()
    await tap.close()
    await org.emulator.stop()
  }
}
