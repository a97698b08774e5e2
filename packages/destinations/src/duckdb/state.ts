/**
 * The `_decant` schema inside the target file: how far each stream is, which segments are in, which keys went
 * and when. It is written in the same transaction as the rows. A stream is known by the schema that its table
 * is in, so that one file can hold the copies of several orgs in several schemas.
 */
import { type Instant, type StoredCheckpoints, StreamCheckpoint } from "@decant/connector"
import { Effect, Option, Schema } from "effect"
import { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { literal } from "../sql-text.ts"

/** Longer than Salesforce keeps a job that could still bring old rows. */
const keepDays = 8

const tables: Readonly<Record<string, string>> = {
  checkpoints:
    "schema_name VARCHAR, stream VARCHAR, table_name VARCHAR, spec_name VARCHAR, org_id VARCHAR, version BIGINT, phase VARCHAR, " +
    "generation INTEGER, published_generation INTEGER, cursor_field VARCHAR, cursor TIMESTAMPTZ, rows BIGINT, " +
    "updated_at TIMESTAMPTZ, layout VARCHAR, checkpoint VARCHAR",
  segments:
    "schema_name VARCHAR, stream VARCHAR, id VARCHAR, generation INTEGER, work VARCHAR, effect VARCHAR, rows BIGINT, " +
    "as_of TIMESTAMPTZ, version BIGINT, committed_at TIMESTAMPTZ",
  runs:
    "schema_name VARCHAR, run_id VARCHAR, spec_name VARCHAR, status VARCHAR, started_at TIMESTAMPTZ, finished_at TIMESTAMPTZ, " +
    "api_calls BIGINT, bytes BIGINT, report VARCHAR",
  tombstones:
    "schema_name VARCHAR, stream VARCHAR, key VARCHAR, removed_at TIMESTAMPTZ, as_of TIMESTAMPTZ, recorded_at TIMESTAMPTZ",
  fields:
    "schema_name VARCHAR, stream VARCHAR, table_name VARCHAR, column_name VARCHAR, field VARCHAR, label VARCHAR, help VARCHAR, " +
    "type VARCHAR, source_type VARCHAR, formula VARCHAR, mask VARCHAR, present BOOLEAN",
  picklist_values:
    "schema_name VARCHAR, stream VARCHAR, table_name VARCHAR, column_name VARCHAR, position INTEGER, value VARCHAR, label VARCHAR, " +
    "active BOOLEAN"
}

/** What is there stays as it is. */
export const createState = (sql: Sql, schema: string): Effect.Effect<number, DestinationError> =>
  sql.run(
    [
      "CREATE SCHEMA IF NOT EXISTS target._decant",
      `CREATE SCHEMA IF NOT EXISTS target."${schema.replaceAll('"', '""')}"`,
      ...Object.entries(tables).map(
        ([name, columns]) => `CREATE TABLE IF NOT EXISTS target._decant.${name} (${columns})`
      )
    ].join("; ")
  )

const named = (names: ReadonlyArray<string>): string =>
  `(SELECT 1 FROM ${names.map((name) => `target._decant.${name}`).join(", ")})`

export const ensureState = Effect.fnUntraced(function* (
  sql: Sql,
  schema: string
): Effect.fn.Return<void, DestinationError> {
  if ((yield* sql.columns(named(Object.keys(tables)))) === null) yield* createState(sql, schema)
})

export const hasState = (sql: Sql): Effect.Effect<boolean, DestinationError> =>
  Effect.map(sql.columns(named(["checkpoints"])), (columns) => columns !== null)

export interface StreamState {
  readonly checkpoint: StreamCheckpoint
  /** The generation that the visible table holds; null before the first publish. */
  readonly published: number | null
  /** The text of the layout with which metadata was last written. */
  readonly layout: string | null
  readonly table: string
}

const decodeCheckpoint = Schema.decodeUnknownOption(Schema.fromJsonString(StreamCheckpoint))

const damaged = (stream: string): DestinationError =>
  DestinationError.of(
    "TARGET_CHANGED",
    `The stored checkpoint of ${stream} in _decant.checkpoints cannot be read; something else than this Decant wrote it.`,
    "Run the Decant version that wrote it, or read the stream again with `decant sync --full-refresh`."
  )

const where = "WHERE schema_name = $schema AND stream = $stream"

export const readState = Effect.fnUntraced(function* (
  sql: Sql,
  schema: string,
  stream: string
): Effect.fn.Return<StreamState | null, DestinationError> {
  const rows = yield* sql.rows(
    `SELECT checkpoint, published_generation, layout, table_name FROM target._decant.checkpoints ${where}`,
    { schema, stream }
  )
  const row = rows[0]
  if (row === undefined) return null
  const checkpoint = decodeCheckpoint(row.checkpoint)
  if (Option.isNone(checkpoint)) return yield* damaged(stream)
  const published = row.published_generation
  return {
    checkpoint: checkpoint.value,
    published: typeof published === "number" ? published : null,
    layout: typeof row.layout === "string" ? row.layout : null,
    table: String(row.table_name)
  }
})

const otherOrg = (path: string, held: string, wanted: string): DestinationError =>
  DestinationError.of(
    "DESTINATION_OTHER_ORG",
    `${path} holds the copy of org ${held}, but these credentials lead to org ${wanted}.`,
    "Check `environment` and the credentials in the spec, or set another `path` or `schema` in its destination for the other org; after a sandbox refresh, `decant sync --adopt-org` keeps the old tables aside."
  )

/** Fails when the schema's rows came from another org than the one that is read now. */
export const checkOrg = Effect.fnUntraced(function* (
  sql: Sql,
  at: { readonly path: string; readonly schema: string; readonly orgId: string | null }
): Effect.fn.Return<string | null, DestinationError> {
  const rows = yield* sql.rows(
    "SELECT org_id FROM target._decant.checkpoints WHERE schema_name = $schema ORDER BY org_id = $org LIMIT 1",
    { schema: at.schema, org: at.orgId ?? "" }
  )
  const held = rows[0]?.org_id
  if (typeof held !== "string") return null
  if (at.orgId !== null && held !== at.orgId) return yield* otherOrg(at.path, held, at.orgId)
  return held
})

export const readCheckpoints = Effect.fnUntraced(function* (
  sql: Sql,
  at: { readonly path: string; readonly schema: string; readonly orgId: string | null }
): Effect.fn.Return<StoredCheckpoints, DestinationError> {
  if (!(yield* hasState(sql))) return { orgId: null, streams: {} }
  const orgId = yield* checkOrg(sql, at)
  const rows = yield* sql.rows(
    "SELECT stream, checkpoint FROM target._decant.checkpoints WHERE schema_name = $schema ORDER BY stream",
    { schema: at.schema }
  )
  const streams = yield* Effect.forEach(rows, (row) => {
    const checkpoint = decodeCheckpoint(row.checkpoint)
    const stream = String(row.stream)
    return Option.isNone(checkpoint)
      ? Effect.fail(damaged(stream))
      : Effect.succeed([stream, checkpoint.value] as const)
  })
  return { orgId, streams: Object.fromEntries(streams) }
})

export interface NewState {
  readonly schema: string
  readonly stream: string
  readonly table: string
  readonly specName: string
  readonly orgId: string
  readonly published: number | null
  readonly layout: string | null
  readonly checkpoint: StreamCheckpoint
}

export const writeState = Effect.fnUntraced(function* (
  sql: Sql,
  state: NewState
): Effect.fn.Return<void, DestinationError> {
  const { checkpoint } = state
  yield* sql.run(`DELETE FROM target._decant.checkpoints ${where}`, {
    schema: state.schema,
    stream: state.stream
  })
  yield* sql.run(
    `INSERT INTO target._decant.checkpoints VALUES ($schema, $stream, $table, $specName, $orgId, $version, $phase,
      $generation, $published::INTEGER, $cursorField, $cursor::TIMESTAMPTZ, $rows, $updatedAt::TIMESTAMPTZ, $layout, $checkpoint)`,
    {
      schema: state.schema,
      stream: state.stream,
      table: state.table,
      specName: state.specName,
      orgId: state.orgId,
      version: checkpoint.version,
      phase: checkpoint.phase,
      generation: checkpoint.generation,
      published: state.published,
      cursorField: checkpoint.cursorField,
      cursor: checkpoint.cursor,
      rows: checkpoint.rows,
      updatedAt: checkpoint.updatedAt,
      layout: state.layout,
      checkpoint: JSON.stringify(checkpoint)
    }
  )
})

/** Which of these segments an earlier commit holds already. */
export const committedSegments = Effect.fnUntraced(function* (
  sql: Sql,
  schema: string,
  stream: string,
  ids: ReadonlyArray<string>
): Effect.fn.Return<ReadonlySet<string>, DestinationError> {
  if (ids.length === 0) return new Set()
  const rows = yield* sql.rows(
    `SELECT id FROM target._decant.segments ${where} AND id IN (${ids.map(literal).join(", ")})`,
    { schema, stream }
  )
  return new Set(rows.map((row) => String(row.id)))
})

/** Segments of finished work and tombstones serve no job that could still run after this time. */
export const forgetOld = Effect.fnUntraced(function* (
  sql: Sql,
  schema: string,
  stream: string,
  now: Instant
): Effect.fn.Return<void, DestinationError> {
  const parameters = { schema, stream, now }
  yield* sql.run(
    `DELETE FROM target._decant.segments ${where} AND committed_at < $now::TIMESTAMPTZ - INTERVAL ${keepDays} DAY`,
    parameters
  )
  yield* sql.run(
    `DELETE FROM target._decant.tombstones ${where} AND recorded_at < $now::TIMESTAMPTZ - INTERVAL ${keepDays} DAY`,
    parameters
  )
})
