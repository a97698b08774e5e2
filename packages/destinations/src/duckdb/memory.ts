/**
 * How much memory a commit may use. Ordinary rows need little, whatever their number, and a low limit keeps the
 * process small; rows of several 131,072-character texts need gigabytes for the same bytes. So a commit that
 * does not fit is tried again with more, up to what the machine can spare.
 */
import { availableParallelism, totalmem } from "node:os"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"

export const threads = Math.min(4, availableParallelism())

const mebibyte = 1024 * 1024

const most = Math.floor((totalmem() * 0.7) / mebibyte)

/** Each thread reads with a buffer of 32 MiB and holds the rows of a vector before it writes them. */
const first = Math.min(most, 256 + 96 * threads)

const steps: ReadonlyArray<number> = [first, 4 * first, 12 * first].map((size) => Math.min(size, most))

export const firstLimit = `${first}MiB`

/** The body with growing limits, until it fits or the machine has no more. */
export const withEnoughMemory = <A>(
  body: (limit: string) => Effect.Effect<A, DestinationError>
): Effect.Effect<A, DestinationError> => {
  const attempt = (step: number): Effect.Effect<A, DestinationError> =>
    Effect.catch(body(`${steps[step] ?? first}MiB`), (error) => {
      const more = (steps[step + 1] ?? 0) > (steps[step] ?? 0)
      return error.code === "OUT_OF_MEMORY" && more ? attempt(step + 1) : Effect.fail(error)
    })
  return attempt(0)
}
