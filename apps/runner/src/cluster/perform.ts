/** Takes up a task as one of several workers: notes it, does it or leaves it, and notes what came of it. */
import { Effect, Schedule } from "effect"
import { RunnerError } from "../runner-error.ts"
import {
  type Attempt,
  beginAttempt,
  type End,
  endAttempt,
  isOvertaken,
  lostAttempts,
  resultOf,
  sayHowFar
} from "./attempt-ledger.ts"
import { doTask, newMeter } from "./do-task.ts"
import { untilItAnswers } from "./keep-doing.ts"
import { OpenedRuns } from "./opened-runs.ts"
import { isAtHand } from "./pulse.ts"
import { failedResult, type Task, type TaskResult, taskName } from "./task.ts"
import { NotMine, type Taken } from "./task-queue.ts"

/** After so many workers that did not come back, it is the task. */
const mostLost = 5

/** Each two seconds a worker looks whether it has the spec; one that is being brought may be late. */
const mostRefused = 5

const gaveUp = ({ run, what }: Task, count: number) =>
  new RunnerError({
    code: "CLUSTER_GAVE_UP",
    message: `${what.kind === "begin" ? "The beginning" : taskName({ run, what })} of ${run.spec} was taken up ${count} times, and no worker came back from it.`,
    fix: "Look into the workers' logs and at their memory limits, then run the sync again: it goes on where it stopped."
  })

const noSpec = ({ run }: Task) =>
  new RunnerError({
    code: "CLUSTER_SPEC",
    message: `No worker has the spec ${run.spec} as it was when the run was asked for.`,
    fix: "Put the same file on all workers, then ask for the run again."
  })

const givenUp = Effect.fnUntraced(function* (of: Attempt) {
  const { lost, refused } = yield* lostAttempts(of)
  if (lost >= mostLost) return failedResult(of.task, gaveUp(of.task, lost))
  if (refused < mostRefused || (yield* isAtHand(of.task.run))) return null
  return failedResult(of.task, noSpec(of.task))
})

const tried = (of: Attempt) =>
  Effect.scoped(
    Effect.gen(function* () {
      const opened = yield* (yield* OpenedRuns).of(of.task.run)
      const meter = newMeter()
      const telling = Effect.suspend(() => sayHowFar(of, meter.read())).pipe(Effect.ignore)
      yield* telling.pipe(Effect.repeat(Schedule.spaced("2 seconds")), Effect.forkScoped)
      const result = yield* doTask({ opened, task: of.task, meter })
      yield* telling
      return result
    })
  ).pipe(
    Effect.catchIf(
      (error): error is Exclude<typeof error, NotMine> => !(error instanceof NotMine),
      (failure) => Effect.succeed(failedResult(of.task, failure))
    )
  )

const hasFailed = ({ streams, failure }: TaskResult): boolean =>
  failure !== null || streams.some(({ status }) => status === "failed")

/** Null when another worker answers. */
const attempted = Effect.fnUntraced(function* (of: Attempt) {
  const end = (ended: End, result: TaskResult | null) =>
    endAttempt(of, ended, result).pipe(Effect.retry(untilItAnswers), Effect.orDie)
  yield* beginAttempt(of)
  const over = yield* givenUp(of)
  const result =
    over ??
    (yield* tried(of).pipe(
      Effect.tapError(() => end("refused", null)),
      Effect.onInterrupt(() => end("stopped", null))
    ))
  // Who was silent for long and lost its task to another finds it done, or under way.
  if (hasFailed(result) && (yield* isOvertaken(of))) {
    yield* end("lost", null)
    return null
  }
  yield* end("done", result)
  return result
})

export const perform =
  (worker: string) =>
  ({ task, attempt }: Taken) =>
    Effect.gen(function* () {
      const known = yield* resultOf(task)
      return known ?? (yield* attempted({ task, attempt, worker }))
    }).pipe(
      Effect.catchTag("SqlError", (error) =>
        Effect.andThen(
          Effect.logWarning(`The cluster's database does not answer: ${error.message}`),
          Effect.fail(new NotMine())
        )
      )
    )
