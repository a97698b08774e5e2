/**
 * Has a cluster's workers do a sync: the other of the two ways behind `SyncRunner`. Asks for the run, tells how far it
 * is, and answers with its report. Needs no login to Salesforce. Interrupted, it leaves the run to the workers.
 */
import { hostname, userInfo } from "node:os"
import { Disposition, type Failure } from "@decant/connector"
import { Effect, Layer, type Redacted, Schedule, Schema } from "effect"
import { readText } from "../files.ts"
import { RunnerError } from "../runner-error.ts"
import { type SyncJob, SyncRunner } from "../serve/sync-runner.ts"
import { clusterDatabase, unreachable } from "./cluster-database.ts"
import { howFar } from "./how-far.ts"
import { askForRun, endOf } from "./run-ledger.ts"
import { fingerprintOf, isShareable } from "./specs-at-hand.ts"
import { FailureText } from "./task.ts"

/** What stopped a run on the worker that met it. */
class WorkerFailure
  extends Schema.TaggedError<WorkerFailure>()("WorkerFailure", {
    ...FailureText.fields,
    disposition: Disposition
  })
  implements Failure {}

const notShareable = (name: string) =>
  new RunnerError({
    code: "CLUSTER_DESTINATION",
    message: `${name} writes to a DuckDB file, which several workers cannot share.`,
    fix: "Run this spec with `decant sync` on one machine, or give it a destination of type postgres or parquet."
  })

/** In a container the process may have no user. */
const asker = Effect.try(() => `${userInfo().username} on ${hostname()}`).pipe(
  Effect.orElseSucceed(() => hostname())
)

const runOf = Effect.fnUntraced(function* ({ runId, specFile, only, fullRefresh }: SyncJob) {
  const { spec, file } = specFile
  if (!isShareable({ specFile })) return yield* notShareable(spec.name)
  const text = yield* readText(file)
  return { runId, spec: spec.name, fingerprint: fingerprintOf(text ?? ""), request: { only, fullRefresh } }
})

const nobodyThere = "No worker is there yet: `decant worker` begins the run as soon as one has joined."

const waitForEnd = Effect.fnUntraced(function* ({ runId, note }: Pick<SyncJob, "runId" | "note">) {
  const said = new Set<string>()
  const tell = Effect.gen(function* () {
    const { workers, lines } = yield* howFar(runId)
    for (const line of workers === 0 ? [nobodyThere] : lines) {
      if (said.has(line)) continue
      said.add(line)
      yield* note(line)
    }
  })
  // The database may be away for a while; so may the workers be.
  const telling = tell.pipe(Effect.ignore, Effect.delay("5 seconds"), Effect.forever)
  const end = endOf(runId).pipe(
    Effect.catchTag("SqlError", () => Effect.succeed(null)),
    Effect.repeat({ until: (found) => found !== null, schedule: Schedule.spaced("500 millis") })
  )
  return yield* Effect.raceFirst(end, telling)
})

const asFailure = (failure: typeof FailureText.Type, dispositions: ReadonlyArray<Disposition>) =>
  new WorkerFailure({ ...failure, disposition: dispositions[0] ?? "failed" })

const run = (url: Redacted.Redacted) => (job: SyncJob) =>
  Effect.gen(function* () {
    const asked = yield* runOf(job)
    yield* askForRun(asked, { askedBy: yield* asker, tick: null })
    const end = yield* waitForEnd(job).pipe(
      Effect.onInterrupt(() =>
        job.note("The workers go on with the run; `decant status --cluster` shows how far it is.")
      )
    )
    if (end === null) return yield* RunnerError.internal(new Error("the run has no end"))
    const { report, dispositions, failure } = end
    if (failure !== null && report.streams.length === 0) return yield* asFailure(failure, dispositions)
    return { report, dispositions, budget: null }
  }).pipe(
    Effect.provide(clusterDatabase(url)),
    Effect.catchTag("SqlError", (error) => Effect.fail(unreachable(url, error.message)))
  )

export const syncOnCluster = (url: Redacted.Redacted) => Layer.succeed(SyncRunner, { run: run(url) })
