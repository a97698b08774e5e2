/**
 * Whether Bulk query jobs may be made: the org has so many a day, and so much room for their results. Asked of the
 * org once, when the first job is about to be made; a user who may not ask goes on until Salesforce says no.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_limits.htm
 */
import { Effect, Schema } from "effect"
import { grouped } from "../grouped.ts"
import type { ReadError } from "../read-error.ts"
import { type SourceError, sourceError } from "../source-error.ts"
import { decodeReply } from "./api-reply.ts"
import type { SalesforceClient } from "./salesforce-client.ts"

/** Where the spec sets no budget: the last jobs of the day are left to others. */
const DEFAULT_SHARE = 0.99

const Limit = Schema.Struct({ Max: Schema.Finite, Remaining: Schema.Finite })
type Limit = typeof Limit.Type

const Limits = Schema.Struct({
  DailyApiRequests: Schema.optionalKey(Limit),
  DailyBulkV2QueryJobs: Schema.optionalKey(Limit),
  DailyBulkV2QueryFileStorageMB: Schema.optionalKey(Limit)
})

export interface BulkRoom {
  /** Why no job should be made; null when one may. */
  readonly whyNot: Effect.Effect<SourceError | null, ReadError>
  readonly jobMade: () => void
  /** Salesforce has refused a job for its limit. */
  readonly isFull: () => void
  /** Salesforce has said that it does not serve the object by Bulk. */
  readonly refuses: (object: string) => boolean
  readonly refused: (object: string) => void
}

const spent = (what: string): SourceError =>
  sourceError(
    "BULK_LIMIT_SPENT",
    `${what}, and the rows are too many to be read without.`,
    "The next run goes on from here, once jobs of the last 24 hours have passed. Setup → Bulk Data Load Jobs shows who makes them."
  )

export const makeBulkRoom = Effect.fnUntraced(function* (
  client: SalesforceClient,
  share: number | null
): Effect.fn.Return<BulkRoom> {
  const most = share ?? DEFAULT_SHARE
  const refusing = new Set<string>()
  let made = 0
  let full = false

  const limits = yield* Effect.cached(
    client.text({ stream: null, path: client.resource("/limits") }).pipe(
      Effect.flatMap((reply) => decodeReply(Limits, "its limits", reply)),
      Effect.tap(({ DailyApiRequests: calls }) =>
        Effect.sync(() => {
          if (calls !== undefined) client.noteUsage({ used: calls.Max - calls.Remaining, max: calls.Max })
        })
      ),
      Effect.catchIf(
        (error) => error.disposition === "failed",
        () => Effect.succeed<typeof Limits.Type>({})
      )
    )
  )

  const isSpent = (limit: Limit | undefined, own: number): limit is Limit =>
    limit !== undefined && limit.Max > 0 && limit.Max - limit.Remaining + own >= limit.Max * most

  return {
    whyNot: Effect.map(limits, (org) => {
      if (full) return spent("Salesforce takes no more Bulk query jobs of this org today")
      const { DailyBulkV2QueryJobs: jobs, DailyBulkV2QueryFileStorageMB: room } = org
      if (isSpent(jobs, made)) {
        return spent(
          `Of the ${grouped(jobs.Max)} Bulk query jobs that the org may make in 24 hours ${grouped(Math.max(0, jobs.Remaining - made))} are left`
        )
      }
      return isSpent(room, 0)
        ? spent(
            `Of the ${grouped(room.Max)} MB that results of Bulk queries may have in 24 hours ${grouped(room.Remaining)} are left`
          )
        : null
    }),
    jobMade: () => {
      made++
    },
    isFull: () => {
      full = true
    },
    refuses: (object) => refusing.has(object),
    refused: (object) => void refusing.add(object)
  }
})
