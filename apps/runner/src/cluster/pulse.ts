/**
 * The pulse of each worker, in a row of its own: by it the others know whether it is there. Workers do not speak to one
 * another, so none needs a port that others reach.
 */
import { hostname } from "node:os"
import { Effect, Layer, Schedule } from "effect"
import * as RunnerHealth from "effect/cluster/RunnerHealth"
import * as SqlClient from "effect/sql/SqlClient"
import { version } from "../version.ts"

const beatEvery = "2 seconds"

/** Seconds after which a worker without a pulse is taken for gone. */
export const silentSeconds = 15

export interface Worker {
  /** Of this process alone. */
  readonly id: string
  /** What people call it. */
  readonly name: string
  /** How many tasks it does at one time. */
  readonly atOnce: number
}

const join = Effect.fnUntraced(function* ({ id, name, atOnce }: Worker) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT INTO workers (worker, name, host, process, version, at_once)
    VALUES (${id}, ${name}, ${hostname()}, ${process.pid}, ${version()}, ${atOnce})`
})

const beat = Effect.fnUntraced(function* ({ id }: Worker) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`UPDATE workers SET seen_at = now(), left_at = NULL WHERE worker = ${id}`
})

const leave = Effect.fnUntraced(function* ({ id }: Worker) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`UPDATE workers SET left_at = now() WHERE worker = ${id}`
})

/** Keeps the worker's row as long as the scope is open. */
export const keepPulse = Effect.fnUntraced(function* (worker: Worker) {
  yield* Effect.acquireRelease(join(worker), () =>
    leave(worker).pipe(Effect.timeout("5 seconds"), Effect.ignore)
  )
  yield* beat(worker).pipe(
    Effect.catch((error) => Effect.logWarning(`The pulse could not be given: ${error.message}`)),
    Effect.repeat(Schedule.spaced(beatEvery)),
    Effect.forkScoped
  )
})

/** Which of the engine's runners are there, by their workers' pulse. */
export const healthByPulse = Layer.effect(
  RunnerHealth.RunnerHealth,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    return {
      isAlive: ({ host }) =>
        sql`SELECT 1 FROM workers WHERE worker = ${host} AND left_at IS NULL
          AND seen_at > now() - make_interval(secs => ${silentSeconds})`.pipe(
          Effect.map((rows) => rows.length > 0),
          // Who cannot ask must not declare others dead.
          Effect.orElseSucceed(() => true)
        )
    }
  })
)
