/** Starts, stops and shows the runs of a server: one at a time of each spec, and so many of all specs together. */
import type { ConnectorError } from "@decant/connector"
import { Context, type Effect, type Stream } from "effect"
import type { RunnerError } from "../runner-error.ts"
import type { RunEvent, RunLogLine, RunRecord, RunSummary, RunTrigger } from "./run-record.ts"

export interface StartRun {
  readonly trigger: RunTrigger
  /** Only these streams; all when empty. */
  readonly only: ReadonlyArray<string>
  readonly fullRefresh: ReadonlyArray<string>
  readonly attempt: number
}

export const startedByPerson: StartRun = { trigger: "person", only: [], fullRefresh: [], attempt: 1 }

export interface ListRuns {
  /** Of all specs when null. */
  readonly spec: string | null
  readonly limit: number
  /** Only runs that were queued before this one. */
  readonly before: string | null
}

export class Runs extends Context.Service<
  Runs,
  {
    /**
     * The id of a run that waits for its turn or goes on; `RUN_LOCKED` while one of this spec does already, and what
     * is wrong with its file where no version of it could ever be used.
     */
    readonly start: (spec: string, options: StartRun) => Effect.Effect<string, RunnerError | ConnectorError>
    /** As Ctrl-C does: commits that have begun are finished, the rest is left to the next run. False: it was over. */
    readonly cancel: (runId: string) => Effect.Effect<boolean, RunnerError>
    /** Fails with `RUN_UNKNOWN`. */
    readonly get: (runId: string) => Effect.Effect<RunRecord, RunnerError>
    /** Newest first. */
    readonly list: (query: ListRuns) => Effect.Effect<ReadonlyArray<RunSummary>, RunnerError>
    /** Queued or running now. */
    readonly active: Effect.Effect<ReadonlyArray<RunSummary>>
    /** The present state, then what happens, until the run's end. Of a run that is over: its state and its end. */
    readonly events: (runId: string) => Stream.Stream<RunEvent, RunnerError>
    /** Queued, started, ended: of all runs, from now on. */
    readonly changes: Stream.Stream<RunSummary>
    readonly log: (runId: string) => Effect.Effect<ReadonlyArray<RunLogLine>, RunnerError>
    /** Returns when the run is over. */
    readonly await: (runId: string) => Effect.Effect<RunRecord, RunnerError>
  }
>()("serve/Runs") {}
