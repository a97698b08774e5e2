/** The report of a run, from what its streams came to. */
import {
  type Disposition,
  instantFromMillis,
  type RunReport,
  type RunStatus,
  type Source,
  type StreamReport
} from "@decant/connector"
import { Clock, Effect } from "effect"
import { type StreamTally, streamReport } from "./stream-tally.ts"

interface Outcome {
  readonly report: RunReport
  /** What stopped the streams that did not end well; decides the exit code. */
  readonly dispositions: ReadonlyArray<Disposition>
}

export const statusOf = (streams: ReadonlyArray<StreamReport>, interrupted: boolean): RunStatus => {
  if (interrupted) return "interrupted"
  if (streams.some((stream) => stream.status === "paused")) return "paused"
  const failed = streams.filter((stream) => stream.status === "failed").length
  if (failed === 0) return "ok"
  return streams.some((stream) => stream.status === "ok") ? "partial" : "failed"
}

export const runReport = Effect.fnUntraced(function* (of: {
  readonly runId: string
  readonly name: string
  readonly startedAt: number
  readonly source: Source
  readonly tallies: ReadonlyArray<StreamTally>
  readonly interrupted: boolean
}) {
  const streams: Array<StreamReport> = []
  for (const tally of of.tallies) {
    streams.push(streamReport(tally, yield* of.source.usage(tally.stream)))
  }
  const shared = yield* of.source.usage(null)
  const report: RunReport = {
    runId: of.runId,
    name: of.name,
    status: statusOf(streams, of.interrupted),
    startedAt: instantFromMillis(of.startedAt),
    finishedAt: instantFromMillis(yield* Clock.currentTimeMillis),
    apiCalls: streams.reduce((calls, stream) => calls + stream.apiCalls, shared.apiCalls),
    bytes: streams.reduce((bytes, stream) => bytes + stream.bytes, shared.bytes),
    streams
  }
  const outcome: Outcome = {
    report,
    dispositions: of.tallies.flatMap((tally) =>
      tally.outcome.kind === "failed" ? [tally.outcome.failure.disposition] : []
    )
  }
  return outcome
})
