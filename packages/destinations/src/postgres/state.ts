/**
 * The `_decant` schema of the database: how far each stream is, which segments are in, which keys went and when. It
 * is written in the same transaction as the rows. A stream is known by the schema that its table is in, so that one
 * database can hold the copies of several specs in several schemas.
 */
import { type Instant, type StoredCheckpoints, StreamCheckpoint } from "@decant/connector"
import { Effect, Option, Schema } from "effect"
import { DestinationError } from "../destination-error.ts"
import { identifier } from "../sql-text.ts"
import type { Sql } from "./sql.ts"
import { transaction } from "./transaction.ts"

/** Longer than Salesforce keeps a job that could still bring old rows. */
const keepDays = 8

const tables: Readonly<Record<string, string>> = {
  checkpoints:
    "schema_name text, stream text, table_name text, spec_name text, org_id text, version bigint, phase text, " +
    "generation integer, published_generation integer, cursor_field text, cursor timestamptz, rows bigint, " +
    "updated_at timestamptz, layout text, checkpoint text, PRIMARY KEY (schema_name, stream)",
  segments:
    "schema_name text, stream text, id text, generation integer, work text, effect text, rows bigint, " +
    "as_of timestamptz, version bigint, committed_at timestamptz, PRIMARY KEY (schema_name, stream, id)",
  /** What a first load has copied into its hidden table, and by which transaction: rows know it as their `xmin`. */
  loads:
    "schema_name text, stream text, id text, generation integer, load_xid text, committed boolean, " +
    "PRIMARY KEY (schema_name, stream, generation, id)",
  runs:
    "schema_name text, run_id text, spec_name text, status text, started_at timestamptz, finished_at timestamptz, " +
    "api_calls bigint, bytes bigint, report text, PRIMARY KEY (schema_name, run_id)",
  tombstones:
    'schema_name text, stream text, key text COLLATE pg_catalog."C", removed_at timestamptz, as_of timestamptz, ' +
    "recorded_at timestamptz, PRIMARY KEY (schema_name, stream, key)",
  fields:
    "schema_name text, stream text, table_name text, column_name text, field text, label text, help text, " +
    "type text, source_type text, formula text, mask text, present boolean, parts text[], " +
    "PRIMARY KEY (schema_name, stream, column_name)",
  picklist_values:
    "schema_name text, stream text, table_name text, column_name text, position integer, value text, label text, " +
    "active boolean"
}

const presentTables = Effect.fnUntraced(function* (sql: Sql) {
  const found = yield* sql.rows(
    "SELECT c.relname AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '_decant' AND c.relkind = 'r'"
  )
  return new Set(found.map((row) => row.name))
})

const hasSchema = Effect.fnUntraced(function* (sql: Sql, name: string) {
  const found = yield* sql.rows("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1", [name])
  return found.length > 0
})

/** `IF NOT EXISTS` asks for the right to make schemas even where there is nothing to make. */
const ensureSchema = Effect.fnUntraced(function* (sql: Sql, name: string) {
  if (!(yield* hasSchema(sql, name))) yield* sql.run(`CREATE SCHEMA IF NOT EXISTS ${identifier(name)}`)
})

/** Two processes that make it at once wait for one another by the lock. */
export const ensureState = Effect.fnUntraced(function* (
  sql: Sql,
  schema: string
): Effect.fn.Return<void, DestinationError> {
  const present = yield* presentTables(sql)
  if (Object.keys(tables).every((name) => present.has(name)) && (yield* hasSchema(sql, schema))) return
  const make = Effect.gen(function* () {
    yield* sql.run("SELECT pg_advisory_xact_lock(hashtextextended('decant state', 0))")
    yield* ensureSchema(sql, "_decant")
    yield* ensureSchema(sql, schema)
    for (const [name, columns] of Object.entries(tables)) {
      if (!present.has(name)) yield* sql.run(`CREATE TABLE IF NOT EXISTS _decant.${name} (${columns})`)
    }
  })
  yield* transaction(sql, make)
})

export const hasState = (sql: Sql): Effect.Effect<boolean, DestinationError> =>
  Effect.map(presentTables(sql), (present) => present.has("checkpoints"))

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

const where = "WHERE schema_name = $1 AND stream = $2"

export const readState = Effect.fnUntraced(function* (
  sql: Sql,
  schema: string,
  stream: string
): Effect.fn.Return<StreamState | null, DestinationError> {
  const rows = yield* sql.rows(
    `SELECT checkpoint, published_generation, layout, table_name FROM _decant.checkpoints ${where}`,
    [schema, stream]
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

const otherOrg = (location: string, schema: string, held: string, wanted: string): DestinationError =>
  DestinationError.of(
    "DESTINATION_OTHER_ORG",
    `Schema ${schema} of ${location} holds the copy of org ${held}, but these credentials lead to org ${wanted}.`,
    "Check `environment` and the credentials in the spec, or set another `url` or `schema` in its destination for the other org; after a sandbox refresh, `decant sync --adopt-org` keeps the old tables aside."
  )

export interface OrgOf {
  readonly location: string
  readonly schema: string
  readonly orgId: string | null
}

/** Fails when the schema's rows came from another org than the one that is read now. */
export const checkOrg = Effect.fnUntraced(function* (
  sql: Sql,
  at: OrgOf
): Effect.fn.Return<string | null, DestinationError> {
  const rows = yield* sql.rows(
    "SELECT org_id FROM _decant.checkpoints WHERE schema_name = $1 ORDER BY org_id = $2 LIMIT 1",
    [at.schema, at.orgId ?? ""]
  )
  const held = rows[0]?.org_id
  if (typeof held !== "string") return null
  if (at.orgId !== null && held !== at.orgId) return yield* otherOrg(at.location, at.schema, held, at.orgId)
  return held
})

export const readCheckpoints = Effect.fnUntraced(function* (
  sql: Sql,
  at: OrgOf
): Effect.fn.Return<StoredCheckpoints, DestinationError> {
  if (!(yield* hasState(sql))) return { orgId: null, streams: {} }
  const orgId = yield* checkOrg(sql, at)
  const rows = yield* sql.rows(
    "SELECT stream, checkpoint FROM _decant.checkpoints WHERE schema_name = $1 ORDER BY stream",
    [at.schema]
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
  yield* sql.run(
    `INSERT INTO _decant.checkpoints VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     ON CONFLICT (schema_name, stream) DO UPDATE SET (table_name, spec_name, org_id, version, phase, generation,
       published_generation, cursor_field, cursor, rows, updated_at, layout, checkpoint) =
       (excluded.table_name, excluded.spec_name, excluded.org_id, excluded.version, excluded.phase, excluded.generation,
       excluded.published_generation, excluded.cursor_field, excluded.cursor, excluded.rows, excluded.updated_at,
       excluded.layout, excluded.checkpoint)`,
    [
      state.schema,
      state.stream,
      state.table,
      state.specName,
      state.orgId,
      checkpoint.version,
      checkpoint.phase,
      checkpoint.generation,
      state.published,
      checkpoint.cursorField,
      checkpoint.cursor,
      checkpoint.rows,
      checkpoint.updatedAt,
      state.layout,
      JSON.stringify(checkpoint)
    ]
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
  const rows = yield* sql.rows(`SELECT id FROM _decant.segments ${where} AND id = ANY($3)`, [
    schema,
    stream,
    ids
  ])
  return new Set(rows.map((row) => String(row.id)))
})

/** Segments of finished work and tombstones serve no job that could still run after this time. */
export const forgetOld = Effect.fnUntraced(function* (
  sql: Sql,
  schema: string,
  stream: string,
  now: Instant
): Effect.fn.Return<void, DestinationError> {
  const before = `< $3::timestamptz - interval '${keepDays} days'`
  const values = [schema, stream, now]
  yield* sql.run(`DELETE FROM _decant.segments ${where} AND committed_at ${before}`, values)
  yield* sql.run(`DELETE FROM _decant.tombstones ${where} AND recorded_at ${before}`, values)
})
