/** What `verify` and `status` ask about a stream's rows. */
import type { InspectRequest, InspectResult } from "@decant/connector"
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

const withoutKey = (stream: string): DestinationError =>
  DestinationError.of(
    "NOT_SUPPORTED",
    `${stream} has no key, so its rows can only be counted.`,
    "Give the stream a `primaryKey`."
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

export const inspectStream = Effect.fnUntraced(function* (
  sql: Sql,
  at: { readonly schema: string; readonly stream: string },
  request: InspectRequest
): Effect.fn.Return<InspectResult, DestinationError> {
  const state = (yield* hasState(sql)) ? yield* readState(sql, at.schema, at.stream) : null
  const layout = decodeLayout(state?.layout)
  if (state === null || Option.isNone(layout)) return yield* unknownStream(at.stream)
  const table = qualified(at.schema, state.table)
  const { flag } = layout.value
  const keys = layout.value.key ?? []
  if (request.kind === "counts") return yield* counts(sql, table, flag, keys)
  if (keys.length === 0) return yield* withoutKey(at.stream)
  return yield* DestinationError.of(
    "NOT_SUPPORTED",
    "The DuckDB destination does not yet compare rows.",
    "Compare the counts only."
  )
})
