/**
 * The steps that a sync's time goes into. Each is a span of its own name wherever it happens, in sources and in
 * destinations, so that whoever runs the sync can sum them up, and whoever traces it sees the same.
 */
import { Effect } from "effect"

export const timedPhases = ["download", "check", "stage", "merge", "commit", "verify"] as const

/**
 * `download` a page on its way to disk, inflated and counted · `check` what came, against what was asked for ·
 * `stage` the engine reads it · `merge` rows meet what is stored · `verify` the proofs that all of it is there, once ·
 * `commit` what is left of making it true.
 */
export type TimedPhase = (typeof timedPhases)[number]

export const inPhase =
  (phase: TimedPhase) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.withSpan(effect, phase)
