/** The report of a run that several workers did: what each said of a stream is added up. */
import { instantFromMillis, type RunReport, type StreamReport, type TimedPhase } from "@decant/connector"
import { statusOf } from "../sync/run-report.ts"
import type { ShareOfRun } from "./attempt-ledger.ts"
import type { TaskResult } from "./task.ts"

const addTimings = (
  a: StreamReport["timings"],
  b: StreamReport["timings"]
): { readonly timings?: NonNullable<StreamReport["timings"]> } => {
  if (a === undefined || b === undefined) {
    const known = a ?? b
    return known === undefined ? {} : { timings: known }
  }
  const phases = Object.keys(a) as ReadonlyArray<TimedPhase>
  return { timings: { ...a, ...Object.fromEntries(phases.map((phase) => [phase, a[phase] + b[phase]])) } }
}

const distinct = (texts: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(texts)]

/** The later task knows how the stream ended; a part that failed was read again by it. */
const added = (a: StreamReport, b: StreamReport): StreamReport => ({
  ...b,
  mode: a.mode ?? b.mode,
  api: a.api === "bulk" || b.api === "bulk" ? "bulk" : (a.api ?? b.api),
  read: a.read + b.read,
  rows: a.rows + b.rows,
  inserted: a.inserted + b.inserted,
  updated: a.updated + b.updated,
  deleted: a.deleted + b.deleted,
  cursor: { from: a.cursor.from, to: b.cursor.to ?? a.cursor.to },
  bytes: a.bytes + b.bytes,
  apiCalls: a.apiCalls + b.apiCalls,
  durationMs: a.durationMs + b.durationMs,
  ...addTimings(a.timings, b.timings),
  schemaChanges: distinct([...a.schemaChanges, ...b.schemaChanges]),
  warnings: distinct([...a.warnings, ...b.warnings])
})

const elapsedOf = (stream: string, shares: ReadonlyArray<ShareOfRun>): number | null => {
  const own = shares.filter((share) => share.stream === stream)
  if (own.length === 0) return null
  const from = Math.min(...own.map((share) => share.from.getTime()))
  return Math.max(...own.map((share) => share.to.getTime())) - from
}

const workersOf = (shares: ReadonlyArray<ShareOfRun>): NonNullable<RunReport["workers"]> =>
  distinct(shares.map(({ worker }) => worker)).map((worker) => {
    const own = shares.filter((share) => share.worker === worker)
    const sum = (key: "tasks" | "rows" | "lost"): number =>
      own.reduce((total, share) => total + share[key], 0)
    return { worker, tasks: sum("tasks"), rows: sum("rows"), lost: sum("lost") }
  })

/** `results` in the order in which the tasks were asked for: what comes last of a stream says how it ended. */
export const mergeReports = (of: {
  readonly runId: string
  readonly name: string
  readonly startedAt: number
  readonly finishedAt: number
  readonly results: ReadonlyArray<TaskResult>
  readonly shares: ReadonlyArray<ShareOfRun>
}): RunReport => {
  const { results, shares } = of
  const merged = new Map<string, StreamReport>()
  for (const report of results.flatMap((result) => result.streams)) {
    const before = merged.get(report.stream)
    merged.set(report.stream, before === undefined ? report : added(before, report))
  }
  const streams = [...merged.values()].map((report) => ({
    ...report,
    durationMs: elapsedOf(report.stream, shares) ?? report.durationMs
  }))
  const sum = (key: "apiCalls" | "bytes"): number =>
    results.reduce((total, { shared }) => total + shared[key], 0) +
    streams.reduce((total, stream) => total + stream[key], 0)
  const isWithout = streams.length === 0 && results.some(({ failure }) => failure !== null)
  return {
    runId: of.runId,
    name: of.name,
    status: isWithout ? "failed" : statusOf(streams, false),
    startedAt: instantFromMillis(of.startedAt),
    finishedAt: instantFromMillis(of.finishedAt),
    apiCalls: sum("apiCalls"),
    bytes: sum("bytes"),
    streams,
    workers: workersOf(shares)
  }
}
