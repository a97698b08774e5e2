/**
 * The Postgres that the workers of a cluster meet in. All that they keep is in its schema `decant_cluster`: who works,
 * what is to be run, who does which part of it, and the tables of Effect's workflow engine. No row of Salesforce is.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import { Effect, Layer, Redacted } from "effect"
import * as SqlClient from "effect/sql/SqlClient"
import { RunnerError } from "../runner-error.ts"
import { clusterTables } from "./cluster-tables.ts"

export const clusterSchema = "decant_cluster"

/** Where the database is, without the password. */
export const placeOf = (url: Redacted.Redacted): string => {
  const { hostname, port, pathname } = new URL(Redacted.value(url))
  return `${hostname}${port === "" ? "" : `:${port}`}${pathname}`
}

export const unreachable = (url: Redacted.Redacted, reason: string): RunnerError =>
  new RunnerError({
    code: "CLUSTER_UNREACHABLE",
    message: `The cluster's Postgres at ${placeOf(url)} does not answer as it should: ${reason.split("\n")[0]}`,
    fix: "Check the address, the user and the password in `--cluster` (or DECANT_CLUSTER), and that the database runs."
  })

const isUrl = (text: string): boolean => {
  const url = URL.parse(text)
  return url !== null && /^postgres(ql)?:$/.test(url.protocol) && url.hostname !== ""
}

/** What `--cluster` names, or DECANT_CLUSTER; fails where it is no address of a Postgres. */
export const clusterUrl = (given: string): Effect.Effect<Redacted.Redacted, RunnerError> =>
  isUrl(given)
    ? Effect.succeed(Redacted.make(given))
    : Effect.fail(
        RunnerError.usage(
          "`--cluster` does not name a Postgres.",
          "Give an address such as postgres://decant@db.acme.example:5432/decant; the password may stand in it, or the whole address in DECANT_CLUSTER."
        )
      )

const client = (url: Redacted.Redacted) =>
  PgClient.layer({
    url,
    applicationName: "decant",
    startupParameters: { search_path: clusterSchema },
    connectTimeout: "10 seconds",
    maxConnections: 10
  })

/** Several workers that come first at one time wait for one another. */
const ensureTables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const make = Effect.gen(function* () {
    yield* sql`SELECT pg_advisory_xact_lock(hashtextextended('decant cluster', 0))`
    yield* sql.unsafe(`CREATE SCHEMA IF NOT EXISTS ${clusterSchema}`)
    for (const statement of clusterTables) yield* sql.unsafe(statement)
  })
  yield* sql.withTransaction(make)
})

/** A pool of connections; what the cluster needs is made where it is absent. */
export const clusterDatabase = (
  url: Redacted.Redacted
): Layer.Layer<PgClient.PgClient | SqlClient.SqlClient, RunnerError> =>
  Layer.effectDiscard(ensureTables).pipe(
    Layer.provideMerge(client(url)),
    Layer.catchTag("SqlError", (error) =>
      Layer.effectContext<PgClient.PgClient | SqlClient.SqlClient, RunnerError, never>(
        Effect.fail(unreachable(url, error.message))
      )
    )
  )
