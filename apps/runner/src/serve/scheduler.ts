/**
 * Starts each spec at its times. A time counts as acted upon once its run has ended, so that a server that is stopped
 * or killed in the middle of one finds it missed when it comes back, and never does one twice.
 */
import { instantFromMillis } from "@decant/connector"
import { Clock, Effect, FiberMap, Layer, PubSub, Random, Ref, Schedule, Stream } from "effect"
import type { RunnerError } from "../runner-error.ts"
import { retriedStreams, retryDelayMillis } from "./retry-plan.ts"
import { newSpecMemory, RunHistory } from "./run-history.ts"
import type { RunRecord, RunTrigger } from "./run-record.ts"
import { Runs, type StartRun } from "./runs.ts"
import {
  planText,
  type SchedulePlan,
  schedulePlan,
  startOfTick,
  tickAfter,
  tickUpTo
} from "./schedule-plan.ts"
import { type ScheduleState, Schedules } from "./schedules.ts"
import { type ShelvedSpec, SpecShelf } from "./spec-shelf.ts"

/** A start that is later than this was missed: the machine slept, or another run was at it. So is one of several. */
const lateMillis = 60_000

/** So often the clock is looked at: it may be set, and a machine that sleeps does not count the time. */
const longestSleep = 30_000

const sleepUntil = Effect.fnUntraced(function* (time: number) {
  while (true) {
    const left = time - (yield* Clock.currentTimeMillis)
    if (left <= 0) return
    yield* Effect.sleep(Math.min(left, longestSleep))
  }
})

const stateOf = (spec: string, plan: SchedulePlan | null, paused: boolean): ScheduleState => ({
  spec,
  cron: plan?.line ?? null,
  timezone: plan?.timezone ?? "UTC",
  jitterMs: plan?.jitterMs ?? 0,
  catchUp: plan?.catchUp ?? "once",
  paused,
  nextAt: null,
  retryAt: null,
  lastAt: null
})

const make = Effect.gen(function* () {
  const shelf = yield* SpecShelf
  const runs = yield* Runs
  const history = yield* RunHistory
  const states = yield* Ref.make<ReadonlyMap<string, ScheduleState>>(new Map())
  const changes = yield* PubSub.sliding<string>(1024)
  const loops = yield* FiberMap.make<string>()

  const set = (spec: string, part: Partial<ScheduleState>) =>
    Ref.update(states, (all) => {
      const before = all.get(spec) ?? stateOf(spec, null, false)
      return new Map(all).set(spec, { ...before, ...part })
    }).pipe(Effect.andThen(PubSub.publish(changes, spec)))

  /** A history that cannot be written makes a restart forget, and nothing else. */
  const remember = (spec: string, part: Parameters<typeof history.remember>[1]) =>
    history.remember(spec, part).pipe(Effect.catch((error) => Effect.logWarning(error.message)))

  const recall = (spec: string) =>
    history
      .memory(spec)
      .pipe(Effect.catch((error) => Effect.as(Effect.logWarning(error.message), newSpecMemory)))

  /** When the schedule last did something; a new or changed one begins now. */
  const beginning = Effect.fnUntraced(function* (spec: string, plan: SchedulePlan) {
    const memory = yield* recall(spec)
    if (memory.schedule === planText(plan) && memory.lastAt !== null) return Date.parse(memory.lastAt)
    const now = yield* Clock.currentTimeMillis
    yield* remember(spec, { schedule: planText(plan), lastAt: instantFromMillis(now) })
    return now
  })

  /** Null: somebody was quicker. */
  const started = (spec: string, options: StartRun) =>
    runs.start(spec, options).pipe(
      Effect.catchIf(
        ({ code }) => code === "RUN_LOCKED",
        () => Effect.succeed(null)
      )
    )

  /**
   * The run of a tick, to its end. Where another run of the spec goes on, that one is waited for: it counts when it
   * was begun at the tick or after it (by the schedule as it was before an edit); null where it does not.
   */
  const runOf = Effect.fnUntraced(function* (spec: string, trigger: RunTrigger, tick: number) {
    const active = (yield* runs.active).find((run) => run.spec === spec)
    if (active !== undefined) {
      const ended = yield* runs.await(active.runId)
      return Date.parse(active.queuedAt) >= tick ? ended : null
    }
    const runId = yield* started(spec, { trigger, only: [], fullRefresh: [], attempt: 1 })
    return runId === null ? null : yield* runs.await(runId)
  })

  const retries = Effect.fnUntraced(function* (spec: string, plan: SchedulePlan, first: RunRecord) {
    let run = first
    while (true) {
      const delay = retryDelayMillis(run)
      if (delay === null) return
      const now = yield* Clock.currentTimeMillis
      const at = now + Math.round(delay * (0.9 + 0.2 * (yield* Random.next)))
      if (at >= tickAfter(plan, now)) return
      yield* set(spec, { retryAt: instantFromMillis(at) })
      yield* Effect.logInfo(`${spec} is tried again at ${instantFromMillis(at)}.`)
      yield* sleepUntil(at)
      yield* set(spec, { retryAt: null })
      const only = retriedStreams(run)
      const runId = yield* started(spec, {
        trigger: "retry",
        only,
        fullRefresh: [],
        attempt: run.attempt + 1
      })
      // Who was quicker is the retry.
      if (runId === null) return
      run = yield* runs.await(runId)
    }
  })

  const loop = Effect.fnUntraced(function* (spec: string, plan: SchedulePlan) {
    let last = yield* beginning(spec, plan)
    const acted = Effect.fnUntraced(function* (tick: number) {
      last = tick
      yield* remember(spec, { lastAt: instantFromMillis(tick) })
      yield* set(spec, { lastAt: instantFromMillis(tick) })
    })
    while (true) {
      const due = tickAfter(plan, last)
      const start = startOfTick(plan, due, yield* Random.next)
      yield* set(spec, { nextAt: instantFromMillis(start), lastAt: instantFromMillis(last) })
      yield* sleepUntil(start)
      const now = yield* Clock.currentTimeMillis
      const missed = now - start > lateMillis || tickAfter(plan, due) <= now
      // Of several that were missed, the newest stands for all.
      const tick = missed ? Math.max(due, tickUpTo(plan, now)) : due
      if (missed && plan.catchUp === "skip") {
        yield* Effect.logWarning(
          `${spec} was due at ${instantFromMillis(due)}; its schedule skips what is missed.`
        )
        yield* acted(tick)
        continue
      }
      yield* set(spec, { nextAt: instantFromMillis(tickAfter(plan, now)) })
      const run = yield* runOf(spec, missed ? "catch-up" : "schedule", tick)
      if (run === null) continue
      yield* acted(tick)
      yield* retries(spec, plan, run)
    }
  })

  const follow = (spec: string, plan: SchedulePlan) =>
    loop(spec, plan).pipe(
      Effect.tapCause((cause) =>
        Effect.logError(`The schedule of ${spec} met a failure and begins again.`, cause)
      ),
      Effect.retry(Schedule.spaced("1 minute")),
      Effect.ignore,
      Effect.annotateLogs({ spec })
    )

  const place = Effect.fnUntraced(function* ({ name, specFile }: ShelvedSpec) {
    const plan = specFile === null ? null : schedulePlan(specFile.spec)
    const { paused, lastAt } = yield* recall(name)
    yield* set(name, { ...stateOf(name, plan, paused), lastAt })
    if (plan === null || paused) yield* FiberMap.remove(loops, name)
    else yield* FiberMap.run(loops, name, follow(name, plan))
  })

  const forget = (name: string) =>
    Effect.andThen(
      FiberMap.remove(loops, name),
      Ref.update(states, (all) => new Map([...all].filter(([spec]) => spec !== name)))
    ).pipe(Effect.andThen(PubSub.publish(changes, name)))

  const changed = (name: string) =>
    shelf.get(name).pipe(
      Effect.flatMap(place),
      Effect.catch((error: RunnerError) =>
        error.code === "SPEC_UNKNOWN" ? forget(name) : Effect.logError(error.message)
      )
    )

  yield* shelf.changes.pipe(
    Stream.runForEach(({ name }) => changed(name)),
    Effect.forkScoped({ startImmediately: true })
  )
  for (const entry of yield* shelf.list) yield* place(entry)

  const get = Effect.fnUntraced(function* (spec: string) {
    const { specFile } = yield* shelf.get(spec)
    const state = (yield* Ref.get(states)).get(spec)
    return state ?? stateOf(spec, specFile === null ? null : schedulePlan(specFile.spec), false)
  })
  const hold = Effect.fnUntraced(function* (spec: string, paused: boolean) {
    const entry = yield* shelf.get(spec)
    // What was due while it was held is not caught up.
    const lastAt = instantFromMillis(yield* Clock.currentTimeMillis)
    const before = yield* history.memory(spec)
    if (before.paused !== paused) yield* history.remember(spec, paused ? { paused } : { paused, lastAt })
    yield* place(entry)
    return yield* get(spec)
  })

  return Schedules.of({
    list: Effect.map(Ref.get(states), (all) => [...all.values()].sort((a, b) => (a.spec < b.spec ? -1 : 1))),
    get,
    pause: (spec) => hold(spec, true),
    resume: (spec) => hold(spec, false),
    changes: Stream.fromPubSub(changes)
  })
})

export const scheduler = Layer.effect(Schedules, make)
