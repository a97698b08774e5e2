/** Runs as pages show them, from what the server keeps of them. */
import type { LogLine, Run, RunEvent, RunStream, RunSummary } from "@decant/api"
import type { StreamReport } from "@decant/connector"
import type * as Kept from "../serve/run-record.ts"

const durationOf = ({ startedAt, finishedAt }: Kept.RunSummary): number | null =>
  startedAt === null || finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(startedAt)

export const runSummary = (run: Kept.RunSummary): RunSummary => ({
  id: run.runId,
  connection: run.spec,
  trigger: run.trigger,
  attempt: run.attempt,
  state: run.status,
  queuedAt: run.queuedAt,
  startedAt: run.startedAt,
  finishedAt: run.finishedAt,
  durationMs: durationOf(run),
  rows: run.rows,
  bytes: run.bytes,
  apiCalls: run.apiCalls,
  error: run.error
})

const reported = (report: StreamReport): RunStream => ({
  stream: report.stream,
  state: report.status === "paused" ? "stopped" : report.status,
  phase: null,
  mode: report.mode,
  api: report.api,
  read: report.read,
  total: report.read,
  bytes: report.bytes,
  inserted: report.inserted,
  updated: report.updated,
  deleted: report.deleted,
  apiCalls: report.apiCalls,
  startedAt: null,
  durationMs: report.durationMs,
  schemaChanges: report.schemaChanges,
  warnings: report.warnings,
  error: report.error,
  detail: null
})

const ended: Readonly<Record<string, RunStream["state"]>> = {
  waiting: "waiting",
  done: "ok",
  failed: "failed",
  stopped: "stopped",
  skipped: "skipped"
}
const phases = ["describe", "job", "download", "load", "verify"] as const

const liveStream = (stream: Kept.StreamState): RunStream => ({
  stream: stream.stream,
  state: ended[stream.phase] ?? "running",
  phase: phases.find((phase) => phase === stream.phase) ?? null,
  mode: stream.mode,
  api: null,
  read: stream.rows,
  total: stream.total,
  bytes: stream.bytes,
  inserted: stream.inserted,
  updated: stream.updated,
  deleted: stream.deleted,
  apiCalls: 0,
  startedAt: stream.startedAt,
  durationMs:
    stream.startedAt === null || stream.finishedAt === null
      ? null
      : Date.parse(stream.finishedAt) - Date.parse(stream.startedAt),
  schemaChanges: stream.schemaChanges,
  warnings: stream.warnings,
  error: stream.error,
  detail: null
})

/** By its report once it is over: that says more than what was seen of it. */
export const wholeRun = (run: Kept.RunRecord, streams: ReadonlyArray<Kept.StreamState>): Run => ({
  ...runSummary(run),
  streams: run.report === null ? streams.map(liveStream) : run.report.streams.map(reported)
})

export const logLine = ({ at, level, message }: Kept.RunLogLine): LogLine => ({ at, level, text: message })

/** What an event of the server is to a page: the state is followed by the log so far. */
export const runEvents = (event: Kept.RunEvent): ReadonlyArray<RunEvent> => {
  switch (event.type) {
    case "state":
      return [
        { _tag: "run", run: wholeRun(event.run, event.streams) },
        ...event.log.map((line) => ({ _tag: "log" as const, line: logLine(line) }))
      ]
    case "run":
      return [{ _tag: "summary", run: runSummary(event.run) }]
    case "stream":
      return [{ _tag: "stream", stream: liveStream(event.stream) }]
    case "log":
      return [{ _tag: "log", line: logLine(event.line) }]
    case "end":
      return [{ _tag: "ended", run: wholeRun(event.run, []) }]
  }
}
