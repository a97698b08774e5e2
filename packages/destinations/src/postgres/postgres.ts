/** Postgres as a destination: tables of one schema in a database that others use too, its state in `_decant`. */
import type { Destination, DestinationConnector } from "@decant/connector"
import { Effect, Semaphore } from "effect"
import { checkWritable } from "./check.ts"
import { commitToPostgres } from "./commit.ts"
import { compareWithTable } from "./compare.ts"
import { eraseRecord } from "./erase.ts"
import { dropHidden } from "./hidden-table.ts"
import { countStream } from "./inspect.ts"
import { maxIdentifierBytes } from "./postgres-layout.ts"
import { settingsOf } from "./postgres-settings.ts"
import { queryCopy } from "./query.ts"
import { readRuns, recordRun } from "./runs.ts"
import { openSessions } from "./sessions.ts"
import { setAside } from "./set-aside.ts"
import type { Sql } from "./sql.ts"
import { hasState, readCheckpoints, readState } from "./state.ts"
import { lockStream } from "./stream-lock.ts"
import { transaction } from "./transaction.ts"

const open: DestinationConnector["open"] = Effect.fnUntraced(function* (options) {
  const settings = yield* settingsOf(options)
  const { schema } = settings
  const sessions = yield* openSessions(settings.target)
  // A commit keeps two of the server's cores busy; streams that commit at once would only wait for one another there.
  const oneAtATime = Semaphore.makeUnsafe(1)
  const at = { location: sessions.location, schema, orgId: settings.orgId }

  const discard = (stream: string, generation: number) => (sql: Sql) =>
    transaction(
      sql,
      Effect.gen(function* () {
        yield* lockStream(sql, schema, stream)
        const state = (yield* hasState(sql)) ? yield* readState(sql, schema, stream) : null
        if (state !== null && state.published !== generation) {
          yield* dropHidden(sql, { schema, stream, table: state.table, generation })
        }
      })
    )

  const destination: Destination = {
    // Rows pass through, so that memory does not grow with them; smaller commits begin while the rest is downloaded.
    capabilities: { commitBytes: 64 * 1024 * 1024, maxIdentifierBytes, nulBytes: "removed" },
    location: `${sessions.location}, schema ${schema}`,
    checkpoints: sessions.use((sql) => readCheckpoints(sql, at)),
    check: sessions.use((sql) => checkWritable(sql, at)),
    commit: (commit) => oneAtATime.withPermit(commitToPostgres(sessions, settings, commit)),
    discard: (stream, generation) => sessions.use(discard(stream, generation)),
    setAside: sessions.use((sql) => setAside(sql, at)),
    inspect: (stream, request) =>
      request.kind === "counts"
        ? sessions.use((sql) => countStream(sql, { schema, stream }))
        : compareWithTable(sessions, settings, request.comparison),
    erase: (stream, key) => eraseRecord(sessions, { schema, stream }, key),
    query: (sql, limits) => queryCopy(settings, sql, limits),
    runs: (limit) => sessions.use((sql) => readRuns(sql, settings, limit)),
    recordRun: (report) => sessions.use((sql) => recordRun(sql, schema, report))
  }
  return destination
})

export const postgres: DestinationConnector = { type: "postgres", open }
