/** Whether a refresh of the spec's `refresh` is due: a time of its schedule has passed since the last one. */
import { type Instant, instantToMillis, type Spec } from "@decant/connector"
import { Cron, Result } from "effect"

type Refresh = keyof Spec["refresh"]

export type IsDue = (refresh: Refresh, last: Instant, now: Instant) => boolean

export const refreshDue =
  (spec: Pick<Spec, "refresh" | "timezone">): IsDue =>
  (refresh, last, now) => {
    const schedule = spec.refresh[refresh]
    if (schedule === "off") return false
    const cron = Cron.parse(schedule, spec.timezone)
    return Result.isSuccess(cron) && Cron.next(cron.success, new Date(last)).getTime() <= instantToMillis(now)
  }
