/** The exit codes that scripts and schedulers rely on. */
import type { Disposition, RunReport } from "@decant/connector"

export const exitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  credentials: 4,
  paused: 5,
  locked: 6,
  different: 7,
  interrupted: 130
} as const
export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

const ofDisposition: Readonly<Record<Disposition, ExitCode>> = {
  spec: exitCode.usage,
  credentials: exitCode.credentials,
  budget: exitCode.paused,
  locked: exitCode.locked,
  failed: exitCode.failed
}

/** Of a command that failed as a whole. */
export const exitCodeOfFailure = (disposition: Disposition): ExitCode => ofDisposition[disposition]

/** Of a run; credentials that were refused in the middle of it matter more than how far it came. */
export const exitCodeOfRun = (
  status: RunReport["status"],
  dispositions: ReadonlyArray<Disposition>
): ExitCode => {
  if (status === "interrupted") return exitCode.interrupted
  if (dispositions.includes("credentials")) return exitCode.credentials
  if (status === "paused") return exitCode.paused
  if (status === "ok") return exitCode.done
  return status === "partial" ? exitCode.partial : exitCode.failed
}

/** Of a verification: differences are its answer, whatever else happened. */
export const exitCodeOfVerify = (
  streams: ReadonlyArray<{ readonly status: "same" | "different" | "failed" | "skipped" }>,
  dispositions: ReadonlyArray<Disposition>
): ExitCode => {
  if (streams.some(({ status }) => status === "different")) return exitCode.different
  if (dispositions.includes("credentials")) return exitCode.credentials
  if (dispositions.includes("budget")) return exitCode.paused
  if (!streams.some(({ status }) => status === "failed")) return exitCode.done
  return streams.some(({ status }) => status === "same") ? exitCode.partial : exitCode.failed
}
