/**
 * What every package of Decant tells an operator when something goes wrong: a stable code, one sentence,
 * what to do, and whether trying again can help. Packages keep one tagged error each; this is the shape
 * that all of them share, so that the runner prints any of them without knowing where it came from.
 */
import { Schema } from "effect"

/**
 * What the failure means for the run, which decides the exit code:
 * `spec` the person must change the spec or the command (2) · `credentials` they must be renewed (4) ·
 * `budget` paused for API budget or room on the disk (5) · `locked` another run is at it (6) · `failed` anything else (1).
 */
export const Disposition = Schema.Literals(["spec", "credentials", "budget", "locked", "failed"])
export type Disposition = typeof Disposition.Type

/** An error that may reach an operator. No secret may be in any of its texts. */
export interface Failure {
  readonly _tag: string
  /** Stable, upper snake case, e.g. `AUTH_INVALID_CLIENT`; the anchor of its entry in docs/errors.md. */
  readonly code: string
  /** One sentence: what happened. */
  readonly message: string
  /** What to click or type. */
  readonly fix: string
  readonly retryable: boolean
  readonly disposition: Disposition
}

/** The fields of a tagged error that is such a failure, beside the codes of its package. */
export const failureFields = {
  message: Schema.String,
  fix: Schema.String,
  retryable: Schema.Boolean,
  disposition: Disposition
}

/** A failure as `--json` prints it, in a run report or as `{"error": …}`. */
export interface FailureReport {
  readonly code: string
  readonly message: string
  readonly fix: string
  readonly docs: string
  readonly retryable: boolean
}

export const failureReport = (failure: Failure): FailureReport => ({
  code: failure.code,
  message: failure.message,
  fix: failure.fix,
  docs: `docs/errors.md#${failure.code.toLowerCase()}`,
  retryable: failure.retryable
})
