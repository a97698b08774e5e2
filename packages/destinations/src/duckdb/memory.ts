/**
 * How much memory a commit may use. Ordinary rows need little, whatever their number, and a low limit keeps the
 * process small; rows of several 131,072-character texts need gigabytes for the same bytes. So a commit that
 * does not fit is tried again with more, up to what the machine can spare.
 */
import { availableParallelism, totalmem } from "node:os"
import type { MemoryUse } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"

const mebibyte = 1024 * 1024

const most = Math.floor((totalmem() * 0.7) / mebibyte)

export interface MemoryPlan {
  readonly threads: number
  /** In MiB: where a commit begins, and what it is given when that was not enough. */
  readonly limits: ReadonlyArray<number>
}

const planOf = (threads: number, first: number): MemoryPlan => {
  const least = Math.min(most, first)
  return { threads, limits: [least, 4 * least, 12 * least].map((size) => Math.min(size, most)) }
}

const normalThreads = Math.min(4, availableParallelism())

const plans: Readonly<Record<MemoryUse, MemoryPlan>> = {
  /** Each thread reads with a buffer of 32 MiB and holds the rows of a vector before it writes them. */
  normal: planOf(normalThreads, 256 + 96 * normalThreads),
  small: planOf(1, 192)
}

export const memoryPlan = (use: MemoryUse | undefined): MemoryPlan => plans[use ?? "normal"]

export const firstLimit = ({ limits }: MemoryPlan): string => `${limits[0] ?? most}MiB`

/** How much CSV a commit gathers. Rows go to disk as they are read, so that a commit's size adds little. */
export const commitBytes = (use: MemoryUse | undefined): number => (use === "small" ? 64 : 256) * mebibyte

/** The body with growing limits, until it fits or the machine has no more. */
export const withEnoughMemory = <A>(
  body: (limit: string) => Effect.Effect<A, DestinationError>,
  { limits }: MemoryPlan = plans.normal
): Effect.Effect<A, DestinationError> => {
  const attempt = (step: number): Effect.Effect<A, DestinationError> =>
    Effect.catch(body(`${limits[step] ?? most}MiB`), (error) => {
      const more = (limits[step + 1] ?? 0) > (limits[step] ?? 0)
      return error.code === "OUT_OF_MEMORY" && more ? attempt(step + 1) : Effect.fail(error)
    })
  return attempt(0)
}
