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

/** What rows pass through on their way. */
export interface Passage {
  readonly columns: number
  /** Whether a whole row group is held before it is written, as Parquet's are. */
  readonly rowGroups?: boolean
}

export interface MemoryPlan {
  readonly threads: number
  /** In MiB: where a commit begins, and what it is given when that was not enough. */
  readonly limits: (passage: Passage) => ReadonlyArray<number>
  /** What DuckDB has freed goes back to the system by so many MiB. */
  readonly giveBack: number
}

const readBuffer = 32
/** Of a column in one thread: by two of them 790 columns load in 768 MiB and not in 704, 400 in 448 and not in 416. */
const columnBuffer = 0.45
const rowGroup = 64

const planOf = ({
  threads,
  base,
  giveBack
}: Pick<MemoryPlan, "threads" | "giveBack"> & { readonly base: number }): MemoryPlan => ({
  threads,
  giveBack,
  limits: ({ columns, rowGroups }) => {
    const threadsHold = threads * (readBuffer + columnBuffer * columns)
    const groups = rowGroups === true ? (threads - 1) * rowGroup : 0
    const least = Math.min(most, Math.ceil(base + threadsHold + groups))
    return [least, 4 * least, 12 * least].map((size) => Math.min(size, most))
  }
})

/** In MiB. A process is 30 to 80 MB smaller for it, and up to a tenth slower. */
const soon = 16
/** What DuckDB does by itself. */
const late = 512

/**
 * For first loads into a DuckDB file, whose memory otherwise grows with the number of commits. Parquet files, which are
 * written in less time, keep DuckDB's own way.
 */
export const giveBackSoon = `SET allocator_bulk_deallocation_flush_threshold = '${soon}MiB'`

const plans: Readonly<Record<MemoryUse, MemoryPlan>> = {
  normal: planOf({ threads: Math.min(4, availableParallelism()), base: 208, giveBack: late }),
  small: planOf({ threads: 1, base: 152, giveBack: soon })
}

export const memoryPlan = (use: MemoryUse | undefined): MemoryPlan => plans[use ?? "normal"]

/** An object of usual width. */
const usual: Passage = { columns: 20 }

/** Where it is not known beforehand which tables are read. */
export const anyWidth: Passage = { columns: 200 }

export const firstLimit = ({ limits }: MemoryPlan): string => `${limits(usual)[0] ?? most}MiB`

/** How much CSV a commit gathers. Rows go to disk as they are read, so that a commit's size adds little. */
export const commitBytes = (use: MemoryUse | undefined): number => (use === "small" ? 64 : 256) * mebibyte

/** The body with growing limits, until it fits or the machine has no more. */
export const withEnoughMemory = <A>(
  body: (limit: string) => Effect.Effect<A, DestinationError>,
  plan: MemoryPlan = plans.normal,
  passage: Passage = usual
): Effect.Effect<A, DestinationError> => {
  const limits = plan.limits(passage)
  const attempt = (step: number): Effect.Effect<A, DestinationError> =>
    Effect.catch(body(`${limits[step] ?? most}MiB`), (error) => {
      const more = (limits[step + 1] ?? 0) > (limits[step] ?? 0)
      return error.code === "OUT_OF_MEMORY" && more ? attempt(step + 1) : Effect.fail(error)
    })
  return attempt(0)
}
