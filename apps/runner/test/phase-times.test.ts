import { inPhase } from "@decant/connector"
import { expect, it } from "@effect/vitest"
import { Effect, Fiber, Tracer } from "effect"
import { TestClock } from "effect/testing"
import { phaseTimes } from "../src/sync/phase-times.ts"

const seconds = (count: number) => Effect.sleep(`${count} seconds`)

const timesOf = Effect.fnUntraced(function* (work: Effect.Effect<unknown, unknown>) {
  const times = phaseTimes()
  const traced = Effect.exit(work).pipe(Effect.updateService(Tracer.Tracer, times.tracer))
  const fiber = yield* Effect.forkChild(traced)
  yield* TestClock.adjust("1 minute")
  yield* Fiber.join(fiber)
  return times.read()
})

const none = { download: 0, check: 0, stage: 0, merge: 0, commit: 0, verify: 0 }

it.effect("what goes on several times at once counts once", () =>
  Effect.gen(function* () {
    const page = (length: number) => seconds(length).pipe(inPhase("download"))
    const work = Effect.all([page(2), page(5), Effect.andThen(seconds(7), page(1))], {
      concurrency: "unbounded"
    })
    expect(yield* timesOf(work)).toEqual({ ...none, download: 6000 })
  })
)

it.effect("a phase inside of another is not the other's time, whatever spans lie between", () =>
  Effect.gen(function* () {
    const stage = seconds(4).pipe(inPhase("stage"), Effect.withSpan("a span of something else"))
    const proof = seconds(2).pipe(inPhase("verify"))
    const commit = Effect.all([seconds(1), stage, proof, seconds(1)]).pipe(inPhase("commit"))
    expect(yield* timesOf(commit)).toEqual({ ...none, stage: 4000, verify: 2000, commit: 2000 })
  })
)

it.effect("a phase that fails has taken its time too", () =>
  Effect.gen(function* () {
    const broken = Effect.andThen(seconds(3), Effect.fail("broken")).pipe(inPhase("stage"))
    const commit = Effect.andThen(Effect.exit(broken), seconds(1)).pipe(inPhase("commit"))
    expect(yield* timesOf(commit)).toEqual({ ...none, stage: 3000, commit: 1000 })
  })
)
