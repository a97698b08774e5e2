/**
 * How an opportunity got where it is: the stages that it went through one after the other, close dates that slipped
 * and amounts that settled, from the day it was made to its last change. The last state is the one it is in.
 */
import { stages } from "../../org/metadata/stages.ts"
import type { Random } from "../random.ts"
import { day, isoDay } from "../stamps.ts"
import type { DemoOpportunity } from "./family.ts"

export interface OpportunityState {
  readonly at: number
  readonly stage: (typeof stages)[number]
  readonly amount: number | null
  readonly closeDate: string
}

const slips = [7, 14, 30, 45, 90]

/** Some of the open stages on the way, in their order, and at the end the one it has reached. */
const stagesPassed = (random: Random, stageName: string): ReadonlyArray<(typeof stages)[number]> => {
  const reached = stages.findIndex(({ name }) => name === stageName)
  const open = stages.filter(({ closed }, at) => !closed && at < reached)
  const passed = open.filter((_, at) => at === 0 || random.chance(0.6))
  const end = stages[reached]
  return end === undefined ? passed : [...passed, end]
}

/** A stage may see its close date put off while nothing else happens. */
const withWaits = <A>(random: Random, path: ReadonlyArray<A>): ReadonlyArray<A> =>
  path.flatMap((stage, at) => (at < path.length - 1 && random.chance(0.3) ? [stage, stage] : [stage]))

export const opportunityPath = (
  random: Random,
  { StageName, CloseDate, CreatedDate, LastModifiedDate }: DemoOpportunity,
  amount: number | null
): ReadonlyArray<OpportunityState> => {
  const path = withWaits(random, stagesPassed(random, StageName))
  const created = Date.parse(`${CreatedDate}Z`)
  const span = Date.parse(`${LastModifiedDate}Z`) - created
  const firstAmount =
    amount === null ? null : Math.round(amount * random.pick([0.5, 0.8, 1, 1, 1.25]) * 100) / 100
  const settles = random.integer(1, path.length)
  const states: Array<OpportunityState> = []
  let closes = Date.parse(CloseDate)
  for (let at = path.length - 1; at >= 0; at--) {
    const stage = path[at]
    if (stage === undefined) continue
    const share = at === 0 ? 0 : (at + 0.6 * random.fraction()) / path.length
    states.unshift({
      at: created + Math.floor(share * span),
      stage,
      amount: at === path.length - 1 || at >= settles ? amount : firstAmount,
      closeDate: isoDay(closes)
    })
    const waited = path[at - 1] === stage
    if (waited || random.chance(0.35)) closes -= random.pick(slips) * day
  }
  return states
}
