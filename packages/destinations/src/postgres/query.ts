/**
 * One read-only statement over the copy, for people and agents. Postgres itself enforces it: a role that may only
 * read (`queryUrl`), one statement by the extended protocol, in a read-only transaction with a time limit. Roles that
 * a read-only transaction does not bind are refused: superusers and those that run programs or files on the server
 * (`COPY … TO PROGRAM` passes `BEGIN READ ONLY`).
 */
import type { QueryLimits, QueryResult } from "@decant/connector"
import { Effect } from "effect"
import type pg from "pg"
import Cursor from "pg-cursor"
import { DestinationError } from "../destination-error.ts"
import { identifier } from "../sql-text.ts"
import { cellTypes } from "./cell-json.ts"
import { codeOf, failureOf } from "./postgres-failure.ts"
import type { PostgresSettings } from "./postgres-settings.ts"
import { connectTo } from "./sessions.ts"

const roleFix =
  "Make a role that may only read (docs/postgres.md has the statements) and name it in the spec's destination as `queryUrl`."

const refused = (why: string): DestinationError =>
  DestinationError.of(
    "QUERY_REFUSED",
    `Queries can only read the copy: ${why}.`,
    "Write one SELECT over the tables of the copy. To change data or export it, connect with psql."
  )

const roleRefused = (role: string, why: string): DestinationError =>
  DestinationError.of("QUERY_REFUSED", `Queries cannot run as ${role}: ${why}.`, roleFix)

const tooLong = (seconds: number): DestinationError =>
  DestinationError.of(
    "QUERY_TOO_LONG",
    `The query took more than ${seconds} s and was stopped.`,
    "Narrow it with WHERE or LIMIT, or connect with psql."
  )

const readingWords = new Set(["select", "with", "values", "table", "show", "explain"])

/** The first word after comments and opening brackets. */
const firstWord = (sql: string): string => {
  const start = sql.replace(/^(\s|\(|--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/)*/, "")
  return (/^[A-Za-z]+/.exec(start)?.[0] ?? "").toLowerCase()
}

const dangerous = ["pg_execute_server_program", "pg_write_server_files", "pg_read_server_files"]

const checkRole = async (client: pg.Client): Promise<void> => {
  const found = await client.query(
    `SELECT r.rolname AS name, r.rolsuper AS super, r.rolreplication AS replication,
       (SELECT string_agg(d.rolname, ', ') FROM pg_catalog.pg_roles d
         WHERE d.rolname = ANY($1) AND pg_has_role(r.oid, d.oid, 'MEMBER')) AS member
     FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`,
    [dangerous]
  )
  const role = found.rows[0]
  if (role.super) {
    throw roleRefused(role.name, "a superuser can run programs on the server even when it only reads")
  }
  if (role.replication)
    throw roleRefused(role.name, "a replication role can read every database of the server")
  if (role.member !== null) throw roleRefused(role.name, `it has ${role.member}`)
}

const settingsOf = (schema: string, limits: QueryLimits): string =>
  [
    `SET search_path = ${identifier(schema)}`,
    "SET client_min_messages = error",
    "SET TimeZone = 'UTC'",
    "SET DateStyle = 'ISO, YMD'",
    "SET IntervalStyle = 'iso_8601'",
    "SET extra_float_digits = 1",
    "SET bytea_output = 'hex'",
    "SET default_transaction_read_only = on",
    "SET lock_timeout = '10s'",
    `SET statement_timeout = ${Math.max(1, Math.round(limits.seconds * 1000))}`
  ].join("; ")

const queryFailure = (location: string, limits: QueryLimits, cause: unknown): DestinationError => {
  if (cause instanceof DestinationError) return cause
  const code = codeOf(cause)
  const message = cause instanceof Error ? cause.message : String(cause)
  if (code === "57014") return tooLong(limits.seconds)
  if (code === "25006" || /multiple commands/.test(message)) return refused(message)
  if (code === "42501") {
    return DestinationError.of(
      "QUERY_REFUSED",
      `The role may not read that: ${message}.`,
      "Grant it SELECT (docs/postgres.md has the statements)."
    )
  }
  if (code === "" || /^(08|28|3D|53|57|E)/.test(code)) return failureOf(location, cause)
  return DestinationError.of(
    "QUERY_FAILED",
    message,
    'Correct the query; `decant query "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"` lists tables and columns.'
  )
}

const typeNames = async (
  client: pg.Client,
  types: ReadonlyArray<number>
): Promise<ReadonlyMap<number, string>> => {
  const found = await client.query(
    "SELECT oid::integer AS oid, format_type(oid, NULL) AS name FROM pg_catalog.pg_type WHERE oid = ANY($1)",
    [[...types]]
  )
  return new Map(found.rows.map((row) => [row.oid, row.name]))
}

const read = (
  cursor: Cursor<ReadonlyArray<unknown>>,
  rows: number
): Promise<{ readonly rows: ReadonlyArray<ReadonlyArray<unknown>>; readonly result: pg.QueryResult }> =>
  new Promise((resolve, reject) => {
    cursor.read(rows, (error, found, result) => {
      if (error) reject(error)
      else resolve({ rows: found, result })
    })
  })

const execute = async (client: pg.Client, sql: string, limits: QueryLimits): Promise<QueryResult> => {
  await checkRole(client)
  await client.query("BEGIN READ ONLY")
  const cursor = client.query(
    new Cursor<ReadonlyArray<unknown>>(sql, [], { rowMode: "array", types: cellTypes })
  )
  const found = await read(cursor, limits.maxRows + 1)
  await cursor.close()
  await client.query("ROLLBACK")
  const fields = found.result.fields ?? []
  const names = await typeNames(
    client,
    fields.map((field) => field.dataTypeID)
  )
  return {
    columns: fields.map((field) => ({
      name: field.name,
      type: names.get(field.dataTypeID) ?? String(field.dataTypeID)
    })),
    rows: found.rows.slice(0, limits.maxRows),
    truncated: found.rows.length > limits.maxRows
  }
}

/** A connection of its own, thrown away afterwards; when the caller goes away, the server is told to stop. */
export const queryCopy = Effect.fnUntraced(function* (
  settings: PostgresSettings,
  sql: string,
  limits: QueryLimits
): Effect.fn.Return<QueryResult, DestinationError> {
  const word = firstWord(sql)
  if (!readingWords.has(word)) {
    return yield* refused(word === "" ? "there is no statement" : `${word.toUpperCase()} is not allowed`)
  }
  const target = settings.queryTarget ?? settings.target
  const catching = (cause: unknown) => queryFailure(target.location, limits, cause)
  const connect = async (): Promise<pg.Client> => {
    const client = await connectTo(target, settingsOf(settings.schema, limits))
    // Where the server's system knows how: a statement that nobody waits for any more ends at once.
    await client.query("SET client_connection_check_interval = '500ms'").catch(() => undefined)
    return client
  }
  return yield* Effect.acquireUseRelease(
    Effect.tryPromise({ try: connect, catch: catching }),
    (client) => Effect.tryPromise({ try: () => execute(client, sql, limits), catch: catching }),
    (client) => Effect.promise(() => stop(client))
  )
})

/** `end` would wait for a statement that nobody waits for any more; the server ends it at `statement_timeout`. */
const stop = async (client: pg.Client): Promise<void> => {
  const ended = client.end().catch(() => undefined)
  const late = new Promise<void>((resolve) => {
    setTimeout(() => {
      const stream = (
        client as unknown as { readonly connection: { readonly stream: { destroy: () => void } } }
      ).connection.stream
      stream.destroy()
      resolve()
    }, 500).unref()
  })
  await Promise.race([ended, late])
}
