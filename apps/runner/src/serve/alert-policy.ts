/**
 * Which alerts a run calls for, given what was told before. Once for a failure and once when it is over: nobody reads
 * the hundredth message of a night. What may pass by itself is told when it has not passed at the third run.
 */
import type { FailureReport, RunStatus } from "@decant/connector"
import { Option, Schema } from "effect"
import type { RunRecord } from "./run-record.ts"

const patience = 3
const remindAfterMillis = 24 * 60 * 60 * 1000

/** What has been told of a spec. */
const Told = Schema.Struct({
  /** Code of each failing stream; `*` is the run as a whole. */
  failing: Schema.Record(Schema.String, Schema.String),
  /** Runs in a row that failed. */
  count: Schema.Int,
  /** When the failure was last told; null while it has not been. */
  alertedAt: Schema.NullOr(Schema.Finite),
  /** What `alertedAt` told. */
  alerted: Schema.Record(Schema.String, Schema.String),
  warnings: Schema.Array(Schema.String)
})
export type Told = typeof Told.Type

const nothingTold: Told = { failing: {}, count: 0, alertedAt: null, alerted: {}, warnings: [] }

export const toldOf = (stored: unknown): Told =>
  Option.getOrElse(Schema.decodeUnknownOption(Told)(stored), () => nothingTold)

interface AlertStream {
  readonly stream: string
  readonly error: FailureReport
}

/** What a webhook or a command gets. No secret is in it. */
export interface Alert {
  readonly event: "failure" | "recovery" | "drift"
  readonly spec: string
  readonly runId: string
  readonly at: string
  readonly status: RunStatus | "skipped" | "lost"
  /** One line, under the key that chat services show. */
  readonly text: string
  /** Of the run as a whole. */
  readonly error: FailureReport | null
  readonly streams: ReadonlyArray<AlertStream>
  readonly schemaChanges: ReadonlyArray<{ readonly stream: string; readonly change: string }>
  readonly warnings: ReadonlyArray<{ readonly stream: string; readonly warning: string }>
}

const whole = "*"
const failed = new Set<string>(["failed", "partial", "skipped"])

const failuresOf = (run: RunRecord): ReadonlyArray<AlertStream> => {
  if (!failed.has(run.status)) return []
  const ofStreams = (run.report?.streams ?? []).flatMap(({ stream, error }) =>
    error === null ? [] : [{ stream, error }]
  )
  if (ofStreams.length > 0) return ofStreams
  return run.error === null ? [] : [{ stream: whole, error: run.error }]
}

/** A run of some streams says nothing of the others. */
const failingAfter = (run: RunRecord, before: Told, now: ReadonlyArray<AlertStream>): Told["failing"] => {
  const seen = new Set((run.report?.streams ?? []).map(({ stream }) => stream))
  const kept = Object.entries(before.failing).filter(
    ([stream]) => stream !== whole && run.report !== null && !seen.has(stream)
  )
  return Object.fromEntries([...kept, ...now.map(({ stream, error }) => [stream, error.code] as const)])
}

const sameAs = (a: Told["failing"], b: Told["failing"]): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, code]) => b[key] === code)

const alertOf = (
  run: RunRecord,
  part: Pick<Alert, "event" | "text"> &
    Partial<Pick<Alert, "error" | "streams" | "schemaChanges" | "warnings">>
): Alert => ({
  spec: run.spec,
  runId: run.runId,
  at: run.finishedAt ?? run.queuedAt,
  status: run.status === "queued" || run.status === "running" ? "lost" : run.status,
  error: null,
  streams: [],
  schemaChanges: [],
  warnings: [],
  ...part
})

const failureAlert = (run: RunRecord, now: ReadonlyArray<AlertStream>): Alert => {
  const first = now[0]
  const others = now.length > 1 ? ` (and ${now.length - 1} more)` : ""
  const where = first === undefined || first.stream === whole ? "" : `${first.stream}: `
  return alertOf(run, {
    event: "failure",
    text: `Decant: ${run.spec} failed. ${where}${first?.error.message ?? ""}${others} ${first?.error.fix ?? ""}`,
    error: run.report === null ? run.error : null,
    streams: now.filter(({ stream }) => stream !== whole)
  })
}

const driftAlert = (run: RunRecord, before: Told): Alert | null => {
  const streams = run.report?.streams ?? []
  const schemaChanges = streams.flatMap(({ stream, schemaChanges: all }) =>
    all.map((change) => ({ stream, change }))
  )
  const warnings = streams
    .flatMap(({ stream, warnings: all }) => all.map((warning) => ({ stream, warning })))
    .filter(({ stream, warning }) => !before.warnings.includes(`${stream}: ${warning}`))
  if (schemaChanges.length + warnings.length === 0) return null
  const texts = [
    ...schemaChanges.map(({ stream, change }) => `${stream}: ${change}`),
    ...warnings.map(({ stream, warning }) => `${stream}: ${warning}`)
  ]
  const more = texts.length > 3 ? ` (and ${texts.length - 3} more)` : ""
  return alertOf(run, {
    event: "drift",
    text: `Decant: ${run.spec} changed. ${texts.slice(0, 3).join("; ")}${more}`,
    schemaChanges,
    warnings
  })
}

const warningsAfter = (run: RunRecord, before: Told): ReadonlyArray<string> => {
  if (run.report === null) return before.warnings
  const seen = run.report.streams.map(({ stream }) => `${stream}: `)
  const kept = before.warnings.filter((text) => !seen.some((stream) => text.startsWith(stream)))
  return [
    ...kept,
    ...run.report.streams.flatMap(({ stream, warnings }) => warnings.map((text) => `${stream}: ${text}`))
  ]
}

export interface Judgement {
  readonly alerts: ReadonlyArray<Alert>
  readonly told: Told
}

/** Runs that were stopped or paused say nothing about whether the next will succeed. */
export const judgeRun = (run: RunRecord, before: Told, now: number): Judgement => {
  if (!failed.has(run.status) && run.status !== "ok") return { alerts: [], told: before }
  const drift = driftAlert(run, before)
  const failures = failuresOf(run)
  const failing = failingAfter(run, before, failures)
  const told = { ...before, failing, warnings: warningsAfter(run, before) }
  const others = drift === null ? [] : [drift]
  if (Object.keys(failing).length === 0) {
    const recovered = before.alertedAt !== null
    const recovery = alertOf(run, { event: "recovery", text: `Decant: ${run.spec} is up to date again.` })
    return {
      alerts: recovered ? [recovery, ...others] : others,
      told: { ...told, count: 0, alertedAt: null, alerted: {} }
    }
  }
  const count = failures.length > 0 ? before.count + 1 : before.count
  const isNews = !sameAs(failing, before.alerted) || before.alertedAt === null
  const isDue = count >= patience || failures.some(({ error }) => !error.retryable)
  const remind = before.alertedAt !== null && now - before.alertedAt >= remindAfterMillis
  const tells = failures.length > 0 && ((isNews && isDue) || remind)
  return {
    alerts: tells ? [failureAlert(run, failures), ...others] : others,
    told: { ...told, count, ...(tells ? { alertedAt: now, alerted: failing } : {}) }
  }
}
