/** One round: the org changes and syncs are disturbed, then a quiet sync must make each copy what the org holds. */
import { changeAccess, takeAccess } from "./access-changes.ts"
import { type Ended, planAttempt, runAttempt } from "./attempt.ts"
import type { ChaosOrg } from "./chaos-org.ts"
import { compareCopy } from "./compare-copy.ts"
import type { Copy } from "./copies.ts"
import type { CopyState } from "./copy-state.ts"
import type { Doing } from "./doing.ts"
import type { Known } from "./known.ts"
import type { Random } from "./random.ts"
import { changeRecords, updateAgain } from "./record-changes.ts"
import type { Tap } from "./tap.ts"

export interface Scene {
  readonly org: ChaosOrg
  readonly tap: Tap
  readonly known: Known
  /** The first is synced in each round, the others in every fourth. */
  readonly copies: ReadonlyArray<Copy>
  /** Of each copy after its last quiet sync. */
  readonly states: Map<string, CopyState>
  /** Requests of each copy's last whole sync: where the next disturbances may fall. */
  readonly usual: Map<string, number>
  /** More and longer disturbances than the everyday suite has time for. */
  readonly severe: boolean
}

export interface RoundResult {
  readonly line: string
  readonly differences: ReadonlyArray<string>
  readonly cells: number
  readonly killed: number
  readonly struck: ReadonlyArray<string>
}

const minute = 60
const hour = 60 * minute
/** The last of so many rounds syncs all copies, and twice. */
const fullRounds = 5
/** Longer than any transaction stays open. */
const settled = 8 * minute + 5

const attempt = async (
  scene: Scene,
  copy: Copy,
  random: Random,
  change: (at: number) => Promise<void>
): Promise<Ended> => {
  // A quiet sync has more to do than most.
  const usual = Math.ceil((scene.usual.get(copy.name) ?? 60) * 0.6)
  const plan = planAttempt(random, copy, usual, scene.severe)
  return runAttempt({
    attempt: plan,
    copy,
    tap: scene.tap,
    emulator: scene.org.emulator,
    random: random.part("faults"),
    change
  })
}

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

/** The org changes, and one or two syncs are disturbed. */
const disturb = async (
  scene: Scene,
  random: Random,
  of: {
    readonly due: ReadonlyArray<Copy>
    readonly doing: (name: string) => Doing
    readonly said: Array<string>
  }
): Promise<ReadonlyArray<Ended>> => {
  const { doing, said } = of
  // Nothing can be taken that no copy has read.
  if (random.chance(0.5) && scene.states.size > 0) said.push(await takeAccess(doing("take")))
  const before = random.integer(2, 5)
  for (let turn = 0; turn < before; turn++) said.push(await changeRecords(doing(`before ${turn}`)))
  if (random.chance(0.3)) said.push(await changeAccess(doing("access")))
  const ends: Array<Ended> = []
  const attempts = random.chance(scene.severe ? 0.4 : 0.2) ? 2 : 1
  for (let turn = 0; turn < attempts; turn++) {
    const copy = random.pick(of.due)
    if (copy === null) break
    if (random.chance(0.3)) await scene.org.advance(random.chance(0.2) ? 25 * hour : 31 * minute)
    const change = async (at: number) => {
      const inside = doing(`inside ${turn} ${at}`)
      const done = await (inside.random.chance(0.15) ? changeAccess : changeRecords)(inside)
      said.push(`~${done}`)
      if (inside.random.chance(0.3)) await scene.org.advance(inside.random.integer(1, 4 * minute))
    }
    ends.push(await attempt(scene, copy, random.part(`attempt ${turn}`), change))
    if (random.chance(0.4)) await scene.org.advance(random.integer(1, 6 * minute))
    // Of rows that the sync may have read meanwhile.
    if (random.chance(0.5)) said.push((await updateAgain(doing(`again ${turn}`))) ?? "nothing")
    for (let more = random.integer(0, 2); more > 0; more--) {
      said.push(await changeRecords(doing(`after ${turn} ${more}`)))
    }
  }
  return ends
}

export const playRound = async (scene: Scene, random: Random, number: number): Promise<RoundResult> => {
  const { org, known, copies, severe } = scene
  const begun = performance.now()
  const reconciles = random.chance(0.25)
  const doing = (name: string): Doing => ({ org, known, reconciles, random: random.part(name) })
  const said: Array<string> = []
  const full = number % fullRounds === fullRounds - 1
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
