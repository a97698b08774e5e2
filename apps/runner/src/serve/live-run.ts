/** A run while it goes on: what is known of it now, and a stream of what changes. */
import { failureReport, instantFromMillis, type StreamPlan } from "@decant/connector"
import { Effect, PubSub, Stream } from "effect"
import type { Board } from "../progress/board.ts"
import { addProgress, newStreamProgress, type StreamProgress } from "../progress/stream-progress.ts"
import type { StreamTally } from "../sync/stream-tally.ts"
import { isOver, type RunEvent, type RunLogLine, type RunRecord, type StreamState } from "./run-record.ts"

/** A stream of a million rows reports thousands of times; so often it is passed on. */
const tellEveryMillis = 200
const logKept = 500

export interface LiveRun {
  readonly record: () => RunRecord
  readonly streams: () => ReadonlyArray<StreamState>
  readonly change: (part: Partial<RunRecord>) => void
  /** The last that is heard of it. */
  readonly end: (part: Partial<RunRecord>) => void
  /** False when the log has as many lines as it may. */
  readonly log: (line: RunLogLine) => boolean
  /** The streams that there will be, before the first is read. */
  readonly expect: (plans: ReadonlyArray<StreamPlan>) => void
  readonly board: Board
  /** The present state, then changes, until the end. */
  readonly events: Stream.Stream<RunEvent>
}

const phaseOfEnd = (tally: StreamTally): StreamState["phase"] => {
  switch (tally.outcome.kind) {
    case "done":
      return "done"
    case "failed":
      return tally.outcome.failure.disposition === "budget" ? "stopped" : "failed"
    case "skipped":
      return "skipped"
    case "open":
      return "stopped"
  }
}

const timeOf = (millis: number | null): string | null => (millis === null ? null : instantFromMillis(millis))

const goingOn = (progress: StreamProgress, mode: StreamState["mode"] = null): StreamState => ({
  stream: progress.stream,
  mode,
  phase: progress.phase,
  rows: progress.rows,
  bytes: progress.bytes,
  total: progress.total,
  startedAt: timeOf(progress.startedAt === 0 ? null : progress.startedAt),
  finishedAt: null,
  inserted: 0,
  updated: 0,
  deleted: 0,
  warnings: [],
  schemaChanges: [],
  error: null
})

const ended = (progress: StreamProgress, tally: StreamTally): StreamState => ({
  ...goingOn(progress),
  mode: tally.mode,
  phase: phaseOfEnd(tally),
  rows: tally.read,
  startedAt: timeOf(tally.startedAt),
  finishedAt: timeOf(tally.finishedAt),
  inserted: tally.inserted,
  updated: tally.updated,
  deleted: tally.deleted,
  warnings: [...tally.warnings],
  schemaChanges: [...tally.schemaChanges],
  error: tally.outcome.kind === "failed" ? failureReport(tally.outcome.failure) : null
})

/** What will not be read: its end is known at once. Null for the others. */
const notRead = (plan: StreamPlan): StreamState | null => {
  if (plan.status === "ready") return null
  const state = goingOn(newStreamProgress(plan.stream))
  return plan.status === "skipped"
    ? { ...state, phase: "skipped", warnings: [plan.reason] }
    : { ...state, phase: "failed", error: failureReport(plan.failure) }
}

export const makeLiveRun = (first: RunRecord, published: PubSub.PubSub<RunEvent>): LiveRun => {
  let record = first
  const progress = new Map<string, StreamProgress>()
  const ends = new Map<string, StreamState>()
  const modes = new Map<string, StreamState["mode"]>()
  const toldAt = new Map<string, number>()
  const lines: Array<RunLogLine> = []
  const tell = (event: RunEvent): void => void PubSub.publishUnsafe(published, event)
  const progressOf = (stream: string): StreamProgress => {
    const known = progress.get(stream) ?? newStreamProgress(stream)
    progress.set(stream, known)
    return known
  }
  const now = (one: StreamProgress): StreamState => goingOn(one, modes.get(one.stream))
  const streams = (): ReadonlyArray<StreamState> =>
    [...progress.values()].map((one) => ends.get(one.stream) ?? now(one))
  const withCounts = (): RunRecord => {
    if (record.report !== null) return record
    const states = streams()
    const rows = states.reduce((sum, { inserted, updated, deleted }) => sum + inserted + updated + deleted, 0)
    const bytes = states.reduce((sum, state) => sum + state.bytes, 0)
    return { ...record, rows, bytes }
  }
  return {
    record: withCounts,
    streams,
    change: (part) => {
      record = { ...record, ...part }
      tell({ type: "run", run: withCounts() })
    },
    end: (part) => {
      record = { ...record, ...part }
      tell({ type: "end", run: withCounts() })
    },
    log: (line) => {
      if (lines.length >= logKept) return false
      lines.push(line)
      tell({ type: "log", line })
      return true
    },
    expect: (plans) => {
      for (const plan of plans) {
        const one = progressOf(plan.stream)
        const end = notRead(plan)
        if (end !== null) ends.set(plan.stream, end)
        if (plan.status === "ready") modes.set(plan.stream, plan.mode)
        tell({ type: "stream", stream: end ?? now(one) })
      }
    },
    board: {
      begin: (stream) => {
        const one = progressOf(stream)
        one.startedAt = Date.now()
        one.phase = "describe"
        tell({ type: "stream", stream: now(one) })
      },
      update: (event) => {
        const one = progressOf(event.stream)
        const { phase } = one
        const time = Date.now()
        addProgress(one, event, time)
        if (phase === one.phase && time - (toldAt.get(event.stream) ?? 0) < tellEveryMillis) return
        toldAt.set(event.stream, time)
        tell({ type: "stream", stream: now(one) })
      },
      end: (tally) => {
        const state = ended(progressOf(tally.stream), tally)
        ends.set(tally.stream, state)
        tell({ type: "stream", stream: state })
      },
      close: () => {}
    },
    events: Stream.unwrap(
      Effect.map(PubSub.subscribe(published), (changes) => {
        const run = withCounts()
        const state: RunEvent = { type: "state", run, streams: streams(), log: [...lines] }
        return isOver(run)
          ? Stream.make<ReadonlyArray<RunEvent>>(state, { type: "end", run })
          : Stream.concat(Stream.succeed(state), Stream.fromSubscription(changes))
      })
    ).pipe(Stream.takeUntil(({ type }) => type === "end"))
  }
}
