/** Which refused or broken calls are sent again. */
import { OrgError, type OrgFailure, orgError } from "../org-error.ts"

/** A query that timed out times out again. */
const pointless = new Set(["API_QUERY_TIMEOUT", "API_TOO_MANY_IDS"])

/** Salesforce said no before it did anything, or took back what it had done. */
const nothingWasDone = new Set([
  "API_CONCURRENT_LIMIT",
  "API_ROW_LOCKED",
  "API_THROTTLED",
  "API_EDGE_NO_ROUTE"
])

/** Nobody answered, or only something in between. */
const anythingMayBeDone = new Set(["NET_BROKEN", "NET_TIMEOUT", "API_UNAVAILABLE"])

/** `mayRepeat`: doing it twice does no harm, as with everything that only reads. */
export const isWorthRepeating =
  (mayRepeat: boolean) =>
  (error: OrgFailure): boolean =>
    error.tryAgainSoon && (mayRepeat ? !pointless.has(error.code) : nothingWasDone.has(error.code))

/** A write of unknown outcome says so instead of how the connection ended. */
export const asUncertain = (error: OrgFailure): OrgFailure =>
  error instanceof OrgError && anythingMayBeDone.has(error.code)
    ? orgError("WRITE_UNCERTAIN", {
        message: `Whether the write was done is not known. ${error.message}`
      })
    : error
