/** Whether a run that did not end well is tried again before its next time, when, and what of it. */
import type { RunRecord } from "./run-record.ts"

const firstAfterMillis = 60_000
const longestMillis = 30 * 60_000
const mostAttempts = 6

const errorsOf = ({ report, error }: RunRecord): ReadonlyArray<{ readonly retryable: boolean }> => {
  const ofStreams = (report?.streams ?? []).flatMap((stream) => (stream.error === null ? [] : [stream.error]))
  return ofStreams.length > 0 || error === null ? ofStreams : [error]
}

/** Something in it may pass by itself: the network, a busy org, a lock. */
const mayPass = (run: RunRecord): boolean =>
  (run.status === "failed" || run.status === "partial" || run.status === "skipped") &&
  errorsOf(run).some(({ retryable }) => retryable)

/** Null: it is left to its next time. */
export const retryDelayMillis = (run: RunRecord): number | null => {
  if (!mayPass(run) || run.attempt >= mostAttempts) return null
  return Math.min(firstAfterMillis * 2 ** (run.attempt - 1), longestMillis)
}

/** The streams that failed in a way that may pass; all when the run failed as a whole. */
export const retriedStreams = ({ report }: RunRecord): ReadonlyArray<string> =>
  (report?.streams ?? []).flatMap(({ stream, error }) => (error?.retryable === true ? [stream] : []))
