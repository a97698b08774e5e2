/** When each spec runs next, and whether it is held back. */
import type { Instant } from "@decant/connector"
import { Context, type Effect, type Stream } from "effect"
import type { RunnerError } from "../runner-error.ts"

export interface ScheduleState {
  readonly spec: string
  /** Null: the spec has no `schedule`, and runs only when somebody starts it. */
  readonly cron: string | null
  readonly timezone: string
  readonly jitterMs: number
  /** What happens when its time passed while the server was away or the run before still went on. */
  readonly catchUp: "once" | "skip"
  readonly paused: boolean
  /** With its jitter; null when it has no schedule or is paused. */
  readonly nextAt: Instant | null
  /** A try after a failure, before `nextAt`; null when none is due. */
  readonly retryAt: Instant | null
  /** The last time of the cron line that was acted upon. */
  readonly lastAt: Instant | null
}

export class Schedules extends Context.Service<
  Schedules,
  {
    readonly list: Effect.Effect<ReadonlyArray<ScheduleState>>
    /** Fails with `SPEC_UNKNOWN`. */
    readonly get: (spec: string) => Effect.Effect<ScheduleState, RunnerError>
    /** Kept over restarts. A run that goes on is not touched. */
    readonly pause: (spec: string) => Effect.Effect<ScheduleState, RunnerError>
    readonly resume: (spec: string) => Effect.Effect<ScheduleState, RunnerError>
    /** The name of each spec whose state changed, from now on. */
    readonly changes: Stream.Stream<string>
  }
>()("serve/Schedules") {}
