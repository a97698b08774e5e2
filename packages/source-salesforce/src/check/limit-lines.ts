/**
 * What is left of the org's daily limits. A user without “View Setup and Configuration” may not ask; then the usage
 * that every reply carries is told.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_limits.htm
 */
import type { CheckLine, Spec } from "@decant/connector"
import { Effect, Schema } from "effect"
import { grouped } from "../grouped.ts"
import { decodeReply } from "../org/api-reply.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { sourceError } from "../source-error.ts"
import { ok, warn } from "./check-line.ts"

const Limit = Schema.Struct({ Max: Schema.Finite, Remaining: Schema.Finite })
type Limit = typeof Limit.Type

const Limits = Schema.Struct({
  DailyApiRequests: Limit,
  DailyBulkV2QueryJobs: Schema.optionalKey(Limit)
})

const defaultShare = 0.9

/** The share of the org's calls that the spec wants to leave to nobody. */
const shareOf = ({ source }: Spec): number =>
  typeof source.apiBudget === "object" ? source.apiBudget.org : defaultShare

const line = (name: string, { Max, Remaining }: Limit, share: number): CheckLine => {
  const left = `${grouped(Remaining)} of ${grouped(Max)} left today`
  if (Max - Remaining < Max * share) return ok(name, left)
  return warn(
    name,
    sourceError(
      "LIMIT_NEARLY_USED",
      `Of the org's ${name} ${left}.`,
      "Wait until some of the last 24 hours has passed, or raise `apiBudget`. Setup → Company Information and → Connected Apps OAuth Usage show who uses them.",
      { again: true }
    )
  )
}

export const limitLines = Effect.fnUntraced(function* (
  client: SalesforceClient,
  spec: Spec
): Effect.fn.Return<ReadonlyArray<CheckLine>, ReadError> {
  const share = shareOf(spec)
  const limits = yield* client.text({ stream: null, path: client.resource("/limits") }).pipe(
    Effect.flatMap((reply) => decodeReply(Limits, "its limits", reply)),
    Effect.catchIf(
      (error) => !error.retryable,
      () => Effect.succeed(null)
    )
  )
  if (limits !== null) {
    const { DailyApiRequests, DailyBulkV2QueryJobs } = limits
    return [
      line("API calls", DailyApiRequests, share),
      ...(DailyBulkV2QueryJobs === undefined ? [] : [line("Bulk query jobs", DailyBulkV2QueryJobs, share)])
    ]
  }
  const usage = client.apiUsage()
  return usage === null
    ? [ok("API calls", "the org does not say how many are left")]
    : [line("API calls", { Max: usage.max, Remaining: usage.max - usage.used }, share)]
})
