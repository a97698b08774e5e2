/** When runs are started: never twice for one time, never two of one spec, and none forgotten. Time is the test's. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { decodeSpec, type Failure, type RunReport, type RunStatus } from "@decant/connector"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Layer, PubSub, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import { RunnerError } from "../src/runner-error.ts"
import { runKeeper } from "../src/serve/run-keeper.ts"
import type { RunSummary } from "../src/serve/run-record.ts"
import { RunWatchers } from "../src/serve/run-watchers.ts"
import { Runs, startedByPerson } from "../src/serve/runs.ts"
import { scheduler } from "../src/serve/scheduler.ts"
import { Schedules } from "../src/serve/schedules.ts"
import { ServeSettings } from "../src/serve/serve-settings.ts"
import { type ShelvedSpec, type SpecChange, SpecShelf } from "../src/serve/spec-shelf.ts"
import { sqliteHistory } from "../src/serve/sqlite-history.ts"
import { type SyncOutcome, SyncRunner } from "../src/serve/sync-runner.ts"

const folders: Array<string> = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const minute = 60_000

const text = (name: string, schedule: string): string => `version: 1
name: ${name}
source:
  type: salesforce
  environment: https://acme.my.salesforce.com
  auth: { method: client-credentials, clientId: a, clientSecret: { env: X } }
  streams: [{ object: Account }]
destination: { type: duckdb, path: ./${name}.duckdb }
schedule: ${schedule}
`

const shelved = Effect.fnUntraced(function* (name: string, schedule: string) {
  const decoded = yield* decodeSpec({ file: `${name}.yaml`, text: text(name, schedule), env: {} })
  const shelf: ShelvedSpec = {
    name,
    path: `/nowhere/${name}.yaml`,
    text: text(name, schedule),
    version: schedule,
    specFile: { file: `${name}.yaml`, folder: "/nowhere", ...decoded },
    failure: null,
    mistakes: [],
    warnings: []
  }
  return shelf
})

const report = (runId: string, status: RunStatus): RunReport => ({
  runId,
  name: "acme",
  status,
  startedAt: "",
  finishedAt: "",
  apiCalls: 1,
  bytes: 0,
  streams: []
})

const unreachable = new RunnerError({ code: "RUN_LOCKED", message: "Another run is at it.", fix: "Wait." })

/** A server of which only the syncs are not real: each takes as long as it is told to, and ends as it is told to. */
const openScene = (of: {
  readonly schedules: Readonly<Record<string, string>>
  readonly takes?: (run: number) => number
  readonly ends?: (run: number) => Failure | null
  readonly concurrency?: number
  readonly folder?: string
}) =>
  Effect.gen(function* () {
    const folder = of.folder ?? mkdtempSync(join(tmpdir(), "decant-scheduler-"))
    folders.push(folder)
    const specs = new Map<string, ShelvedSpec>()
    for (const [name, schedule] of Object.entries(of.schedules))
      specs.set(name, yield* shelved(name, schedule))
    const changes = yield* PubSub.unbounded<SpecChange>()
    const began: Array<{ readonly spec: string; readonly at: number; readonly only: ReadonlyArray<string> }> =
      []
    let atOnce = 0
    let mostAtOnce = 0

    const shelf = Layer.succeed(SpecShelf, {
      list: Effect.sync(() => [...specs.values()]),
      get: (name) => {
        const entry = specs.get(name)
        return entry === undefined
          ? Effect.fail(new RunnerError({ code: "SPEC_UNKNOWN", message: name, fix: "" }))
          : Effect.succeed(entry)
      },
      check: () => Effect.succeed([]),
      write: () => Effect.die("not here"),
      remove: () => Effect.die("not here"),
      changes: Stream.fromPubSub(changes),
      reload: Effect.void
    })
    const runner = Layer.succeed(SyncRunner, {
      run: (job) =>
        Effect.gen(function* () {
          const number = began.length
          began.push({ spec: job.specFile.spec.name, at: yield* Clock.currentTimeMillis, only: job.only })
          atOnce++
          mostAtOnce = Math.max(mostAtOnce, atOnce)
          const slept = yield* Effect.exit(Effect.interruptible(Effect.sleep(of.takes?.(number) ?? 1000)))
          atOnce--
          const failure = of.ends?.(number) ?? null
          if (failure !== null) return yield* Effect.fail(failure)
          const status = Exit.isSuccess(slept) ? "ok" : "interrupted"
          const outcome: SyncOutcome = {
            report: report(job.runId, status),
            dispositions: [],
            budget: null
          }
          return outcome
        })
    })
    const settings = Layer.succeed(ServeSettings, {
      folder,
      file: null,
      host: "127.0.0.1",
      port: 0,
      publicUrl: "",
      stateFolder: folder,
      version: "0",
      concurrency: of.concurrency ?? 4,
      memory: "normal"
    })
    const scope = yield* Scope.make()
    const services = yield* Layer.buildWithScope(
      scheduler.pipe(
        Layer.provideMerge(runKeeper),
        Layer.provideMerge(
          Layer.mergeAll(shelf, runner, Layer.succeed(RunWatchers, { ended: () => Effect.void }))
        ),
        Layer.provideMerge(sqliteHistory),
        Layer.provideMerge(settings)
      ),
      scope
    )
    const use = <A, E>(effect: Effect.Effect<A, E, Runs | Schedules>) => Effect.provide(effect, services)
    yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))
    return {
      folder,
      runs: (): ReadonlyArray<string> => began.map(({ spec, at }) => `${spec} ${at / minute}`),
      began,
      most: () => mostAtOnce,
      use,
      list: use(Effect.flatMap(Runs, (runs) => runs.list({ spec: null, limit: 500, before: null }))),
      edit: Effect.fnUntraced(function* (name: string, schedule: string | null) {
        if (schedule === null) specs.delete(name)
        else specs.set(name, yield* shelved(name, schedule))
        yield* PubSub.publish(changes, { kind: schedule === null ? "removed" : "changed", name } as const)
        yield* settle
      }),
      close: Scope.close(scope, Exit.void)
    }
  })

/** Lets every fiber do what it can do at this moment. */
const settle = TestClock.adjust(0)

const pass = (minutes: number) =>
  Effect.gen(function* () {
    for (let passed = 0; passed < minutes * 2; passed++) yield* TestClock.adjust(minute / 2)
  })

const triggers = (runs: ReadonlyArray<RunSummary>): ReadonlyArray<string> =>
  [...runs]
    .reverse()
    .map(({ trigger, status, attempt }) => `${trigger} ${status}${attempt > 1 ? ` ${attempt}` : ""}`)

describe("a server", () => {
  it.effect("runs each spec at its times, in its time zone", () =>
    Effect.gen(function* () {
      const scene = yield* openScene({
        schedules: { often: '"*/15 * * * *"', nightly: '{ cron: "0 2 * * *", timezone: Asia/Kolkata }' }
      })
      yield* pass(60)
      assert.deepStrictEqual(scene.runs(), ["often 15", "often 30", "often 45", "often 60"])
      // 2:00 in Kolkata is 20:30 in UTC.
      yield* pass(20 * 60)
      assert.deepStrictEqual(
        scene.runs().filter((run) => run.startsWith("nightly")),
        ["nightly 1230"]
      )
      assert.strictEqual(scene.began.length, 84 + 1)
    })
  )

  it.effect("spreads its starts over the jitter, once for each time", () =>
    Effect.gen(function* () {
      const scene = yield* openScene({ schedules: { acme: '{ cron: "0 * * * *", jitter: 30m }' } })
      yield* pass(24 * 60)
      const late = scene.began.map(({ at }) => (at / minute) % 60)
      assert.isAtLeast(scene.began.length, 23)
      assert.isAtMost(Math.max(...late), 30)
      assert.isAbove(new Set(late.map(Math.floor)).size, 5)
      assert.strictEqual(
        new Set(scene.began.map(({ at }) => Math.floor(at / minute / 60))).size,
        scene.began.length
      )
    })
  )

  it.effect("never runs one spec twice at a time; what is due meanwhile is caught up once, or skipped", () =>
    Effect.gen(function* () {
      const takes = (run: number): number => (run === 0 ? 35 * minute : 1000)
      const once = yield* openScene({ schedules: { acme: '"*/10 * * * *"' }, takes })
      yield* pass(61)
      assert.deepStrictEqual(once.runs(), ["acme 10", "acme 45", "acme 50", "acme 60"])
      assert.strictEqual(once.most(), 1)
      assert.strictEqual(triggers(yield* once.list)[1], "catch-up ok")
      const start = yield* Clock.currentTimeMillis
      const skip = yield* openScene({ schedules: { acme: '{ cron: "*/10 * * * *", catchUp: skip }' }, takes })
      yield* pass(60)
      assert.deepStrictEqual(
        skip.began.map(({ at }) => (at - start) / minute),
        [9, 49, 59]
      )
    })
  )

  it.effect("lets only so many specs run at one time, and forgets none", () =>
    Effect.gen(function* () {
      const scene = yield* openScene({
        schedules: Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [name, '"0 * * * *"'])),
        takes: () => 2 * minute,
        concurrency: 2
      })
      yield* pass(70)
      assert.strictEqual(scene.began.length, 5)
      assert.strictEqual(scene.most(), 2)
    })
  )

  it.effect("tries again with growing pauses what may pass, and not what may not", () =>
    Effect.gen(function* () {
      const passes = yield* openScene({
        schedules: { acme: '"0 * * * *"' },
        ends: (run) => (run < 3 ? unreachable : null)
      })
      yield* pass(90)
      const pauses = passes.began
        .slice(1)
        .map(({ at }, index) => (at - (passes.began[index]?.at ?? 0)) / minute)
      assert.strictEqual(passes.began.length, 4)
      for (const [index, expected] of [1, 2, 4].entries())
        assert.approximately(pauses[index] ?? 0, expected, 0.6)
      assert.deepStrictEqual(triggers(yield* passes.list), [
        "schedule skipped",
        "retry skipped 2",
        "retry skipped 3",
        "retry ok 4"
      ])
      const fails = yield* openScene({
        schedules: { acme: '"0 * * * *"' },
        ends: () => RunnerError.file("write", "/somewhere", null)
      })
      yield* pass(59)
      assert.strictEqual(fails.began.length, 1)
    })
  )

  it.effect("leaves a retry to the next time when that comes first", () =>
    Effect.gen(function* () {
      const scene = yield* openScene({ schedules: { acme: '"*/2 * * * *"' }, ends: () => unreachable })
      yield* pass(12)
      const runs = triggers(yield* scene.list)
      assert.isAtLeast(runs.filter((run) => run.startsWith("schedule")).length, 5)
      assert.strictEqual(scene.most(), 1)
    })
  )

  it.effect(
    "that comes back catches up what it missed, once, and a time that was due in the middle of its end",
    () =>
      Effect.gen(function* () {
        const first = yield* openScene({ schedules: { acme: '"0 * * * *"' }, takes: () => 10 * minute })
        yield* pass(65)
        yield* first.close
        const second = yield* openScene({ schedules: { acme: '"0 * * * *"' }, folder: first.folder })
        yield* pass(1)
        assert.deepStrictEqual(triggers(yield* second.list), ["schedule interrupted", "catch-up ok"])
        yield* second.close
        yield* pass(10 * 60)
        const third = yield* openScene({ schedules: { acme: '"0 * * * *"' }, folder: first.folder })
        yield* pass(2)
        assert.deepStrictEqual(triggers(yield* third.list).slice(2), ["catch-up ok"])
        yield* third.close
      })
  )

  it.effect("takes over an edited schedule at once, without running what it ran already", () =>
    Effect.gen(function* () {
      const scene = yield* openScene({ schedules: { acme: '"0 * * * *"' }, takes: () => 10 * minute })
      yield* pass(62)
      yield* scene.edit("acme", '"*/30 * * * *"')
      yield* pass(30)
      assert.deepStrictEqual(scene.runs(), ["acme 60", "acme 90"])
      yield* scene.edit("acme", null)
      yield* pass(120)
      assert.strictEqual(scene.began.length, 2)
      assert.deepStrictEqual(yield* scene.use(Effect.flatMap(Schedules, ({ list }) => list)), [])
    })
  )

  it.effect("holds a spec back while it is paused, over a restart, and catches nothing up afterwards", () =>
    Effect.gen(function* () {
      const scene = yield* openScene({ schedules: { acme: '"0 * * * *"' } })
      const paused = yield* scene.use(Effect.flatMap(Schedules, ({ pause }) => pause("acme")))
      assert.deepInclude(paused, { paused: true, nextAt: null })
      yield* pass(180)
      yield* scene.close
      const again = yield* openScene({ schedules: { acme: '"0 * * * *"' }, folder: scene.folder })
      yield* pass(90)
      assert.strictEqual(scene.began.length + again.began.length, 0)
      yield* again.use(Effect.flatMap(Schedules, ({ resume }) => resume("acme")))
      yield* pass(29)
      assert.strictEqual(again.began.length, 0)
      yield* pass(2)
      assert.strictEqual(again.began.length, 1)
    })
  )

  it.effect("refuses a second run of a spec, and stops one that is cancelled", () =>
    Effect.gen(function* () {
      const scene = yield* openScene({ schedules: { acme: '"0 * * * *"' }, takes: () => 10 * minute })
      yield* scene.use(
        Effect.gen(function* () {
          const runs = yield* Runs
          const runId = yield* runs.start("acme", startedByPerson)
          yield* settle
          const refused = yield* Effect.flip(runs.start("acme", startedByPerson))
          assert.strictEqual(refused.code, "RUN_LOCKED")
          assert.isTrue(yield* runs.cancel(runId))
          const ended = yield* runs.await(runId)
          assert.strictEqual(ended.status, "interrupted")
          assert.isFalse(yield* runs.cancel(runId))
          const events = yield* Stream.runCollect(runs.events(runId))
          assert.deepStrictEqual(
            events.map(({ type }) => type),
            ["state", "end"]
          )
        })
      )
    })
  )

  it.effect("takes back at once a run that still waits for its turn", () =>
    Effect.gen(function* () {
      const scene = yield* openScene({
        schedules: { first: '"0 * * * *"', second: '"0 * * * *"' },
        takes: () => 10 * minute,
        concurrency: 1
      })
      yield* scene.use(
        Effect.gen(function* () {
          const runs = yield* Runs
          const first = yield* runs.start("first", startedByPerson)
          yield* settle
          const second = yield* runs.start("second", startedByPerson)
          yield* settle
          assert.strictEqual((yield* runs.get(second)).status, "queued")
          yield* runs.cancel(second)
          yield* settle
          assert.strictEqual((yield* runs.get(second)).status, "interrupted")
          assert.strictEqual((yield* runs.get(first)).status, "running")
          assert.strictEqual(scene.began.length, 1)
        })
      )
    })
  )
})
