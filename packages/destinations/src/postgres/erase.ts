/**
 * Erases a record: its rows leave every table of the stream in one transaction; then the tables are vacuumed, which
 * frees what the dead versions of the rows took, without keeping readers waiting. What Postgres has not yet written
 * over, its log, replicas and backups are the server's own to look after: docs/postgres.md says how.
 */
import type { Erasure } from "@decant/connector"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import { identifier, literal } from "../sql-text.ts"
import { hiddenName } from "./hidden.ts"
import { publishedTable, type StreamAt } from "./inspect.ts"
import type { Sessions } from "./sessions.ts"
import type { Sql } from "./sql.ts"
import { lockStream } from "./stream-lock.ts"
import { qualified, tableTypes } from "./target-table.ts"
import { transaction } from "./transaction.ts"

const withoutKey = (stream: string): DestinationError =>
  DestinationError.of(
    "NOT_SUPPORTED",
    `${stream} has no key, so no single row of it can be named.`,
    "Delete the rows at their source and let the stream be read whole again."
  )

interface Place {
  readonly place: string
  readonly sql: string
  /** Under which a row is the record's. */
  readonly condition: string
}

/** The visible table, its history, and generations that are not published yet. */
const ownTables = Effect.fnUntraced(function* (
  sql: Sql,
  { schema, stream }: StreamAt,
  published: { readonly table: string; readonly historyTable?: string | null; readonly generation: number }
) {
  const { table, historyTable, generation } = published
  const loaded = yield* sql.rows(
    "SELECT DISTINCT generation FROM _decant.loads WHERE schema_name = $1 AND stream = $2",
    [schema, stream]
  )
  const generations = new Set([generation, ...loaded.map((row) => Number(row.generation))])
  const names = [
    table,
    ...(historyTable == null ? [] : [historyTable]),
    ...[...generations].map((number) => hiddenName(table, number))
  ]
  const found: Array<string> = []
  for (const name of names) {
    if ((yield* tableTypes(sql, schema, name)) !== null) found.push(name)
  }
  return found
})

const eraseRows = Effect.fnUntraced(function* (sql: Sql, at: StreamAt, key: string) {
  const { schema, stream } = at
  const published = yield* publishedTable(sql, at)
  const names = published.key ?? []
  if (names.length === 0) return yield* withoutKey(stream)
  yield* lockStream(sql, schema, stream)
  const cells = names.map((name) => identifier(name))
  const isRecord =
    cells.length === 1
      ? `${cells[0]}::text = ${literal(key)}`
      : `concat_ws(chr(31), ${cells.join(", ")}) = ${literal(key)}`
  const tables = yield* ownTables(sql, at, published)
  const hidden = tables.filter((name) => name !== published.table && name !== published.historyTable)
  // Writers of parts may be copying into it without the stream's lock: what they have begun is waited for.
  for (const name of hidden) {
    yield* sql.run(`LOCK TABLE ${qualified(schema, name)} IN SHARE ROW EXCLUSIVE MODE`)
  }
  const places: ReadonlyArray<Place> = [
    ...tables.map((name) => ({
      place: `${schema}.${name}`,
      sql: qualified(schema, name),
      condition: isRecord
    })),
    {
      place: "_decant.tombstones",
      sql: "_decant.tombstones",
      condition: `schema_name = ${literal(schema)} AND stream = ${literal(stream)} AND key = ${literal(key)}`
    }
  ]
  const removed: Array<Erasure["removed"][number]> = []
  for (const { place, sql: table, condition } of places) {
    removed.push({ place, rows: yield* sql.run(`DELETE FROM ${table} WHERE ${condition}`) })
  }
  const mentions: Place = {
    place: "_decant.runs",
    sql: "_decant.runs",
    condition: `strpos(report, ${literal(key)}) > 0`
  }
  yield* sql.run(
    `UPDATE ${mentions.sql} SET report = replace(report, ${literal(key)}, '(erased)') WHERE ${mentions.condition}`
  )
  return { removed: removed.filter(({ rows }) => rows > 0), places: [...places, mentions] }
})

export const eraseRecord = (
  sessions: Sessions,
  at: StreamAt,
  key: string
): Effect.Effect<Erasure, DestinationError> =>
  sessions.use((sql) =>
    Effect.gen(function* () {
      const { removed, places } = yield* transaction(sql, eraseRows(sql, at, key))
      yield* sql.run(`VACUUM ${places.map((place) => place.sql).join(", ")}`)
      const proof = yield* Effect.forEach(places, ({ place, sql: table, condition }) =>
        Effect.map(sql.rows(`SELECT count(*)::float8 AS rows FROM ${table} WHERE ${condition}`), ([row]) => ({
          place,
          method: "rows by the Id, after VACUUM",
          found: Number(row?.rows)
        }))
      )
      return { removed, proof }
    })
  )
