/**
 * One verification: what is compared and what it costs is said first, then stream after stream is proved, two at a
 * time. Without `--repair` nothing is written, and a sync that runs meanwhile is not disturbed.
 */
import { randomUUID } from "node:crypto"
import {
  type Disposition,
  type Failure,
  failureReport,
  instantFromMillis,
  type Prover,
  type ReadyStream,
  type Sample,
  type Source,
  type StreamPlan
} from "@decant/connector"
import { Cause, Clock, type Duration, Effect, Exit, type Option } from "effect"
import { RunnerError } from "../runner-error.ts"
import { runPaths, type SpecFile, verifyPaths } from "../spec-file.ts"
import { type CheckpointFile, openCheckpointFile } from "../sync/checkpoint-file.ts"
import { holdLock } from "../sync/lock-file.ts"
import { openBoth } from "../sync/run-sync.ts"
import { openSpool, type Spool } from "../sync/spool-folder.ts"
import { counted } from "../terminal/numbers.ts"
import type { Screen } from "../terminal/screen.ts"
import { quickLook } from "./quick-look.ts"
import type { StreamProof } from "./stream-proof.ts"
import type { StreamOutcome, VerifiedStream, VerifyReport } from "./verify-report.ts"
import { sayer, verifyStream } from "./verify-stream.ts"
import { coverageLines } from "./verify-table.ts"

const streamsAtOnce = 2

export interface VerifyRequest {
  readonly specFile: SpecFile
  readonly screen: Screen
  /** Only these streams; all when empty. */
  readonly only: ReadonlyArray<string>
  readonly sample: Sample
  readonly quick: boolean
  readonly repair: boolean
  readonly wait: Option.Option<Duration.Duration>
}

const notComparable = (stream: string, reason: string): RunnerError =>
  new RunnerError({
    code: "NOT_COMPARABLE",
    message: `${stream} cannot be compared with Salesforce now: ${reason}.`,
    fix: "Run `decant sync`, then `decant verify` again."
  })

const noProver = (type: string): RunnerError =>
  new RunnerError({
    code: "NOT_COMPARABLE",
    message: `A source of type ${type} cannot be asked for a proof.`,
    fix: "Compare the numbers of rows by hand."
  })

interface Ground {
  readonly request: VerifyRequest
  readonly source: Source
  readonly prover: Prover
  readonly opened: Effect.Success<ReturnType<typeof openBoth>>
  readonly spool: Spool
  /** Null without `--repair`. */
  readonly file: CheckpointFile | null
}

const prepare = Effect.fnUntraced(function* (request: VerifyRequest, runId: string) {
  const { specFile, screen, repair, wait } = request
  const paths = runPaths(specFile)
  const lock = { runId, wait, notice: screen.note }
  if (repair) yield* holdLock({ ...lock, path: paths.lock })
  const own = verifyPaths(specFile)
  yield* holdLock({ ...lock, path: own.lock })
  const spool = yield* openSpool(own.spool)
  const opened = yield* openBoth(request)
  const { source, stored } = opened
  const prover = source.prover
  if (prover === undefined) return yield* noProver(specFile.spec.source.type)
  const file = repair
    ? yield* openCheckpointFile({
        path: paths.checkpoint,
        name: specFile.spec.name,
        orgId: source.identity.orgId,
        stored: stored.streams,
        notice: screen.note
      })
    : null
  const ground: Ground = { request, source, prover, opened, spool, file }
  return ground
})

const proofOf = Effect.fnUntraced(function* (ground: Ground, plan: ReadyStream) {
  const { request, prover, opened, spool } = ground
  const { stream } = plan
  const stored = opened.stored.streams[stream]
  if (stored === undefined) return yield* notComparable(stream, "it has not been synced yet")
  const proof = yield* prover.plan(plan, stored, request.sample)
  const countsOnly = request.quick || plan.schema.key === null
  if (!countsOnly && proof.obstacle !== null) return yield* notComparable(stream, proof.obstacle)
  const say = yield* sayer((text) => request.screen.note(`${stream}: ${text}`))
  let rows = 0
  const of: StreamProof = {
    plan,
    proof,
    prover,
    destination: opened.destination,
    stored,
    say,
    context: {
      spool: yield* spool.folderOf(stream),
      report: (progress) =>
        Effect.suspend(() => {
          rows += progress.rows
          return say(progress.rows > 0 ? `${counted(rows, "row")} read` : "waiting for Salesforce")
        })
    }
  }
  return { of, countsOnly }
})
export type PreparedProof = Effect.Success<ReturnType<typeof proofOf>>

type Ended = Omit<VerifiedStream, "apiCalls">

const nothing = (stream: string): Omit<StreamOutcome, "status"> => ({
  stream,
  cut: null,
  coverage: "counts",
  compared: 0,
  valuesCompared: 0,
  movedOn: 0,
  missing: 0,
  extra: 0,
  doubled: 0,
  stamp: 0,
  values: 0,
  explained: { pending: 0, drift: 0, hidden: 0, kept: 0 },
  mended: 0,
  rows: [],
  notes: []
})

interface Tally {
  readonly ended: Array<Ended>
  readonly dispositions: Array<Disposition>
}

const fail = (tally: Tally, stream: string, failure: Failure, durationMs: number): void => {
  tally.dispositions.push(failure.disposition)
  tally.ended.push({ ...nothing(stream), status: "failed", durationMs, error: failureReport(failure) })
}

const failureOf = (cause: Cause.Cause<Failure>): Failure => {
  const failure = Cause.findErrorOption(cause)
  return failure._tag === "Some" ? failure.value : RunnerError.internal(Cause.squash(cause))
}

/** Its failure stays its own. */
const proveOne = Effect.fnUntraced(function* (
  ground: Ground,
  { of, countsOnly }: PreparedProof,
  tally: Tally
) {
  const begun = yield* Clock.currentTimeMillis
  const proving: Effect.Effect<StreamOutcome, Failure> = countsOnly
    ? quickLook(of)
    : verifyStream(of, ground.file)
  const exit = yield* Effect.exit(proving)
  const durationMs = (yield* Clock.currentTimeMillis) - begun
  if (Exit.isSuccess(exit)) tally.ended.push({ ...exit.value, durationMs, error: null })
  else if (Cause.hasInterruptsOnly(exit.cause)) return yield* Effect.interrupt
  else {
    yield* Effect.logDebug(exit.cause)
    fail(tally, of.plan.stream, failureOf(exit.cause), durationMs)
  }
})

const inOrder = (plans: ReadonlyArray<StreamPlan>, ended: ReadonlyArray<Ended>): ReadonlyArray<Ended> =>
  plans.flatMap(({ stream }) => ended.filter((one) => one.stream === stream))

const rowsListed = 1000

/** At most so many of all streams together. */
const cutRows = (streams: ReadonlyArray<VerifiedStream>): ReadonlyArray<VerifiedStream> => {
  let room = rowsListed
  return streams.map((stream) => {
    const rows = stream.rows.slice(0, room)
    room -= rows.length
    const left = stream.rows.length - rows.length
    const notes =
      left === 0 ? stream.notes : [...stream.notes, `${counted(left, "difference")} more are not listed.`]
    return { ...stream, rows, notes }
  })
}

/** The report, and what stopped streams that could not be proved. */
export const runVerify = Effect.fnUntraced(function* (request: VerifyRequest) {
  const runId = randomUUID()
  const startedAt = yield* Clock.currentTimeMillis
  const ground = yield* prepare(request, runId)
  const { source, opened } = ground
  const plans = yield* source.plan({
    checkpoints: opened.stored.streams,
    only: request.only,
    fullRefresh: []
  })
  const tally: Tally = { ended: [], dispositions: [] }
  const prepared: Array<PreparedProof> = []
  for (const plan of plans) {
    if (plan.status === "skipped") {
      tally.ended.push({
        ...nothing(plan.stream),
        status: "skipped",
        durationMs: 0,
        error: null,
        notes: [plan.reason]
      })
    } else if (plan.status === "failed") fail(tally, plan.stream, plan.failure, 0)
    else {
      const proof = yield* Effect.result(proofOf(ground, plan))
      if (proof._tag === "Success") prepared.push(proof.success)
      else fail(tally, plan.stream, proof.failure, 0)
    }
  }
  const spent = (yield* source.usage(null)).apiCalls
  for (const line of coverageLines(prepared, spent)) yield* request.screen.note(line)
  yield* Effect.forEach(prepared, (proof) => proveOne(ground, proof, tally), {
    concurrency: streamsAtOnce,
    discard: true
  })
  const streams: Array<VerifiedStream> = []
  for (const ended of inOrder(plans, tally.ended)) {
    streams.push({ ...ended, apiCalls: (yield* source.usage(ended.stream)).apiCalls })
  }
  const shared = (yield* source.usage(null)).apiCalls
  const has = (status: VerifiedStream["status"]): boolean =>
    streams.some((stream) => stream.status === status)
  const report: VerifyReport = {
    runId,
    name: request.specFile.spec.name,
    status: has("different") ? "different" : has("failed") ? "failed" : "same",
    quick: request.quick,
    repair: request.repair,
    startedAt: instantFromMillis(startedAt),
    finishedAt: instantFromMillis(yield* Clock.currentTimeMillis),
    apiCalls: streams.reduce((calls, stream) => calls + stream.apiCalls, shared),
    streams: cutRows(streams)
  }
  return { report, dispositions: tally.dispositions, location: opened.destination.location }
})
