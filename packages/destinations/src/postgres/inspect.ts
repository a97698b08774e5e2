/** How many rows a stream's table holds, and which table that is. */
import type { InspectResult } from "@decant/connector"
import { Effect, Option, Schema } from "effect"
import { DestinationError } from "../destination-error.ts"
import { identifier } from "../sql-text.ts"
import type { Sql } from "./sql.ts"
import { hasState, readState } from "./state.ts"
import { qualified } from "./target-table.ts"

/** What is needed of a layout, from the text that was stored with the checkpoint. */
const StoredLayout = Schema.fromJsonString(
  Schema.Struct({
    key: Schema.NullOr(Schema.Array(Schema.String)),
    guard: Schema.NullOr(Schema.String),
    flag: Schema.NullOr(Schema.String),
    historyTable: Schema.optionalKey(Schema.NullOr(Schema.String))
  })
)
const decodeLayout = Schema.decodeUnknownOption(StoredLayout)

const unknownStream = (stream: string): DestinationError =>
  DestinationError.of(
    "DESTINATION_UNREACHABLE",
    `The destination holds no published rows of ${stream}.`,
    `Run \`decant sync --stream ${stream}\` first.`
  )

export interface StreamAt {
  readonly schema: string
  readonly stream: string
}

/** What the checkpoint says is stored, and where. */
export const publishedTable = Effect.fnUntraced(function* (sql: Sql, at: StreamAt) {
  const state = (yield* hasState(sql)) ? yield* readState(sql, at.schema, at.stream) : null
  const layout = decodeLayout(state?.layout)
  if (state === null || state.published === null || Option.isNone(layout)) {
    return yield* unknownStream(at.stream)
  }
  const { version, generation } = state.checkpoint
  return { version, generation, table: state.table, ...layout.value }
})

export const countStream = Effect.fnUntraced(function* (
  sql: Sql,
  at: StreamAt
): Effect.fn.Return<InspectResult, DestinationError> {
  const { table, flag, key } = yield* publishedTable(sql, at)
  const live = flag === null ? "" : `FILTER (WHERE ${identifier(flag)} IS NOT TRUE)`
  const names = (key ?? []).map(identifier).join(", ")
  const distinct = names === "" ? "count(*)" : `count(DISTINCT (${names}))`
  const rows = yield* sql.rows(
    `SELECT count(*)::float8 AS rows, (count(*) ${live})::float8 AS live, (${distinct})::float8 AS keys
      FROM ${qualified(at.schema, table)}`
  )
  const of = (name: string) => Number(rows[0]?.[name])
  return { kind: "counts", rows: of("rows"), live: of("live"), distinctKeys: of("keys") }
})
