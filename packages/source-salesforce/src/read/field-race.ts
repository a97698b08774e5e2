/** A field that went between the describe and the query: the reading begins again without it, once. */
import type { Advance, StreamCheckpoint } from "@decant/connector"
import { type Effect, Stream } from "effect"
import type { ReadError } from "../read-error.ts"

type Advances = Stream.Stream<Advance, ReadError>

export const untilFieldsAgree = (
  start: StreamCheckpoint,
  read: (checkpoint: StreamCheckpoint) => Advances,
  again: (checkpoint: StreamCheckpoint) => Effect.Effect<Advances, ReadError>
): Advances =>
  Stream.suspend(() => {
    let last = start
    return read(start).pipe(
      Stream.map((advance) => {
        last = advance.checkpoint
        return advance
      }),
      Stream.catchIf(
        (error) => error.code === "API_UNKNOWN_FIELD" && last.work.length > 0,
        () => Stream.unwrap(again(last))
      )
    )
  })
