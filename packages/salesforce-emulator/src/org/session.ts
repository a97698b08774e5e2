/**
 * A connection that is closed only when nothing runs on it any more. DuckDB, told to close a connection under a running
 * statement, destroys it from the statement's own thread, which then waits for itself: the process never ends.
 */
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import { Effect, type Scope } from "effect"

export interface Session {
  readonly connection: DuckDBConnection
  /** Runs statements, one call at a time. */
  readonly hold: <A>(use: (connection: DuckDBConnection) => Promise<A>) => Promise<A>
}

const nothing = (): undefined => undefined

/** At the end of its scope what still runs is stopped and waited for. */
export const openSession = (instance: DuckDBInstance): Effect.Effect<Session, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const running: { now: Promise<unknown> | null } = { now: null }
        return { connection: await instance.connect(), running }
      }),
      ({ connection, running }) =>
        Effect.promise(async () => {
          if (running.now !== null) {
            connection.interrupt()
            // A statement that waits for its turn to begin does not hear it.
            const again = setInterval(() => connection.interrupt(), 10)
            await running.now.then(nothing, nothing)
            clearInterval(again)
          }
          connection.closeSync()
        })
    ),
    ({ connection, running }) => ({
      connection,
      hold: (use) => {
        const used = use(connection).finally(() => {
          running.now = null
        })
        running.now = used
        return used
      }
    })
  )
