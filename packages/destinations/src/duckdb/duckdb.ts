/** DuckDB as a destination: one file, which analysts can open between commits. */
import { existsSync } from "node:fs"
import type { Destination, DestinationConnector } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { checkWritable } from "./check.ts"
import { commitToFile } from "./commit.ts"
import { compareWithFile } from "./compare.ts"
import { settingsOf } from "./duckdb-settings.ts"
import { eraseFromFile } from "./erase.ts"
import { dropGeneration } from "./generations.ts"
import { countStream } from "./inspect.ts"
import { commitBytes } from "./memory.ts"
import { queryFile } from "./query.ts"
import { readRuns, recordRun } from "./runs.ts"
import { setAside } from "./set-aside.ts"
import { checkOrg, hasState, readCheckpoints, readState } from "./state.ts"
import { transaction } from "./transaction.ts"
import { type Access, openWorkbench } from "./workbench.ts"

const open: DestinationConnector["open"] = Effect.fnUntraced(function* (options) {
  const settings = yield* settingsOf(options)
  const { path, schema } = settings
  const patience = { path, lockTimeout: settings.lockTimeout, notice: options.notice }
  const workbench = yield* openWorkbench({ ...patience, memory: options.memory })
  const inFile = <A>(access: Access, body: (sql: Sql) => Effect.Effect<A, DestinationError>) =>
    workbench.use((sql) => workbench.attached(sql, access, body(sql)))

  const discard = (stream: string, generation: number) => (sql: Sql) =>
    transaction(
      sql,
      Effect.gen(function* () {
        const state = (yield* hasState(sql)) ? yield* readState(sql, schema, stream) : null
        if (state !== null && state.published !== generation) {
          yield* dropGeneration(sql, { schema, stream, table: state.table, generation })
        }
        return { keep: true, value: undefined }
      })
    )

  const destination: Destination = {
    capabilities: { commitBytes: commitBytes(options.memory), maxIdentifierBytes: 1024, nulBytes: "kept" },
    location: path,
    checkpoints: Effect.suspend(() =>
      existsSync(path)
        ? inFile("read", (sql) => readCheckpoints(sql, settings))
        : Effect.succeed({ orgId: null, streams: {} })
    ),
    check: Effect.gen(function* () {
      const exists = yield* checkWritable(path)
      const sameOrg = Effect.fnUntraced(function* (sql: Sql) {
        if (yield* hasState(sql)) yield* checkOrg(sql, settings)
      })
      if (exists) yield* inFile("probe", sameOrg)
    }),
    commit: (commit) => commitToFile(workbench, settings, commit),
    discard: (stream, generation) =>
      Effect.suspend(() => (existsSync(path) ? inFile("write", discard(stream, generation)) : Effect.void)),
    setAside: Effect.suspend(() =>
      existsSync(path) ? inFile("write", (sql) => setAside(sql, settings)) : Effect.succeed([])
    ),
    inspect: (stream, request) =>
      request.kind === "counts"
        ? inFile("read", (sql) => countStream(sql, { schema, stream }))
        : compareWithFile(workbench, settings, request.comparison),
    erase: (stream, key) => eraseFromFile(workbench, settings, options.notice, stream, key),
    query: (sql, limits) => queryFile(settings, patience, sql, limits),
    runs: (limit) =>
      Effect.suspend(() =>
        existsSync(path) ? inFile("read", (sql) => readRuns(sql, settings, limit)) : Effect.succeed([])
      ),
    recordRun: (report) => inFile("write", (sql) => recordRun(sql, settings, report))
  }
  return destination
})

export const duckdb: DestinationConnector = { type: "duckdb", open }
