/** The part of a round in which nothing is quiet: the org changes, and one or two syncs are disturbed. */
import { changeAccess, takeAccess } from "./access-changes.ts"
import { type Ended, planAttempt, runAttempt } from "./attempt.ts"
import type { Copy } from "./copies.ts"
import type { Doing } from "./doing.ts"
import type { Random } from "./random.ts"
import { changeRecords, updateAgain } from "./record-changes.ts"
import { hour, minute, type Scene } from "./scene.ts"

const attempt = async (
  scene: Scene,
  copy: Copy,
  random: Random,
  change: (at: number) => Promise<void>
): Promise<Ended> => {
  // A quiet sync has more to do than most.
  const usual = Math.ceil((scene.usual.get(copy.name) ?? 60) * 0.6)
  const plan = planAttempt(random, copy, usual, scene.deck)
  return runAttempt({
    attempt: plan,
    copy,
    tap: scene.tap,
    emulator: scene.org.emulator,
    random: random.part("faults"),
    deck: scene.deck,
    change
  })
}

interface Disturbing {
  readonly due: ReadonlyArray<Copy>
  readonly doing: (name: string) => Doing
  readonly said: Array<string>
}

/** One sync, what happens under it, and what happens next. */
const disturbOne = async (
  scene: Scene,
  copy: Copy,
  random: Random,
  { doing, said }: Omit<Disturbing, "due">
): Promise<Ended> => {
  if (random.chance(0.3)) await scene.org.advance(random.chance(0.2) ? 25 * hour : 31 * minute)
  const ended = await attempt(scene, copy, random.part("attempt"), async (at) => {
    const inside = doing(`inside ${at}`)
    said.push(`~${await (inside.random.chance(0.15) ? changeAccess : changeRecords)(inside)}`)
    if (inside.random.chance(0.3)) await scene.org.advance(inside.random.integer(1, 4 * minute))
  })
  if (random.chance(0.4)) await scene.org.advance(random.integer(1, 6 * minute))
  // Of rows that the sync may have read meanwhile.
  if (random.chance(0.5)) said.push((await updateAgain(doing("again"))) ?? "nothing")
  for (let more = random.integer(0, 2); more > 0; more--) {
    said.push(await changeRecords(doing(`after ${more}`)))
  }
  return ended
}

export const disturb = async (
  scene: Scene,
  random: Random,
  { due, doing, said }: Disturbing
): Promise<ReadonlyArray<Ended>> => {
  // Nothing can be taken that no copy has read.
  if (random.chance(0.5) && scene.states.size > 0) said.push(await takeAccess(doing("take")))
  const before = random.integer(2, 5)
  for (let turn = 0; turn < before; turn++) said.push(await changeRecords(doing(`before ${turn}`)))
  if (random.chance(0.3)) said.push(await changeAccess(doing("access")))
  const ends: Array<Ended> = []
  const attempts = random.chance(scene.severe ? 0.4 : 0.2) ? 2 : 1
  for (let turn = 0; turn < attempts; turn++) {
    const copy = random.pick(due)
    if (copy === null) break
    const inTurn = (name: string): Doing => doing(`${turn} ${name}`)
    ends.push(await disturbOne(scene, copy, random.part(turn), { doing: inTurn, said }))
  }
  return ends
}
