/**
 * When a spec is due, by its cron line. A line that names its hours means wall-clock times: in the hour that happens
 * twice it is due once, and in the one that is left out right after it. A line with `*` for its hours is a rhythm,
 * which goes on through both.
 */
import type { Spec } from "@decant/connector"
import { Cron, Duration } from "effect"

export interface SchedulePlan {
  readonly cron: Cron.Cron
  /** As the spec has it. */
  readonly line: string
  readonly timezone: string
  readonly jitterMs: number
  readonly catchUp: "once" | "skip"
}

export const schedulePlan = (spec: Pick<Spec, "schedule" | "timezone">): SchedulePlan | null => {
  if (spec.schedule === undefined) return null
  const given = typeof spec.schedule === "string" ? { cron: spec.schedule } : spec.schedule
  const timezone = given.timezone ?? spec.timezone
  const hours = given.cron.trim().split(/\s+/).at(-4) ?? "*"
  const onDstOverlap = hours.startsWith("*") ? "both" : "earlier"
  return {
    cron: Cron.parseUnsafe(given.cron, timezone, { onDstOverlap }),
    line: given.cron,
    timezone,
    jitterMs: given.jitter === undefined ? 0 : Duration.toMillis(given.jitter),
    catchUp: given.catchUp ?? "once"
  }
}

/** Two plans of one text are due at the same times. */
export const planText = ({ line, timezone }: SchedulePlan): string => `${line} ${timezone}`

/** The first time after this one; both in milliseconds. */
export const tickAfter = (plan: SchedulePlan, time: number): number =>
  Cron.next(plan.cron, new Date(time)).getTime()

const before = ({ cron }: SchedulePlan, time: number): number => Cron.prev(cron, new Date(time)).getTime()

/**
 * The last time that is not after this one. Looking back names other times than looking forward where clocks are set
 * forward, so it is only where the search begins.
 */
export const tickUpTo = (plan: SchedulePlan, time: number): number => {
  for (let from = before(plan, before(plan, time)); ; from = before(plan, from)) {
    let tick = tickAfter(plan, from)
    if (tick > time) continue
    for (let next = tickAfter(plan, tick); next <= time; next = tickAfter(plan, next)) tick = next
    return tick
  }
}

/** When a tick is started: later by a part of the jitter, and always before the next tick. */
export const startOfTick = (plan: SchedulePlan, tick: number, part: number): number =>
  tick + Math.floor(Math.min(plan.jitterMs, tickAfter(plan, tick) - tick - 1) * part)
