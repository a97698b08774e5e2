/**
 * The pulse of each worker, in a row of its own: by it the others know whether it is there. Workers do not speak to one
 * another, so none needs a port that others reach.
 */
import { hostname } from "node:os"
import { Effect, Layer } from "effect"
import * as RunnerHealth from "effect/cluster/RunnerHealth"
import * as SqlClient from "effect/sql/SqlClient"
import { version } from "../version.ts"
import { keepDoing } from "./keep-doing.ts"
import type { SpecAtHand } from "./specs-at-hand.ts"
import type { RunOfSpec } from "./task.ts"

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
  yield* keepDoing(beat(worker), { every: "2 seconds", fails: "The pulse could not be given" }).pipe(
    Effect.forkScoped
  )
})

/** A spec as a run names it. */
const spelled = ({ spec, fingerprint }: Pick<RunOfSpec, "spec" | "fingerprint">): string =>
  `${spec} ${fingerprint}`

/** What this worker can work on. */
export const sayAtHand = Effect.fnUntraced(function* (worker: Worker, specs: ReadonlyArray<SpecAtHand>) {
  const sql = yield* SqlClient.SqlClient
  const names = specs.map(({ specFile, fingerprint }) => spelled({ spec: specFile.spec.name, fingerprint }))
  yield* sql`UPDATE workers SET specs = ${JSON.stringify(names)}::jsonb WHERE worker = ${worker.id}`
})

/** Whether any worker that is there has the spec as the run means it. */
export const isAtHand = Effect.fnUntraced(function* (run: RunOfSpec) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql`SELECT 1 FROM workers WHERE left_at IS NULL AND specs ? ${spelled(run)}
    AND seen_at > now() - make_interval(secs => ${silentSeconds}) LIMIT 1`
  return rows.length > 0
})

/** Of these workers, those that are there or may come back. */
export const notGone = Effect.fnUntraced(function* (ids: ReadonlyArray<string>) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{
    worker: string
  }>`SELECT worker FROM workers WHERE worker = ANY(${ids}) AND left_at IS NULL
    AND seen_at > now() - interval '1 hour'`
  return rows.map(({ worker }) => worker)
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
