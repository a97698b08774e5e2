/** How far one stream is, as a line of text. */
import type { Phase, Progress } from "@decant/connector"
import { byteSize, clock, count, counted } from "../terminal/numbers.ts"

export interface StreamProgress {
  readonly stream: string
  phase: Phase | "waiting"
  rows: number
  bytes: number
  total: number | null
  startedAt: number
  lastRowsAt: number
}

export const newStreamProgress = (stream: string): StreamProgress => ({
  stream,
  phase: "waiting",
  rows: 0,
  bytes: 0,
  total: null,
  startedAt: 0,
  lastRowsAt: 0
})

export const addProgress = (progress: StreamProgress, event: Progress, now: number): void => {
  progress.phase = event.phase
  progress.rows += event.rows
  progress.bytes += event.bytes
  progress.total = event.total ?? progress.total
  if (event.rows > 0) progress.lastRowsAt = now
}

/** Of the time in which rows came: what waits for a commit is not slow. */
const rate = (progress: StreamProgress): number => {
  const since = (progress.lastRowsAt - progress.startedAt) / 1000
  return since > 0 ? progress.rows / since : 0
}

export interface ProgressParts {
  readonly phase: string
  readonly rows: string
  readonly rate: string
  readonly bytes: string
  /** Time left where it can be told, else how long it has been. */
  readonly time: string
}

const rowsText = ({ rows, total }: StreamProgress): string => {
  if (total !== null && total > rows) return `${count(rows)} of ${counted(total, "row")}`
  return rows === 0 ? "" : counted(rows, "row")
}

export const progressParts = (progress: StreamProgress, now: number): ProgressParts => {
  const perSecond = rate(progress)
  const remaining = progress.total === null ? null : Math.max(0, progress.total - progress.rows)
  const known = progress.rows > 0 && perSecond > 0
  return {
    phase: progress.phase,
    rows: rowsText(progress),
    rate: known ? `${count(perSecond)}/s` : "",
    bytes: progress.bytes > 0 ? byteSize(progress.bytes) : "",
    time:
      known && remaining !== null && remaining > 0
        ? `${clock(remaining / perSecond)} left`
        : clock((now - progress.startedAt) / 1000)
  }
}
