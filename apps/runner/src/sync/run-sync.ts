/**
 * One run: lock, log in, open the destination, plan, read the streams (eight at a time), report. A stream's
 * failure stays its own. When the run is interrupted, commits that have begun are finished and the report
 * says how far it came.
 */
import { randomUUID } from "node:crypto"
import { setTimeout } from "node:timers/promises"
import type {
  Failure,
  FieldOfStream,
  MemoryUse,
  ReadyStream,
  StoredCheckpoints,
  StreamPlan
} from "@decant/connector"
import { Cause, Clock, type Duration, Effect, Exit, type Option, type Scope, Semaphore, Tracer } from "effect"
import { type Board, openBoard } from "../progress/board.ts"
import { during } from "../progress/waiting-line.ts"
import { findDestination, findSource } from "../registry.ts"
import { RunnerError } from "../runner-error.ts"
import { runPaths, type SpecFile } from "../spec-file.ts"
import type { Screen } from "../terminal/screen.ts"
import { adoptOrg } from "./adopt-org.ts"
import { openCheckpointFile, readMirror } from "./checkpoint-file.ts"
import { holdLock } from "./lock-file.ts"
import { phaseTimes } from "./phase-times.ts"
import { runReport } from "./run-report.ts"
import { openSpool } from "./spool-folder.ts"
import { newTally, type StreamTally } from "./stream-tally.ts"
import { type StreamRun, syncStream } from "./sync-stream.ts"

/** A database engine is loaded while Salesforce answers; sooner, it would hold up the question. */
const loginSentMillis = 50

/** More than download at one time: while some wait for their jobs, others load. */
export const streamsAtOnce = 8

export interface RunRequest {
  readonly specFile: SpecFile
  readonly screen: Screen
  /** Only these streams; all when empty. */
  readonly only: ReadonlyArray<string>
  readonly fullRefresh: ReadonlyArray<string>
  /** Fields to read again of all rows. */
  readonly backfill?: ReadonlyArray<FieldOfStream>
  /** The org behind the spec may be another than the copy's: that one's tables are kept aside. */
  readonly adoptOrg?: boolean
  /** How much memory the destination may take. */
  readonly memory?: MemoryUse
  /** Whether the report says where the time went. */
  readonly timings?: boolean
  /** A file: streams that the copy does not have begin where this state ended. */
  readonly state?: string
  /** Given by who keeps runs; else made here. */
  readonly runId?: string
  /** Shows the streams; the screen's own board when absent. */
  readonly watch?: (plans: ReadonlyArray<StreamPlan>) => Effect.Effect<Board, never, Scope.Scope>
}

/** The key of the spec's hashed columns, by the name under which the columns ask for it; none when none does. */
const maskKeysOf = Effect.fnUntraced(function* ({ spec, folder }: SpecFile) {
  const hashes = spec.source.streams.some((stream) => Object.values(stream.mask ?? {}).includes("hmac"))
  if (!hashes) return {}
  const { maskKey } = yield* Effect.promise(() => import("@decant/auth"))
  return { [spec.name]: yield* maskKey({ folder, env: process.env }, spec.name) }
})

export const openBoth = Effect.fnUntraced(function* ({
  specFile,
  screen,
  adoptOrg: adopts = false,
  memory = "normal",
  only
}: Pick<RunRequest, "specFile" | "screen" | "adoptOrg" | "memory"> & {
  /** Streams that are planned at once; absent where that comes later. */
  readonly only?: ReadonlyArray<string>
}) {
  const { spec, folder } = specFile
  const sources = yield* findSource(spec.source.type)
  const [source, destinations] = yield* Effect.all(
    [
      sources.open({ spec, folder }).pipe(during(screen, "Logging in to Salesforce")),
      Effect.promise(() => setTimeout(loginSentMillis)).pipe(
        Effect.andThen(findDestination(spec.destination.type))
      )
    ],
    { concurrency: 2 }
  )
  const { orgId } = source.identity
  if (adopts) yield* adoptOrg({ specFile, screen }, orgId)
  const maskKeys = yield* maskKeysOf(specFile)
  const destination = yield* destinations.open({ spec, folder, orgId, maskKeys, memory, notice: screen.note })
  const [stored] = yield* Effect.all(
    [
      destination.checkpoints.pipe(during(screen, "Looking at how far the copy is")),
      (only && source.askAhead?.(only)) ?? Effect.void
    ],
    { concurrency: 2 }
  )
  return { source, destination, stored }
})
type Opened = Effect.Success<ReturnType<typeof openBoth>>

/** Where streams are that the copy does not have; none without a state. */
const beginnings = Effect.fnUntraced(function* ({ state, screen }: RunRequest, { source, stored }: Opened) {
  if (state === undefined) return {}
  const { beginningNote, beginningsOf, readBeginnings } = yield* Effect.promise(
    () => import("./begin-from-state.ts")
  )
  const found = yield* beginningsOf(state, yield* readBeginnings(state), source.identity.orgId)
  const unknown = Object.entries(found).filter(([stream]) => stored.streams[stream] === undefined)
  for (const [stream, checkpoint] of unknown) yield* screen.note(beginningNote(stream, checkpoint))
  return Object.fromEntries(unknown)
})

const planStreams = Effect.fnUntraced(function* (request: RunRequest, opened: Opened) {
  const { source, stored } = opened
  const { only, fullRefresh, backfill = [] } = request
  // A stream that is to be read again is meant to be read.
  const again = [...fullRefresh, ...backfill.map(({ stream }) => stream)]
  const named = only.length === 0 ? [] : [...new Set([...only, ...again])]
  const checkpoints = { ...(yield* beginnings(request, opened)), ...stored.streams }
  return yield* source
    .plan({ checkpoints, only: named, fullRefresh, backfill })
    .pipe(during(request.screen, "Asking Salesforce for objects and fields"))
})

/** What a run would do, without the lock and without writing anything. */
export const dryRun = Effect.fnUntraced(function* (request: RunRequest) {
  const opened = yield* openBoth(request)
  yield* readMirror(runPaths(request.specFile).checkpoint, opened.source.identity.orgId)
  return { ...opened, plans: yield* planStreams(request, opened) }
})

/** Everything before the first stream is read; fails for what concerns the run as a whole. */
export const prepareRun = Effect.fnUntraced(function* (
  request: RunRequest & { readonly wait: Option.Option<Duration.Duration> }
) {
  const { specFile, screen } = request
  const paths = runPaths(specFile)
  const runId = request.runId ?? randomUUID()
  const startedAt = yield* Clock.currentTimeMillis
  yield* holdLock({ path: paths.lock, runId, wait: request.wait, notice: screen.note })
  const spool = yield* openSpool(paths.spool)
  const opened = yield* openBoth(request)
  const checkpointFile = yield* openCheckpointFile({
    path: paths.checkpoint,
    name: specFile.spec.name,
    orgId: opened.source.identity.orgId,
    stored: opened.stored.streams,
    notice: screen.note
  })
  const plans = yield* planStreams(request, opened)
  const turn = yield* Semaphore.make(1)
  return { ...request, ...opened, runId, startedAt, spool, checkpointFile, plans, turn }
})

export type PreparedRun = Effect.Success<ReturnType<typeof prepareRun>>

export const failureOf = (cause: Cause.Cause<Failure>): Failure => {
  const failure = Cause.findErrorOption(cause)
  return failure._tag === "Some" ? failure.value : RunnerError.internal(Cause.squash(cause))
}

/** For those who write files and are not effects. */
const noticeOn = (screen: Screen) => (text: string) => Effect.runSync(screen.note(text))

/** What the streams of a run share. */
export type RunOfStreams = Pick<
  PreparedRun,
  "source" | "destination" | "stored" | "checkpointFile" | "spool" | "turn" | "screen"
> &
  Pick<StreamRun, "leavesParts">

/** Ends when the stream has, well or not: what became of it is in its tally. */
export const runOne = Effect.fnUntraced(function* (
  run: RunOfStreams,
  plan: ReadyStream,
  tally: StreamTally,
  board: Pick<Board, "begin" | "update" | "end">
) {
  tally.startedAt = yield* Clock.currentTimeMillis
  board.begin(plan.stream)
  yield* run.spool.folderOf(plan.stream).pipe(
    Effect.flatMap((spool) =>
      syncStream({
        plan,
        storedVersion: run.stored.streams[plan.stream]?.version ?? 0,
        source: run.source,
        destination: run.destination,
        checkpointFile: run.checkpointFile,
        spool,
        tally,
        turn: run.turn,
        leavesParts: run.leavesParts ?? false,
        report: (progress) => Effect.sync(() => board.update(progress)),
        notice: noticeOn(run.screen)
      })
    ),
    Effect.updateService(Tracer.Tracer, (outer) => tally.times?.tracer(outer) ?? outer),
    Effect.onExit((exit) =>
      Effect.gen(function* () {
        tally.finishedAt = yield* Clock.currentTimeMillis
        if (Exit.isSuccess(exit)) tally.outcome = { kind: "done" }
        else if (!Cause.hasInterruptsOnly(exit.cause)) {
          yield* Effect.logDebug(exit.cause)
          tally.outcome = { kind: "failed", failure: failureOf(exit.cause) }
        }
        board.end(tally)
      })
    ),
    Effect.withSpan(`stream ${plan.stream}`, { attributes: { stream: plan.stream, mode: plan.mode } }),
    Effect.ignoreCause
  )
})

const cursorOf = (plan: StreamPlan, stored: StoredCheckpoints): string | null =>
  stored.streams[plan.stream]?.cursor ?? null

/** Reads the streams. Never fails, and when interrupted still ends with a report. */
export const executeRun = (run: PreparedRun) =>
  Effect.uninterruptible(
    Effect.scoped(
      Effect.gen(function* () {
        const tallies = run.plans.map((plan) =>
          newTally(plan, cursorOf(plan, run.stored), run.timings ? phaseTimes() : null)
        )
        const board = yield* run.watch?.(run.plans) ?? openBoard(run.screen, run.plans)
        const work = run.plans.flatMap((plan, index) => {
          const tally = tallies[index]
          return plan.status === "ready" && tally !== undefined ? [runOne(run, plan, tally, board)] : []
        })
        const exit = yield* Effect.exit(
          Effect.interruptible(Effect.all(work, { concurrency: streamsAtOnce, discard: true }))
        )
        board.close()
        const outcome = yield* runReport({
          runId: run.runId,
          name: run.specFile.spec.name,
          startedAt: run.startedAt,
          source: run.source,
          tallies,
          interrupted: Exit.isFailure(exit)
        })
        yield* run.destination
          .recordRun(outcome.report)
          .pipe(
            Effect.catch((failure) =>
              run.screen.note(`The run could not be noted in ${run.destination.location}: ${failure.message}`)
            )
          )
        return outcome
      })
    )
  )
