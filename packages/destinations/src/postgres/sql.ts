/** One Postgres connection as the rest of this folder sees it. */
import type { Readable } from "node:stream"
import type { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"

export interface Sql {
  /** How many rows the statement changed. */
  readonly run: (sql: string, values?: ReadonlyArray<unknown>) => Effect.Effect<number, DestinationError>
  /** For small results only. */
  readonly rows: (
    sql: string,
    values?: ReadonlyArray<unknown>
  ) => Effect.Effect<ReadonlyArray<Record<string, unknown>>, DestinationError>
  /** Inside a transaction: the SQLSTATE when the statement failed with one of these, undone; null when it did not. */
  readonly refusedWith: (
    sql: string,
    codes: ReadonlyArray<string>
  ) => Effect.Effect<string | null, DestinationError>
  /** Sends the streams, last one last, through one another into `COPY … FROM STDIN`; how many rows arrived. */
  readonly copyIn: (
    sql: string,
    streams: () => readonly [Readable, ...ReadonlyArray<NodeJS.ReadWriteStream>]
  ) => Effect.Effect<number, DestinationError>
  /** Writes what `COPY … TO STDOUT` sends into a file. */
  readonly copyOut: (sql: string, path: string) => Effect.Effect<void, DestinationError>
}
