/** What the proof of one stream works with, and the few questions that it asks the copy. */

import { rm } from "node:fs/promises"
import type {
  Comparison,
  Destination,
  Differences,
  Failure,
  ProofPlan,
  Prover,
  ReadContext,
  ReadyStream,
  Segment,
  StreamCheckpoint
} from "@decant/connector"
import { Effect } from "effect"
import { RunnerError } from "../runner-error.ts"

export interface StreamProof {
  readonly plan: ReadyStream
  readonly proof: ProofPlan
  readonly prover: Prover
  readonly destination: Destination
  /** What the copy held when the proof began: its cursor is the cut. */
  readonly stored: StreamCheckpoint
  readonly context: ReadContext
  readonly say: (text: string) => Effect.Effect<void>
}

export const deleteFiles = (segments: ReadonlyArray<Segment>): Effect.Effect<void> =>
  Effect.promise(async () => {
    // What cannot be deleted now is deleted with the spool.
    await Promise.allSettled(
      segments.flatMap(({ files }) => files.map(({ path }) => rm(path, { force: true })))
    )
  })

export const compare = (
  of: StreamProof,
  comparison: Omit<Comparison, "before" | "version">,
  checkpoint: StreamCheckpoint
): Effect.Effect<Differences, Failure> =>
  of.destination
    .inspect(of.plan.stream, {
      kind: "differences",
      comparison: { ...comparison, before: checkpoint.cursor, version: checkpoint.version }
    })
    .pipe(
      Effect.filterOrFail(
        (result) => result.kind === "differences",
        () => RunnerError.internal("the destination counted instead of comparing")
      )
    )

/** The stream's checkpoint as it is now. */
export const checkpointNow = (of: StreamProof): Effect.Effect<StreamCheckpoint, Failure> =>
  Effect.map(of.destination.checkpoints, ({ streams }) => streams[of.plan.stream] ?? of.stored)

const tries = 3

export interface Counts {
  readonly rows: number
  readonly live: number
  readonly distinctKeys: number
  readonly checkpoint: StreamCheckpoint
}

/** Counts of one committed state and its checkpoint; null while commits come faster than that can be asked. */
export const countsNow = Effect.fnUntraced(function* (
  of: StreamProof
): Effect.fn.Return<Counts | null, Failure> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const before = yield* checkpointNow(of)
    const counts = yield* of.destination.inspect(of.plan.stream, { kind: "counts" })
    const after = yield* checkpointNow(of)
    if (counts.kind === "counts" && before.version === after.version) return { ...counts, checkpoint: after }
  }
  return null
})
