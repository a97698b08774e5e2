/** What is over and old goes: a cluster that runs for years keeps a month of its runs, and a week of its messages. */
import { Clock, Effect } from "effect"
import * as MachineId from "effect/cluster/MachineId"
import * as Snowflake from "effect/cluster/Snowflake"
import * as SqlClient from "effect/sql/SqlClient"

const dayMillis = 86_400_000

/** The engine keeps what was said in a workflow; one that nobody has spoken in for a week is over. */
const pruneMessages = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const timestamp = (yield* Clock.currentTimeMillis) - 7 * dayMillis
  const cut = Snowflake.make({ timestamp, machineId: MachineId.make(0), sequence: 0 }).toString()
  const old = sql`SELECT entity_id FROM cluster_messages GROUP BY entity_id HAVING max(id) < ${cut}::bigint`
  const prune = Effect.gen(function* () {
    yield* sql`DELETE FROM cluster_replies WHERE request_id IN (
      SELECT id FROM cluster_messages WHERE entity_id IN (${old}))`
    yield* sql`DELETE FROM cluster_messages WHERE entity_id IN (${old})`
  })
  yield* sql.withTransaction(prune)
})

const pruneRuns = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const now = yield* Clock.currentTimeMillis
  const days = (count: number) => new Date(now - count * dayMillis)
  yield* sql`DELETE FROM attempts WHERE run_id IN (SELECT run_id FROM runs WHERE finished_at < ${days(30)})`
  yield* sql`DELETE FROM runs WHERE finished_at < ${days(30)}`
  yield* sql`DELETE FROM workers WHERE seen_at < ${days(30)}`
})

export const prune = Effect.andThen(pruneRuns, pruneMessages)
