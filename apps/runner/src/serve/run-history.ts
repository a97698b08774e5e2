/** What a server remembers over its restarts: runs with their logs, and what it knows of each spec's schedule. */
import type { Instant } from "@decant/connector"
import { Context, type Effect } from "effect"
import type { RunnerError } from "../runner-error.ts"
import type { RunLogLine, RunRecord, RunSummary } from "./run-record.ts"
import type { ListRuns } from "./runs.ts"

export interface SpecMemory {
  readonly paused: boolean
  /** The schedule that `lastAt` is of; another one begins anew. */
  readonly schedule: string | null
  readonly lastAt: Instant | null
  /** What alerts have been told, as `alert-policy.ts` keeps it. */
  readonly told: unknown
}

export const newSpecMemory: SpecMemory = { paused: false, schedule: null, lastAt: null, told: null }

export class RunHistory extends Context.Service<
  RunHistory,
  {
    /** Writes or replaces it; the oldest runs of its spec are forgotten. */
    readonly save: (run: RunRecord) => Effect.Effect<void, RunnerError>
    readonly get: (runId: string) => Effect.Effect<RunRecord | null, RunnerError>
    /** Newest first. */
    readonly list: (query: ListRuns) => Effect.Effect<ReadonlyArray<RunSummary>, RunnerError>
    /** The newest run of each spec that has a report. */
    readonly lastReports: Effect.Effect<ReadonlyArray<RunRecord>, RunnerError>
    readonly addLog: (runId: string, lines: ReadonlyArray<RunLogLine>) => Effect.Effect<void, RunnerError>
    readonly log: (runId: string) => Effect.Effect<ReadonlyArray<RunLogLine>, RunnerError>
    readonly memory: (spec: string) => Effect.Effect<SpecMemory, RunnerError>
    readonly remember: (spec: string, part: Partial<SpecMemory>) => Effect.Effect<void, RunnerError>
  }
>()("serve/RunHistory") {}
