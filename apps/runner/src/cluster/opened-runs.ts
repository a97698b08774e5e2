/**
 * What a worker has open for the runs that it works on: one login and one destination for each, shared by the tasks of
 * the run and closed when none has needed them for a while.
 */
import { basename, dirname } from "node:path"
import type { Failure, MemoryUse, ReadyStream, StreamUsage } from "@decant/connector"
import { Context, Effect, Layer, RcMap, type Scope, Semaphore } from "effect"
import { listFolder, removeAll } from "../files.ts"
import { runScreen } from "../serve/run-screen.ts"
import { runPaths } from "../spec-file.ts"
import { openBoth } from "../sync/run-sync.ts"
import { openSpool } from "../sync/spool-folder.ts"
import { notGone } from "./pulse.ts"
import { type SpecAtHand, type SpecPlace, specsAtHand } from "./specs-at-hand.ts"
import type { RunOfSpec } from "./task.ts"
import { NotMine } from "./task-queue.ts"

const idleFor = "30 seconds"

/** The source counts for as long as it is open; each task tells what came since the last one told. */
const usageMeter = (usage: (stream: string | null) => Effect.Effect<StreamUsage>) => {
  const told = new Map<string | null, { readonly apiCalls: number; readonly bytes: number }>()
  return (stream: string | null): Effect.Effect<StreamUsage> =>
    Effect.map(usage(stream), (now) => {
      const before = told.get(stream) ?? { apiCalls: 0, bytes: 0 }
      told.set(stream, now)
      return { ...now, apiCalls: now.apiCalls - before.apiCalls, bytes: now.bytes - before.bytes }
    })
}

const spoolOf = (checkpoint: string, worker: string): string => `${checkpoint}.${worker}.spool`

/** What workers that were killed have left on this disk. */
const sweepSpools = Effect.fnUntraced(
  function* (checkpoint: string) {
    const [folder, begin] = [dirname(checkpoint), `${basename(checkpoint)}.`]
    const owners = (yield* listFolder(folder))
      .filter((name) => name.startsWith(begin) && name.endsWith(".spool"))
      .map((name) => name.slice(begin.length, -".spool".length))
      .filter((owner) => /^[0-9a-f-]{36}$/.test(owner))
    const kept = new Set(yield* notGone(owners))
    const left = owners.filter((owner) => !kept.has(owner))
    yield* Effect.forEach(left, (owner) => removeAll(spoolOf(checkpoint, owner)), { discard: true })
  },
  (sweep) => Effect.ignore(sweep)
)

interface OfWorker {
  readonly place: SpecPlace
  readonly workerId: string
  readonly memory: MemoryUse
}

const openRun = Effect.fnUntraced(function* ({ specFile }: SpecAtHand, { workerId, memory }: OfWorker) {
  const screen = runScreen((text) => Effect.logInfo(text))
  const { checkpoint } = runPaths(specFile)
  yield* sweepSpools(checkpoint)
  const spool = yield* openSpool(spoolOf(checkpoint, workerId))
  const opened = yield* openBoth({ specFile, screen, memory })
  return {
    ...opened,
    specFile,
    screen,
    spool,
    turn: yield* Semaphore.make(1),
    usageSince: usageMeter(opened.source.usage),
    /** By stream: the parts of one are read after one plan. */
    plans: new Map<string, ReadyStream>()
  }
})
export type OpenedRun = Effect.Success<ReturnType<typeof openRun>>

const find = Effect.fnUntraced(function* (place: SpecPlace, { spec, fingerprint }: RunOfSpec) {
  const all = yield* specsAtHand(place)
  const found = all.find((one) => one.specFile.spec.name === spec && one.fingerprint === fingerprint)
  return found ?? (yield* new NotMine())
})

export class OpenedRuns extends Context.Service<
  OpenedRuns,
  {
    /** Opened when a task first needs it. Fails with `NotMine` where this worker does not have the spec as it was. */
    readonly of: (run: RunOfSpec) => Effect.Effect<OpenedRun, Failure | NotMine, Scope.Scope>
  }
>()("cluster/OpenedRuns") {}

export const openedRuns = (worker: OfWorker) =>
  Layer.effect(
    OpenedRuns,
    Effect.gen(function* () {
      // Asked for by a text, since the map tells keys apart by their values.
      const runs = yield* RcMap.make({
        lookup: (text: string) =>
          Effect.flatMap(find(worker.place, JSON.parse(text)), (spec) => openRun(spec, worker)),
        idleTimeToLive: idleFor
      })
      return {
        of: (run) => {
          const key = JSON.stringify(run)
          // What could not be opened is tried again by the next task.
          return RcMap.get(runs, key).pipe(Effect.tapError(() => RcMap.invalidate(runs, key)))
        }
      }
    })
  )
