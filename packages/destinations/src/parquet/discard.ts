/** Drops a generation that is not published: the stream's state without it, made true by the log like any other. */
import type { Commit } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import type { Writer } from "./base.ts"
import { appendState } from "./conclude.ts"
import type { StreamState } from "./stream-state.ts"
import { readAllStreams, type StreamTable } from "./stream-table.ts"

export const discardGeneration = (
  writer: Writer,
  stream: Commit["stream"],
  generation: number
): Effect.Effect<void, DestinationError> =>
  writer.workbench.use(
    Effect.fnUntraced(function* (sql: Sql): Effect.fn.Return<void, DestinationError> {
      const streams = yield* readAllStreams({ sql, ...writer })
      const table = streams.find(({ state }) => state.details.stream === stream)
      if (
        table === undefined ||
        Number(table.state.details.checkpoints[0]?.published_generation) === generation
      ) {
        return
      }
      const change = { operation: "DISCARD", actions: [] }
      yield* appendState({ writer, sql }, table, without(table, generation), change)
    })
  )

const without = (
  { state }: StreamTable & { readonly state: StreamState },
  generation: number
): StreamState["details"] => ({
  ...state.details,
  hidden: state.details.hidden?.generation === generation ? null : state.details.hidden,
  segments: state.details.segments.filter((row) => Number(row.generation) !== generation)
})
