/**
 * Checkpoints of a log: the whole state of a version in one Parquet file, so that readers need not replay the log
 * from its beginning.
 *
 * https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoints
 */
import { Effect, Schema } from "effect"
import { DestinationError } from "../../destination-error.ts"
import type { Sql } from "../../duckdb-sql/sql.ts"
import { literal } from "../../sql-text.ts"
import type { Store } from "../store.ts"
import { Action, type Action as ActionType } from "./actions.ts"
import type { Snapshot } from "./snapshot.ts"

const map = "MAP(VARCHAR, VARCHAR)"

const columns = {
  txn: { appId: "VARCHAR", version: "BIGINT", lastUpdated: "BIGINT" },
  add: {
    path: "VARCHAR",
    partitionValues: map,
    size: "BIGINT",
    modificationTime: "BIGINT",
    dataChange: "BOOLEAN",
    stats: "VARCHAR"
  },
  remove: {
    path: "VARCHAR",
    deletionTimestamp: "BIGINT",
    dataChange: "BOOLEAN",
    extendedFileMetadata: "BOOLEAN",
    partitionValues: map,
    size: "BIGINT"
  },
  metaData: {
    id: "VARCHAR",
    name: "VARCHAR",
    description: "VARCHAR",
    format: { provider: "VARCHAR", options: map },
    schemaString: "VARCHAR",
    partitionColumns: ["VARCHAR"],
    createdTime: "BIGINT",
    configuration: map
  },
  protocol: { minReaderVersion: "INTEGER", minWriterVersion: "INTEGER" }
}

/** The actions that make up the snapshot; removals older than `forgetBefore` have no file left. */
export const actionsOf = (snapshot: Snapshot, forgetBefore: number): ReadonlyArray<ActionType> => [
  ...(snapshot.protocol === null ? [] : [{ protocol: snapshot.protocol }]),
  ...(snapshot.metaData === null ? [] : [{ metaData: snapshot.metaData }]),
  ...[...snapshot.txns.values()].map((txn) => ({ txn })),
  // A checkpoint's actions were committed before, so none of them changes data.
  ...[...snapshot.files.values()].map((add) => ({ add: { ...add, dataChange: false } })),
  ...[...snapshot.removed.values()]
    .filter((remove) => (remove.deletionTimestamp ?? 0) >= forgetBefore)
    .map((remove) => ({ remove: { ...remove, dataChange: false } }))
]

export const writeLogCheckpoint = Effect.fnUntraced(function* (
  store: Store,
  sql: Sql,
  key: string,
  actions: ReadonlyArray<ActionType>
): Effect.fn.Return<void, DestinationError> {
  const path = yield* store.draft(key)
  const json = JSON.stringify(actions)
  yield* sql.run("CREATE OR REPLACE TEMP TABLE _decant_actions_json AS SELECT $json AS json", { json })
  yield* sql.run(
    `COPY (SELECT action.* FROM (SELECT unnest(from_json(json, ${literal(JSON.stringify([columns]))})) AS action
       FROM temp._decant_actions_json)) TO ${literal(path)} (FORMAT parquet, COMPRESSION snappy)`
  )
  yield* store.keep(key)
})

const unreadable = (key: string): DestinationError =>
  DestinationError.of(
    "TARGET_CHANGED",
    `The log checkpoint ${key} cannot be read.`,
    "Something else than Decant changed it. Restore it, or move the table's folder away and sync again from the beginning."
  )

const decodeAction = Schema.decodeUnknownOption(Schema.fromJsonString(Action))

export const readLogCheckpoint = Effect.fnUntraced(function* (
  store: Store,
  sql: Sql,
  key: string
): Effect.fn.Return<ReadonlyArray<ActionType>, DestinationError> {
  const [path] = yield* store.readable([key])
  const names = Object.keys(columns)
  const rows = yield* sql.rows(
    `SELECT to_json({${names.map((name) => `${name}: ${name}`).join(", ")}})::VARCHAR AS action FROM read_parquet(${literal(path ?? "")})`
  )
  return yield* Effect.forEach(rows, (row) =>
    Effect.mapError(Effect.fromOption(decodeAction(row.action)), () => unreadable(key))
  )
})
