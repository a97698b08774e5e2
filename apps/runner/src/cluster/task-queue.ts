/**
 * Tasks from workflows to workers: a workflow puts its tasks into a queue and sleeps; whichever worker has a hand free
 * takes the next one; its answer wakes the workflow, wherever that lives by then. A task whose worker falls silent is
 * given to another, so each may be done twice: what a task writes is held against what the destination holds.
 */
import { Effect, Exit, Schedule, Schema } from "effect"
import * as PersistedQueue from "effect/persistence/PersistedQueue"
import * as Activity from "effect/workflow/Activity"
import * as DurableDeferred from "effect/workflow/DurableDeferred"
import { reasonOf, untilItAnswers } from "./keep-doing.ts"
import { Task, TaskResult, taskName } from "./task.ts"

const Offered = Schema.Struct({ task: Task, answer: DurableDeferred.Token })

const theQueue = PersistedQueue.make({
  name: "sync",
  schema: Offered,
  // Counted by us: what is given up must be answered, or its workflow would wait for ever.
  maxAttempts: 1_000_000,
  retrySchedule: Schedule.spaced("2 seconds")
})

const answerTo = (task: Task) => DurableDeferred.make(`answer to ${taskName(task)}`, { success: TaskResult })

/** Has workers do the tasks; their answers, in the order of the tasks. To be called in a workflow. */
export const haveDone = Effect.fnUntraced(function* (step: string, tasks: ReadonlyArray<Task>) {
  const tokens = yield* Effect.forEach(tasks, (task) => DurableDeferred.token(answerTo(task)))
  yield* Activity.make({
    name: `offer ${step}`,
    execute: Effect.gen(function* () {
      const queue = yield* theQueue
      yield* Effect.forEach(
        tasks,
        (task, index) => {
          const answer = tokens[index]
          return answer === undefined
            ? Effect.void
            : queue.offer({ task, answer }, { id: `${task.run.runId}/${taskName(task)}` })
        },
        { discard: true }
      )
    }).pipe(Effect.retry(untilItAnswers), Effect.orDie)
  })
  return yield* Effect.forEach(tasks, (task) => DurableDeferred.await(answerTo(task)))
})

export interface Taken {
  readonly task: Task
  /** From 1 on. */
  readonly attempt: number
}

/** This worker cannot do the task; another may. */
export class NotMine extends Schema.TaggedError<NotMine>()("NotMine", {}) {}

/**
 * Takes one task after the other, for ever. `perform` answers with a result, with null when somebody else answers, or
 * leaves the task to others.
 */
export const takeTasks = <R>(perform: (taken: Taken) => Effect.Effect<TaskResult | null, NotMine, R>) =>
  Effect.gen(function* () {
    const queue = yield* theQueue
    return yield* queue
      .take(({ task, answer }, { attempts }) =>
        perform({ task, attempt: attempts }).pipe(
          Effect.flatMap((result) =>
            result === null
              ? Effect.void
              : DurableDeferred.done(answerTo(task), { token: answer, exit: Exit.succeed(result) })
          )
        )
      )
      .pipe(
        Effect.catchTag("NotMine", () => Effect.void),
        Effect.catchCause((cause) =>
          Effect.andThen(
            Effect.logWarning(`A task could not be taken or answered: ${reasonOf(cause)}`),
            Effect.sleep("1 second")
          )
        ),
        Effect.forever
      )
  })
