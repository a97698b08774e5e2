/**
 * Parquet as a destination: every stream is a Delta table in a folder or a bucket, for Spark, Trino, Polars, DuckDB
 * and whatever else reads Delta Lake.
 *
 * https://github.com/delta-io/delta/blob/master/PROTOCOL.md
 */
import type { Destination, DestinationConnector } from "@decant/connector"
import { Duration, Effect } from "effect"
import { compareWithFile } from "../duckdb/compare.ts"
import { failureOf } from "../duckdb/duckdb-failure.ts"
import { countStream } from "../duckdb/inspect.ts"
import { commitBytes } from "../duckdb/memory.ts"
import { openWorkbench, type Workbench } from "../duckdb/workbench.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { privateFolder } from "../private-folder.ts"
import type { Writer } from "./base.ts"
import { commitToTables } from "./commit.ts"
import { discardGeneration } from "./discard.ts"
import { eraseFromTables } from "./erase.ts"
import { localStore } from "./local-store.ts"
import { checkOrg } from "./org.ts"
import { settingsOf } from "./parquet-settings.ts"
import { queryTables } from "./query.ts"
import { showForInspection } from "./reading.ts"
import { readRuns, recordRun } from "./runs.ts"
import type { Bucket } from "./s3-store.ts"
import { withScratch } from "./scratch.ts"
import { setAside } from "./set-aside.ts"
import { readAllStreams } from "./stream-table.ts"

/** The SDK takes a third of a second to load, so only those who need it wait for it. */
const inBucket = (path: string, bucket: Bucket, folder: string) =>
  Effect.flatMap(
    Effect.promise(() => import("./s3-store.ts")),
    ({ s3Store }) => s3Store(path, bucket, folder)
  )

/** A workbench whose `target` is the stream's table as of its newest commit. */
const benchOver = (writer: Writer, stream: string): Workbench => ({
  memory: writer.workbench.memory,
  use: writer.workbench.use,
  attached: (sql, _access, body) =>
    withScratch(
      sql,
      { folder: writer.folder, schema: writer.settings.schema, bytes: 0 },
      Effect.gen(function* () {
        const streams = yield* readAllStreams({ sql, ...writer })
        for (const found of streams.filter(({ state }) => state.details.stream === stream)) {
          yield* showForInspection(sql, writer.store, writer.settings.schema, found)
        }
        return yield* body
      })
    )
})

const open: DestinationConnector["open"] = Effect.fnUntraced(function* (options) {
  const settings = yield* settingsOf(options)
  const { path, schema } = settings
  const folder = yield* privateFolder((cause) => failureOf(path, cause))
  const { bucket } = settings
  const store = bucket === null ? localStore(path) : yield* inBucket(path, bucket, folder)
  const { memory, notice } = options
  const workbench = yield* openWorkbench({ path, lockTimeout: Duration.zero, notice, memory })
  const writer: Writer = { workbench, store, settings, folder, snapshots: new Map() }
  const streams = store.use(workbench.use((sql) => readAllStreams({ sql, ...writer })))

  const destination: Destination = {
    capabilities: { commitBytes: commitBytes(options.memory), maxIdentifierBytes: 255, nulBytes: "kept" },
    location: store.location,
    checkpoints: Effect.gen(function* () {
      const orgId = yield* checkOrg(store, settings)
      const found = yield* streams
      const checkpoints = found.map(({ state }) => [state.details.stream, state.checkpoint] as const)
      return { orgId: found.length === 0 ? null : orgId, streams: Object.fromEntries(checkpoints) }
    }),
    check: Effect.andThen(store.check, Effect.asVoid(checkOrg(store, settings))),
    commit: (commit) => store.use(commitToTables(writer, commit)),
    discard: (stream, generation) => store.use(discardGeneration(writer, stream, generation)),
    setAside: Effect.flatMap(streams, (found) =>
      setAside(
        store,
        settings,
        found.map(({ folder: table }) => table)
      )
    ),
    inspect: (stream, request) =>
      store.use(
        request.kind === "counts"
          ? workbench.use((sql: Sql) =>
              benchOver(writer, stream).attached(sql, "read", countStream(sql, { schema, stream }))
            )
          : compareWithFile(benchOver(writer, stream), settings, request.comparison)
      ),
    erase: (stream, key) => store.use(eraseFromTables(writer, stream, key)),
    query: (sql, limits) =>
      Effect.gen(function* () {
        const found = yield* streams
        const empty = found.length === 0 && !(yield* store.folders).includes("_decant")
        const asked = { store, settings, streams: empty ? null : found }
        return yield* store.use(queryTables(asked, sql, limits))
      }),
    runs: (limit) =>
      Effect.map(store.use(readRuns(store)), (runs) =>
        runs
          .filter((run) => run.spec_name === settings.specName)
          .sort((a, b) => (String(a.finished_at) < String(b.finished_at) ? 1 : -1))
          .slice(0, limit)
          .map((run) => String(run.report))
      ),
    recordRun: (report) => recordRun(store, report)
  }
  return destination
})

export const parquet: DestinationConnector = { type: "parquet", open }
