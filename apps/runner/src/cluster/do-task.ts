/** Does one task of a run with the code of `decant sync`, and says what came of it. */
import type { Disposition, Failure, ReadyStream, StreamPlan } from "@decant/connector"
import { Cause, Clock, Effect, Exit } from "effect"
import { RunnerError } from "../runner-error.ts"
import { failureOf, type RunOfStreams, runOne, streamsAtOnce } from "../sync/run-sync.ts"
import { newTally, type StreamTally, streamReport } from "../sync/stream-tally.ts"
import { syncPart } from "../sync/sync-part.ts"
import type { SoFar } from "./attempt-ledger.ts"
import type { OpenedRun } from "./opened-runs.ts"
import { emptyResult, type Task, type TaskResult } from "./task.ts"

/** Counts what a task reads, for whoever asks how far it is. */
export const newMeter = () => {
  let soFar: SoFar = { rows: 0, bytes: 0, phase: "describe" }
  return {
    read: () => soFar,
    begin: () => {},
    end: () => {},
    update: ({ rows, bytes, phase }: Pick<SoFar, "rows" | "bytes" | "phase">) => {
      soFar = { rows: soFar.rows + rows, bytes: soFar.bytes + bytes, phase }
    }
  }
}
type Meter = ReturnType<typeof newMeter>

interface Doing {
  readonly opened: OpenedRun
  readonly task: Task
  readonly meter: Meter
}

const dispositionsOf = (tallies: ReadonlyArray<StreamTally>): ReadonlyArray<Disposition> =>
  tallies.flatMap(({ outcome }) => (outcome.kind === "failed" ? [outcome.failure.disposition] : []))

const resultOf = Effect.fnUntraced(function* ({ opened }: Doing, tallies: ReadonlyArray<StreamTally>) {
  const streams = yield* Effect.forEach(tallies, (tally) =>
    Effect.map(opened.usageSince(tally.stream), (usage) => streamReport(tally, usage))
  )
  const { apiCalls, bytes } = yield* opened.usageSince(null)
  const dispositions = dispositionsOf(tallies)
  return { ...emptyResult, streams, shared: { apiCalls, bytes }, dispositions } satisfies TaskResult
})

/** Nobody reads a mirror of the checkpoint on a worker's disk: the destination holds it. */
const noMirror = { record: () => Effect.void }

const contextOf = Effect.fnUntraced(function* ({ opened }: Doing, leavesParts: boolean) {
  const stored = yield* opened.destination.checkpoints
  return { ...opened, stored, checkpointFile: noMirror, leavesParts } satisfies RunOfStreams
})

const isReady = (plan: StreamPlan): plan is ReadyStream => plan.status === "ready"

const talliesOf = (plans: ReadonlyArray<StreamPlan>, { stored }: Pick<RunOfStreams, "stored">) =>
  plans.map((plan) => ({ plan, tally: newTally(plan, stored.streams[plan.stream]?.cursor ?? null) }))

/** Plans all streams; reads those of which only changes are to be read, and names the others. */
const begin = Effect.fnUntraced(function* (doing: Doing) {
  const { opened, task, meter } = doing
  const { only, fullRefresh } = task.run.request
  const named = only.length === 0 ? [] : [...new Set([...only, ...fullRefresh])]
  const run = yield* contextOf(doing, false)
  const { streams: checkpoints } = run.stored
  const plans = yield* opened.source.plan({ checkpoints, only: named, fullRefresh })
  const isWhole = (plan: StreamPlan): boolean => isReady(plan) && plan.mode !== "incremental"
  const here = talliesOf(
    plans.filter((plan) => !isWhole(plan)),
    run
  )
  yield* Effect.forEach(
    here,
    ({ plan, tally }) => (isReady(plan) ? runOne(run, plan, tally, meter) : Effect.void),
    { concurrency: streamsAtOnce, discard: true }
  )
  const asked = new Set(fullRefresh.map((stream) => stream.toLowerCase()))
  const whole = plans.filter(isWhole).map(({ stream }) => ({
    stream,
    anew: asked.has(stream.toLowerCase()) ? (checkpoints[stream]?.generation ?? 0) + 1 : null
  }))
  const result = yield* resultOf(
    doing,
    here.map(({ tally }) => tally)
  )
  return { ...result, whole } satisfies TaskResult
})

const noPlan = (stream: string) => RunnerError.internal(new Error(`${stream} was not planned`))

const planOf = Effect.fnUntraced(function* (
  { opened }: Doing,
  { stored }: Pick<RunOfStreams, "stored">,
  stream: string,
  anew: boolean
) {
  const [plan] = yield* opened.source.plan({
    checkpoints: stored.streams,
    only: [stream],
    fullRefresh: anew ? [stream] : []
  })
  return plan ?? (yield* noPlan(stream))
})

/** Reads a stream from its beginning, or cuts it into parts; later what the parts have left. */
const stream = Effect.fnUntraced(function* (
  doing: Doing,
  what: Extract<Task["what"], { readonly kind: "stream" }>
) {
  const { opened, meter } = doing
  const { whole, leavesParts } = what
  const run = yield* contextOf(doing, leavesParts)
  const reached = run.stored.streams[whole.stream]?.generation ?? 0
  const plan = yield* planOf(doing, run, whole.stream, whole.anew !== null && reached < whole.anew)
  const [one] = talliesOf([plan], run)
  if (one === undefined) return emptyResult
  if (isReady(plan)) yield* runOne(run, plan, one.tally, meter)
  const result = yield* resultOf(doing, [one.tally])
  if (!leavesParts || one.tally.outcome.kind !== "done") return result
  const { streams } = yield* opened.destination.checkpoints
  const after = streams[whole.stream]
  const parts = after === undefined ? [] : (opened.source.parts?.(after) ?? [])
  return { ...result, parts: parts.map(({ id }) => id) } satisfies TaskResult
})

/** Something has changed since the plan was made; the next part is read after a new one. */
const plannedTooEarly: ReadonlySet<string> = new Set(["PART_OUTDATED", "API_UNKNOWN_FIELD"])

const plannedOnce = Effect.fnUntraced(function* (
  doing: Doing,
  run: Pick<RunOfStreams, "stored">,
  name: string
) {
  const known = doing.opened.plans.get(name)
  if (known !== undefined) return known
  const plan = yield* planOf(doing, run, name, false)
  if (isReady(plan)) doing.opened.plans.set(name, plan)
  return plan
})

/** Reads one part; one that is no longer there was read by somebody else. */
const part = Effect.fnUntraced(function* (
  doing: Doing,
  what: Extract<Task["what"], { readonly kind: "part" }>
) {
  const { opened, meter } = doing
  const run = yield* contextOf(doing, false)
  const stored = run.stored.streams[what.stream]
  const item = stored?.work.find(({ id }) => id === what.part)
  if (stored === undefined || item === undefined) return emptyResult
  const plan = yield* plannedOnce(doing, run, what.stream)
  const [one] = talliesOf([plan], run)
  if (one === undefined || !isReady(plan))
    return one === undefined ? emptyResult : yield* resultOf(doing, [one.tally])
  const { tally } = one
  tally.startedAt = yield* Clock.currentTimeMillis
  const spool = yield* opened.spool.folderOf(`${what.stream}.${what.part}`)
  const exit = yield* Effect.exit(
    Effect.scoped(
      syncPart({
        ...opened,
        plan,
        part: item,
        stored,
        spool,
        tally,
        report: (progress) => Effect.sync(() => meter.update(progress))
      })
    )
  )
  tally.finishedAt = yield* Clock.currentTimeMillis
  if (Exit.isSuccess(exit)) tally.outcome = { kind: "done" }
  else if (Cause.hasInterruptsOnly(exit.cause)) return yield* Effect.interrupt
  else {
    const failure = failureOf(exit.cause)
    tally.outcome = { kind: "failed", failure }
    if (plannedTooEarly.has(failure.code)) opened.plans.delete(what.stream)
  }
  return yield* resultOf(doing, [tally])
})

/** Fails only for what concerns the task as a whole; what stopped a stream is in its report. */
export const doTask = (doing: Doing): Effect.Effect<TaskResult, Failure> => {
  const { what } = doing.task
  switch (what.kind) {
    case "begin":
      return begin(doing)
    case "stream":
      return stream(doing, what)
    case "part":
      return part(doing, what)
  }
}
