/**
 * The org's limits and how much of each is left.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_limits.htm
 */
import { Effect } from "effect"
import { DAILY_JOBS, QueryJobs } from "../bulk/query-jobs.ts"
import { Org } from "../org/org.ts"
import { json, restRoute } from "../server/rest-route.ts"
import { SalesforceError } from "../server/salesforce-error.ts"

/** Limits the emulator does not use up, with their maximum. */
const untouched = {
  DailyAsyncApexExecutions: 250_000,
  DailyBulkApiBatches: 15_000,
  DailyBulkV2QueryFileStorageMB: 976_562,
  DailyDeliveredPlatformEvents: 50_000,
  DataStorageMB: 10_240,
  FileStorageMB: 10_240,
  HourlyPublishedPlatformEvents: 250_000,
  MassEmail: 5000,
  PermissionSets: 1500,
  SingleEmail: 5000
}

const forbidden = new SalesforceError({
  status: 403,
  errorCode: "FORBIDDEN",
  message: "You do not have enough permissions"
})

const left = ({ max, used }: { readonly max: number; readonly used: number }) => ({
  Max: max,
  Remaining: Math.max(0, max - used)
})

export const limitsRoute = restRoute("GET", "/limits", () =>
  Effect.gen(function* () {
    const { usage, sight } = yield* Org
    if (!sight.may("ViewSetup")) return yield* forbidden
    const { perApp } = usage
    const bulkJobs = (yield* QueryJobs).usedToday()
    return json({
      DailyApiRequests: { ...left(usage), ...(perApp === null ? {} : { [perApp.name]: left(perApp) }) },
      DailyBulkV2QueryJobs: { Max: DAILY_JOBS, Remaining: DAILY_JOBS - bulkJobs },
      ...Object.fromEntries(
        Object.entries(untouched).map(([name, max]) => [name, { Max: max, Remaining: max }])
      )
    })
  })
)
