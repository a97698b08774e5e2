/**
 * A sync as a workflow: the order of its tasks, and nothing else. Where a worker dies that had the workflow, another
 * one goes through it again, with the answers that are there already.
 *
 * https://effect.website/docs/workflow
 */
import { Effect, Schema } from "effect"
import * as Activity from "effect/workflow/Activity"
import * as Workflow from "effect/workflow/Workflow"
import { closeRun } from "./close-run.ts"
import { untilItAnswers } from "./keep-doing.ts"
import { beginRun } from "./run-ledger.ts"
import { RunOfSpec, type Task, TaskResult, WholeStream } from "./task.ts"
import { haveDone } from "./task-queue.ts"

/** Parts that failed are offered once more; after that one worker reads what is left. */
const roundsOfParts = 2

const SyncStream = Workflow.make("SyncStream", {
  payload: { run: RunOfSpec, whole: WholeStream },
  idempotencyKey: ({ run, whole }) => `${run.runId}/${whole.stream}`,
  success: Schema.Array(TaskResult)
})

export const Sync = Workflow.make("Sync", {
  payload: { run: RunOfSpec },
  idempotencyKey: ({ run }) => run.runId
})

export const syncStreamWorkflow = SyncStream.toLayer(
  Effect.fnUntraced(function* ({ run, whole }) {
    const results: Array<TaskResult> = []
    for (let round = 1; ; round++) {
      const leavesParts = round <= roundsOfParts
      const [left] = yield* haveDone(`round ${round}`, [
        { run, what: { kind: "stream", whole, round, leavesParts } }
      ])
      if (left === undefined) return results
      results.push(left)
      if (left.parts.length === 0) return results
      const parts = left.parts.map(
        (part): Task => ({ run, what: { kind: "part", stream: whole.stream, part, round } })
      )
      results.push(...(yield* haveDone(`parts of round ${round}`, parts)))
    }
  })
)

export const syncWorkflow = Sync.toLayer(
  Effect.fnUntraced(function* ({ run }) {
    // An activity that fails would end its workflow.
    yield* Activity.make({
      name: "start",
      execute: Effect.orDie(Effect.retry(beginRun(run.runId), untilItAnswers))
    })
    const [begun] = yield* haveDone("begin", [{ run, what: { kind: "begin" } }])
    const whole = begun?.whole ?? []
    for (const stream of whole) yield* SyncStream.execute({ run, whole: stream }, { discard: true })
    const results = begun === undefined ? [] : [begun]
    for (const stream of whole) results.push(...(yield* SyncStream.execute({ run, whole: stream })))
    yield* Activity.make({
      name: "close",
      execute: Effect.orDie(Effect.retry(closeRun(run, results), untilItAnswers))
    })
  })
)
