/** How many rows a stream's table holds, and which table that is. */
import type { InspectResult } from "@decant/connector"
import { Effect, Option, Schema } from "effect"
import { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { identifier } from "../sql-text.ts"
import { hasState, readState } from "./state.ts"
import { qualified } from "./target-table.ts"

/** What is needed of a layout, from the text that was stored with the checkpoint. */
const StoredLayout = Schema.fromJsonString(
  Schema.Struct({
    key: Schema.NullOr(Schema.Array(Schema.String)),
    guard: Schema.NullOr(Schema.String),
    flag: Schema.NullOr(Schema.String)
  })
)
const decodeLayout = Schema.decodeUnknownOption(StoredLayout)

const unknownStream = (stream: string): DestinationError =>
  DestinationError.of(
    "DESTINATION_UNREACHABLE",
    `The destination holds no published rows of ${stream}.`,
    `Run \`decant sync --stream ${stream}\` first.`
  )

const counts = Effect.fnUntraced(function* (
  sql: Sql,
  table: string,
  flag: string | null,
  key: ReadonlyArray<string>
): Effect.fn.Return<InspectResult, DestinationError> {
  const live = flag === null ? "" : `FILTER (WHERE ${identifier(flag)} IS NOT TRUE)`
  const names = key.map(identifier).join(", ")
  const distinct =
    key.length === 0 ? "count(*)" : `count(DISTINCT ${key.length === 1 ? names : `(${names})`})`
  const rows = yield* sql.rows(
    `SELECT count(*)::DOUBLE AS rows, (count(*) ${live})::DOUBLE AS live, (${distinct})::DOUBLE AS keys FROM ${table}`
  )
  const of = (name: string) => Number(rows[0]?.[name])
  return { kind: "counts", rows: of("rows"), live: of("live"), distinctKeys: of("keys") }
})

/** What the checkpoint says is stored, and where. */
export const publishedTable = Effect.fnUntraced(function* (
  sql: Sql,
  at: { readonly schema: string; readonly stream: string }
) {
  const state = (yield* hasState(sql)) ? yield* readState(sql, at.schema, at.stream) : null
  const layout = decodeLayout(state?.layout)
  if (state === null || Option.isNone(layout)) return yield* unknownStream(at.stream)
  return { version: state.checkpoint.version, table: state.table, ...layout.value }
})

export const countStream = Effect.fnUntraced(function* (
  sql: Sql,
  at: { readonly schema: string; readonly stream: string }
): Effect.fn.Return<InspectResult, DestinationError> {
  const { table, flag, key } = yield* publishedTable(sql, at)
  return yield* counts(sql, qualified(at.schema, table), flag, key ?? [])
})
