/** What follows a run: it is counted, and those are told who want to know. */
import { Clock, Effect, FiberSet, Layer } from "effect"
import { judgeRun, toldOf } from "./alert-policy.ts"
import { RunHistory } from "./run-history.ts"
import { type EndedRun, RunWatchers } from "./run-watchers.ts"
import { sendAlert } from "./send-alert.ts"
import { ServerTotals } from "./server-totals.ts"

const make = Effect.gen(function* () {
  const history = yield* RunHistory
  const totals = yield* ServerTotals
  const sending = yield* FiberSet.make()

  const tell = Effect.fnUntraced(function* ({ run, specFile }: EndedRun) {
    const memory = yield* history.memory(run.spec)
    const judged = judgeRun(run, toldOf(memory.told), yield* Clock.currentTimeMillis)
    yield* history.remember(run.spec, { told: judged.told })
    for (const alert of judged.alerts) {
      yield* Effect.logInfo(alert.text)
      for (const receiver of specFile.spec.alerts ?? []) {
        yield* FiberSet.run(sending, sendAlert(receiver, specFile.folder, alert))
      }
    }
  })

  return RunWatchers.of({
    ended: (of) =>
      Effect.sync(() => totals.add(of)).pipe(
        Effect.andThen(tell(of)),
        Effect.catch((error) => Effect.logWarning(error.message))
      )
  })
})

export const afterRun = Layer.effect(RunWatchers, make)
