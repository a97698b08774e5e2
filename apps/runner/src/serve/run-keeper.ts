/** Keeps the runs of this process: their turns, their fibers, and what becomes of them. */
import { randomUUID } from "node:crypto"
import { type Failure, failureReport, instantFromMillis, type RunReport } from "@decant/connector"
import { Cause, Clock, Deferred, Effect, Exit, FiberMap, Layer, PubSub, Semaphore, Stream } from "effect"
import { changesText, endText } from "../progress/end-line.ts"
import { RunnerError } from "../runner-error.ts"
import type { SpecFile } from "../spec-file.ts"
import { type LiveRun, makeLiveRun } from "./live-run.ts"
import { RunHistory } from "./run-history.ts"
import type { RunEvent, RunLogLine, RunRecord, RunState, RunSummary } from "./run-record.ts"
import { RunWatchers } from "./run-watchers.ts"
import { Runs, type StartRun } from "./runs.ts"
import { ServeSettings } from "./serve-settings.ts"
import { SpecShelf } from "./spec-shelf.ts"
import { type SyncOutcome, SyncRunner } from "./sync-runner.ts"

interface Kept {
  readonly live: LiveRun
  readonly over: Deferred.Deferred<RunRecord>
}

const inProgress = (spec: string, run: RunSummary): RunnerError =>
  new RunnerError({
    code: "RUN_LOCKED",
    message: `Another run is at it: ${run.runId} of ${spec}, since ${run.startedAt ?? run.queuedAt}.`,
    fix: "Wait for it, or cancel it."
  })

const unknownRun = (runId: string): RunnerError =>
  new RunnerError({
    code: "RUN_UNKNOWN",
    message: `There is no run ${runId} in the history.`,
    fix: "Look which runs there are (`GET /api/runs`); the destination keeps the reports of all (`_decant.runs`)."
  })

const summaryOf = ({ report: _, ...summary }: RunRecord): RunSummary => summary

const rowsOf = (report: RunReport): number => report.streams.reduce((sum, stream) => sum + stream.rows, 0)

const ofReport = (report: RunReport): Partial<RunRecord> => ({
  status: report.status,
  report,
  rows: rowsOf(report),
  bytes: report.bytes,
  apiCalls: report.apiCalls,
  error: report.streams.find(({ error }) => error !== null)?.error ?? null
})

const stateOfFailure: Readonly<Partial<Record<Failure["disposition"], RunState>>> = {
  locked: "skipped",
  budget: "paused"
}

const ofFailure = (cause: Cause.Cause<Failure>): Partial<RunRecord> => {
  if (Cause.hasInterruptsOnly(cause)) {
    return { status: "interrupted", error: failureReport(RunnerError.interrupted) }
  }
  const found = Cause.findErrorOption(cause)
  const failure = found._tag === "Some" ? found.value : RunnerError.internal(Cause.squash(cause))
  return { status: stateOfFailure[failure.disposition] ?? "failed", error: failureReport(failure) }
}

const sentence = (run: RunRecord): string => {
  if (run.report === null) return `The sync ended as ${run.status}: ${run.error?.message ?? ""}`
  const sum = (key: "inserted" | "updated" | "deleted") =>
    (run.report?.streams ?? []).reduce((total, stream) => total + stream[key], 0)
  const changes = changesText({
    inserted: sum("inserted"),
    updated: sum("updated"),
    deleted: sum("deleted")
  })
  return `The sync ended as ${run.status}: ${changes}, ${run.apiCalls} API calls.`
}

const levelOf = (run: RunRecord): RunLogLine["level"] => {
  if (run.status === "ok") return "info"
  return run.status === "failed" || run.status === "partial" ? "error" : "warn"
}

const logAt = { info: Effect.logInfo, warn: Effect.logWarning, error: Effect.logError }

const make = Effect.gen(function* () {
  const shelf = yield* SpecShelf
  const history = yield* RunHistory
  const runner = yield* SyncRunner
  const watchers = yield* RunWatchers
  const { concurrency } = yield* ServeSettings
  const turns = yield* Semaphore.make(concurrency)
  const kept = new Map<string, Kept>()
  const changes = yield* PubSub.sliding<RunSummary>(1024)
  // Closing the scope interrupts the runs, and waits until each has saved what it had.
  const fibers = yield* FiberMap.make<string>()

  /** The history is a convenience: a full disk does not fail a sync. */
  const note = (save: Effect.Effect<void, RunnerError>) =>
    save.pipe(Effect.catch((error) => Effect.logWarning(`${error.message} ${error.fix}`)))

  const say = Effect.fnUntraced(function* (live: LiveRun, level: RunLogLine["level"], message: string) {
    yield* logAt[level](message)
    const line = { at: instantFromMillis(yield* Clock.currentTimeMillis), level, message }
    if (live.log(line)) yield* note(history.addLog(live.record().runId, [line]))
  })

  const changed = Effect.fnUntraced(function* (live: LiveRun) {
    yield* note(history.save(live.record()))
    yield* PubSub.publish(changes, summaryOf(live.record()))
  })

  const end = Effect.fnUntraced(function* (
    { live, over }: Kept,
    part: Partial<RunRecord>,
    of: { readonly specFile: SpecFile; readonly budget: SyncOutcome["budget"] }
  ) {
    const finishedAt = instantFromMillis(yield* Clock.currentTimeMillis)
    const ended = { ...live.record(), ...part, finishedAt }
    yield* say(live, levelOf(ended), sentence(ended))
    live.end({ ...part, finishedAt })
    yield* changed(live)
    kept.delete(ended.runId)
    yield* watchers.ended({ run: live.record(), ...of })
    yield* Deferred.succeed(over, live.record())
  })

  const sync = Effect.fnUntraced(function* (one: Kept, specFile: SpecFile, options: StartRun) {
    const { live } = one
    live.change({ status: "running", startedAt: instantFromMillis(yield* Clock.currentTimeMillis) })
    yield* changed(live)
    yield* say(live, "info", `The sync begins (${options.trigger}).`)
    const services = yield* Effect.context<never>()
    const exit = yield* runner
      .run({
        runId: live.record().runId,
        specFile,
        only: options.only,
        fullRefresh: options.fullRefresh,
        note: (text) => say(live, "info", text),
        watch: (plans) =>
          Effect.sync(() => live.expect(plans)).pipe(
            Effect.as({
              ...live.board,
              end: (tally) => {
                live.board.end(tally)
                const failed = tally.outcome.kind === "failed"
                const idle = tally.inserted + tally.updated + tally.deleted === 0
                if (idle && !failed) return
                const line = `${tally.stream}: ${endText(tally)}`
                Effect.runSyncWith(services)(say(live, failed ? "error" : "info", line))
              }
            })
          )
      })
      .pipe(Effect.exit)
    if (Exit.isFailure(exit)) return yield* end(one, ofFailure(exit.cause), { specFile, budget: null })
    const { report, budget } = exit.value
    for (const { stream, warnings, schemaChanges } of report.streams) {
      for (const text of warnings) yield* say(live, "warn", `${stream}: ${text}`)
      for (const text of schemaChanges) yield* say(live, "info", `${stream}: ${text}`)
    }
    yield* end(one, ofReport(report), { specFile, budget })
  })

  const activeOf = (spec: string): RunSummary | null =>
    [...kept.values()].map(({ live }) => summaryOf(live.record())).find((run) => run.spec === spec) ?? null

  const start = Effect.fnUntraced(function* (spec: string, options: StartRun) {
    const { specFile, failure } = yield* shelf.get(spec)
    if (specFile === null) return yield* failure ?? RunnerError.internal(`${spec} has no spec`)
    const active = activeOf(spec)
    if (active !== null) return yield* inProgress(spec, active)
    const first: RunRecord = {
      runId: randomUUID(),
      spec,
      trigger: options.trigger,
      attempt: options.attempt,
      status: "queued",
      queuedAt: instantFromMillis(yield* Clock.currentTimeMillis),
      startedAt: null,
      finishedAt: null,
      rows: 0,
      bytes: 0,
      apiCalls: 0,
      error: null,
      report: null
    }
    const published = yield* PubSub.sliding<RunEvent>(1024)
    const one: Kept = { live: makeLiveRun(first, published), over: yield* Deferred.make<RunRecord>() }
    kept.set(first.runId, one)
    yield* changed(one.live)
    const run = turns
      .withPermits(1)(Effect.uninterruptible(sync(one, specFile, options)))
      .pipe(
        Effect.onExit(() =>
          kept.has(first.runId)
            ? end(one, ofFailure(Cause.interrupt()), { specFile, budget: null })
            : Effect.void
        ),
        Effect.ignoreCause,
        Effect.annotateLogs({ runId: first.runId, spec })
      )
    yield* FiberMap.run(fibers, first.runId, run)
    return first.runId
  }, Effect.uninterruptible)

  const get = Effect.fnUntraced(function* (runId: string) {
    const live = kept.get(runId)?.live
    if (live !== undefined) return live.record()
    const stored = yield* history.get(runId)
    return stored ?? (yield* unknownRun(runId))
  })

  const cancel = Effect.fnUntraced(function* (runId: string) {
    yield* get(runId)
    const fiber = yield* FiberMap.get(fibers, runId)
    if (fiber._tag === "None") return false
    // Not waited for: a commit that has begun may take its time.
    fiber.value.interruptUnsafe()
    return true
  })

  const eventsOf = Effect.fnUntraced(function* (runId: string) {
    const live = kept.get(runId)?.live
    if (live !== undefined) return live.events
    const run = yield* get(runId)
    const log = yield* history.log(runId)
    return Stream.make<ReadonlyArray<RunEvent>>(
      { type: "state", run, streams: [], log },
      { type: "end", run }
    )
  })

  return Runs.of({
    start,
    cancel,
    get,
    list: history.list,
    active: Effect.sync(() => [...kept.values()].map(({ live }) => summaryOf(live.record()))),
    events: (runId) => Stream.unwrap(eventsOf(runId)),
    changes: Stream.fromPubSub(changes),
    log: (runId) => Effect.andThen(get(runId), history.log(runId)),
    await: (runId) => {
      const one = kept.get(runId)
      return one === undefined ? get(runId) : Deferred.await(one.over)
    }
  })
})

export const runKeeper = Layer.effect(Runs, make)
