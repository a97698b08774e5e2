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
  firstRowsAt: number | null
}

export const newStreamProgress = (stream: string): StreamProgress => ({
  stream,
  phase: "waiting",
  rows: 0,
  bytes: 0,
  total: null,
  startedAt: 0,
  firstRowsAt: null
})

export const addProgress = (progress: StreamProgress, event: Progress, now: number): void => {
  progress.phase = event.phase
  progress.rows += event.rows
  progress.bytes += event.bytes
  progress.total = event.total ?? progress.total
  if (event.rows > 0) progress.firstRowsAt ??= now
}

const rate = (progress: StreamProgress, now: number): number => {
  // Rows come in pages; counting from the start of the stream keeps the first page from looking infinite.
  const since = (now - progress.startedAt) / 1000
  return since > 0 ? progress.rows / since : 0
}

export interface ProgressParts {
  readonly phase: string
  readonly rows: string
  readonly rate: string
  readonly bytes: string
  readonly left: string
}

export const progressParts = (progress: StreamProgress, now: number): ProgressParts => {
  const perSecond = rate(progress, now)
  const remaining = progress.total === null ? null : Math.max(0, progress.total - progress.rows)
  const known = progress.rows > 0 && perSecond > 0
  return {
    phase: progress.phase,
    rows:
      progress.total !== null && progress.total > progress.rows
        ? `${count(progress.rows)} of ${counted(progress.total, "row")}`
        : counted(progress.rows, "row"),
    rate: known ? `${count(perSecond)}/s` : "",
    bytes: progress.bytes > 0 ? byteSize(progress.bytes) : "",
    left: known && remaining !== null && remaining > 0 ? `${clock(remaining / perSecond)} left` : ""
  }
}
