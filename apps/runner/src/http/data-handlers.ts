/** The copy: its tables, and one SELECT at a time, by the same read-only way as `decant query`. */
import { type DataTable, DecantApi } from "@decant/api"
import type { Destination } from "@decant/connector"
import { Clock, Effect, type Schema, Stream } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { queryCsv } from "../commands/query-format.ts"
import { findDestination } from "../registry.ts"
import { answering } from "./answer.ts"
import { usable } from "./connection/usable-spec.ts"

const secondsAtMost = 60
const rowsShown = 1_000
const rowsOfFile = 1_000_000

const destinationOf = Effect.fnUntraced(function* (id: string) {
  const { specFile } = yield* usable(id)
  const { spec, folder } = specFile
  const connector = yield* findDestination(spec.destination.type)
  const destination = yield* connector.open({ spec, folder, orgId: null, notice: () => Effect.void })
  return { destination, schema: spec.destination.schema }
})

const ask = Effect.fnUntraced(function* (id: string, sql: string, maxRows: number) {
  const { destination } = yield* destinationOf(id)
  const begun = yield* Clock.currentTimeMillis
  const result = yield* destination.query(sql, { maxRows, seconds: secondsAtMost })
  return { result, durationMs: (yield* Clock.currentTimeMillis) - begun }
}, Effect.scoped)

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

const tableNames = (schema: string): string =>
  `SELECT table_schema, table_name, CASE WHEN table_type = 'VIEW' THEN 'view' ELSE 'table' END AS kind
   FROM information_schema.tables WHERE lower(table_schema) = lower(${literal(schema)})
     AND table_name NOT LIKE '\\_decant%' ESCAPE '\\' ORDER BY kind, table_name`

/** All counts by one statement; where that takes too long there are none. */
const counts = (destination: Destination, tables: ReadonlyArray<DataTable>) => {
  const real = tables.filter(({ kind }) => kind === "table")
  if (real.length === 0) return Effect.succeed(new Map<string, number>())
  const sql = real
    .map(
      ({ schema, name }) =>
        `SELECT ${literal(name)} AS name, count(*) AS rows FROM ${quoted(schema)}.${quoted(name)}`
    )
    .join(" UNION ALL ")
  return destination.query(sql, { maxRows: real.length, seconds: 10 }).pipe(
    Effect.map(({ rows }) => new Map(rows.map(([name, rows]) => [String(name), Number(rows)]))),
    Effect.orElseSucceed(() => new Map<string, number>())
  )
}

const tables = Effect.fnUntraced(function* (id: string) {
  const { destination, schema } = yield* destinationOf(id)
  const { rows } = yield* destination.query(tableNames(schema), { maxRows: 5_000, seconds: secondsAtMost })
  const stored = yield* destination.checkpoints
  const streams = new Set(Object.keys(stored.streams).map((stream) => stream.toLowerCase()))
  const named = rows.map(
    ([inSchema, name, kind]): DataTable => ({
      schema: String(inSchema),
      name: String(name),
      // Tables that are files are views to the database that reads them.
      kind: kind === "table" || streams.has(String(name).toLowerCase()) ? "table" : "view",
      rows: null,
      sql: `SELECT * FROM ${quoted(String(name))} LIMIT 100`
    })
  )
  const counted = yield* counts(destination, named)
  return named.map((table) => ({ ...table, rows: counted.get(table.name) ?? null }))
}, Effect.scoped)

export const dataHandlers = HttpApiBuilder.group(DecantApi, "data", (handlers) =>
  handlers.handleAll({
    tables: ({ params }) =>
      answering(
        tables(params.id).pipe(
          // Before the first sync there is nothing, which is no failure.
          Effect.catchIf(
            ({ code }) => code === "DESTINATION_UNREACHABLE",
            (): Effect.Effect<ReadonlyArray<DataTable>> => Effect.succeed([])
          )
        )
      ),
    query: ({ params, payload }) =>
      answering(
        Effect.map(ask(params.id, payload.sql, payload.limit ?? rowsShown), ({ result, durationMs }) => ({
          columns: result.columns,
          rows: result.rows as ReadonlyArray<ReadonlyArray<Schema.Json>>,
          truncated: result.truncated,
          durationMs
        }))
      ),
    csv: ({ params, payload }) =>
      answering(
        Effect.map(ask(params.id, payload.sql, rowsOfFile), ({ result }) =>
          Stream.encodeText(Stream.make(queryCsv(result)))
        )
      )
  })
)
