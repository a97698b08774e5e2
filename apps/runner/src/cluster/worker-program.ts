/** `decant worker`: joins a cluster and does what is asked of it, until it is told to stop. */
import { randomUUID } from "node:crypto"
import { hostname } from "node:os"
import type { MemoryUse } from "@decant/connector"
import { Effect, Layer, Option, type Redacted } from "effect"
import { type LongRunning, longRunning } from "../serve/long-running.ts"
import { counted } from "../terminal/numbers.ts"
import type { Screen } from "../terminal/screen.ts"
import { version } from "../version.ts"
import { bringOwn } from "./bring-own.ts"
import { clusterDatabase, placeOf } from "./cluster-database.ts"
import { workflowEngine } from "./engine.ts"
import { keepDoing } from "./keep-doing.ts"
import { askForDue } from "./keep-schedules.ts"
import { openedRuns } from "./opened-runs.ts"
import { perform } from "./perform.ts"
import { prune } from "./prune.ts"
import { keepPulse, sayAtHand, type Worker } from "./pulse.ts"
import { openRuns } from "./run-ledger.ts"
import { sharedLogins } from "./shared-logins.ts"
import { isShareable, type SpecPlace, specsAtHand } from "./specs-at-hand.ts"
import { Sync, syncStreamWorkflow, syncWorkflow } from "./sync-workflow.ts"
import { takeTasks } from "./task-queue.ts"

export interface WorkerRequest extends LongRunning {
  readonly screen: Screen
  readonly url: Redacted.Redacted
  readonly place: SpecPlace
  readonly name: Option.Option<string>
  readonly atOnce: number
  readonly memory: MemoryUse
}

/** Every worker starts what has been asked for: a run that is started twice is one run. */
const startRuns = (started: Set<string>) =>
  Effect.gen(function* () {
    for (const run of yield* openRuns) {
      if (started.has(run.runId)) continue
      yield* Sync.execute({ run }, { discard: true })
      started.add(run.runId)
    }
  })

const lookAtSpecs = Effect.fnUntraced(function* (place: SpecPlace, worker: Worker) {
  const specs = (yield* specsAtHand(place)).filter(isShareable)
  yield* sayAtHand(worker, specs)
  yield* askForDue(specs)
})

const keepWorking = Effect.fnUntraced(function* ({ place, atOnce }: WorkerRequest, worker: Worker) {
  yield* keepPulse(worker)
  const started = new Set<string>()
  yield* Effect.forEach(
    [
      keepDoing(startRuns(started), { every: "1 second", fails: "What is to be run could not be looked at" }),
      keepDoing(lookAtSpecs(place, worker), {
        every: "5 seconds",
        fails: "The specs could not be looked at"
      }),
      keepDoing(prune, { every: "1 hour", fails: "Old rows of the cluster could not be removed" }),
      ...Array.from({ length: atOnce }, () => takeTasks(perform(worker.id)))
    ],
    (doing) => Effect.forkScoped(doing),
    { discard: true }
  )
})

const working = Effect.fnUntraced(function* (of: WorkerRequest, worker: Worker) {
  const specs = yield* specsAtHand(of.place)
  const shared = specs.filter(isShareable)
  yield* bringOwn(
    shared.map(({ specFile }) => specFile),
    Effect.logWarning
  )
  yield* keepWorking(of, worker)
  const text = `Worker ${worker.name} has joined the cluster at ${placeOf(of.url)} with ${counted(shared.length, "spec")}.`
  yield* of.screen.answer(
    of.screen.json
      ? JSON.stringify({
          worker: worker.id,
          name: worker.name,
          specs: shared.map(({ specFile }) => specFile.spec.name)
        })
      : text
  )
  yield* Effect.logInfo(`${text} Decant ${version()}.`)
  return yield* Effect.never
})

const workerProgram = Effect.fnUntraced(function* (of: WorkerRequest) {
  const id = randomUUID()
  const name = Option.getOrElse(of.name, () => `${hostname()}-${process.pid}`)
  const worker: Worker = { id, name, atOnce: of.atOnce }
  const layers = Layer.mergeAll(syncWorkflow, syncStreamWorkflow).pipe(
    Layer.provideMerge(openedRuns({ place: of.place, workerId: id, memory: of.memory })),
    Layer.provideMerge(workflowEngine(worker)),
    Layer.provideMerge(clusterDatabase(of.url)),
    Layer.provideMerge(sharedLogins({ url: of.url, notice: (text) => Effect.logInfo(text) }))
  )
  return yield* working(of, worker).pipe(Effect.provide(layers))
}, Effect.scoped)

/** With its own log; told to stop, it finishes the commits that have begun and hands its tasks back. */
export const runWorker = (of: WorkerRequest) =>
  longRunning(workerProgram(of), { ...of, lastWords: "Left the cluster in good order." })
