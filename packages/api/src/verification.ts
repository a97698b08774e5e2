/** Proving a copy: one verification of a connection at a time; the newest is kept until the server ends. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { ConnectionId } from "./connections.ts"
import { FailureInfo, failures } from "./failures.ts"
import { SignedIn, WellFormed } from "./session.ts"

export const VerifiedStream = Schema.Struct({
  stream: Schema.String,
  status: Schema.Literals(["same", "different", "failed", "skipped"]),
  /** What was compared: `all values`, `stamps and sample` or `counts`. */
  coverage: Schema.String,
  /** Rows compared, and of those the ones of which every value was. */
  compared: Schema.Finite,
  valuesCompared: Schema.Finite,
  missing: Schema.Finite,
  extra: Schema.Finite,
  doubled: Schema.Finite,
  stamp: Schema.Finite,
  values: Schema.Finite,
  apiCalls: Schema.Finite,
  durationMs: Schema.Finite,
  /** The first differences, each with its cause where that is known. */
  rows: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      kind: Schema.String,
      columns: Schema.Array(Schema.String),
      cause: Schema.String,
      fix: Schema.String
    })
  ),
  notes: Schema.Array(Schema.String),
  error: Schema.NullOr(FailureInfo)
})
export type VerifiedStream = typeof VerifiedStream.Type

export const Verification = Schema.Struct({
  state: Schema.Literals(["running", "same", "different", "failed", "interrupted"]),
  quick: Schema.Boolean,
  startedAt: Schema.String,
  finishedAt: Schema.NullOr(Schema.String),
  apiCalls: Schema.Finite,
  /** What it said meanwhile, the newest last. */
  notes: Schema.Array(Schema.String),
  /** Empty while it runs. */
  streams: Schema.Array(VerifiedStream),
  error: Schema.NullOr(FailureInfo)
})
export type Verification = typeof Verification.Type

const params = { id: ConnectionId }

export const VerificationGroup = HttpApiGroup.make("verification")
  .add(
    HttpApiEndpoint.get("get", "/connections/:id/verification", {
      params,
      success: Schema.NullOr(Verification),
      error: failures
    }),
    /** `Conflict` while one is at it. */
    HttpApiEndpoint.post("start", "/connections/:id/verification", {
      params,
      payload: Schema.Struct({
        /** Counts only: two calls for each stream. */
        quick: Schema.Boolean,
        /** Only these streams; all when absent. */
        streams: Schema.optionalKey(Schema.Array(Schema.String))
      }),
      success: Verification,
      error: failures
    }),
    HttpApiEndpoint.post("cancel", "/connections/:id/verification/cancel", {
      params,
      success: Schema.NullOr(Verification),
      error: failures
    })
  )
  .middleware(SignedIn)
  .middleware(WellFormed)
