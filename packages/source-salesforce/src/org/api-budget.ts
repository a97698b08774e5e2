/**
 * Keeps to the spec's `apiBudget`: shares of the calls that the org may make in 24 hours, of all that use it and of
 * this spec alone. Near a share calls slow down; at it the run pauses.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm
 */
import type { ApiUsage } from "@decant/auth"
import type { SalesforceSource } from "@decant/connector"
import { Effect, Result } from "effect"
import { type SourceError, sourceError } from "../source-error.ts"
import type { CallCount } from "./call-count.ts"

const ORG_SHARE = 0.9
/** From this part of a share on, calls wait a moment. */
const NEAR = 0.95

export interface Shares {
  readonly org: number
  readonly own: number
}

/** A bare percentage is this spec's own. Null: the spec sets no budget. */
export const sharesOf = (budget: SalesforceSource["apiBudget"]): Shares | null => {
  if (budget === undefined) return null
  return typeof budget === "number" ? { org: ORG_SHARE, own: budget } : budget
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`

const spent = (who: string, used: number, max: number, share: number, key: string): SourceError =>
  sourceError(
    "API_BUDGET_SPENT",
    `${who} ${used} of the org's ${max} API calls in 24 hours; the spec allows ${percent(share)}.`,
    `The next run goes on from here, once calls of the last 24 hours have passed. To go on now raise \`apiBudget\` (${key}) in the spec.`,
    { disposition: "budget" }
  )

/** Fails when a share is used up; true when it soon will be. */
export const judge = (
  shares: Shares,
  org: ApiUsage | null,
  own: number
): Result.Result<boolean, SourceError> => {
  if (org === null) return Result.succeed(false)
  const [orgLimit, ownLimit] = [org.max * shares.org, org.max * shares.own]
  if (org.used >= orgLimit)
    return Result.fail(spent("All together used", org.used, org.max, shares.org, "org"))
  if (own >= ownLimit) return Result.fail(spent("This spec used", own, org.max, shares.own, "own"))
  return Result.succeed(org.used >= orgLimit * NEAR || own >= ownLimit * NEAR)
}

/** Asked before each call. */
export const budgetGate =
  (shares: Shares, count: CallCount) =>
  (usage: ApiUsage | null): Effect.Effect<void, SourceError> =>
    Effect.fromResult(judge(shares, usage, count.total())).pipe(
      Effect.flatMap((isNear) => (isNear ? Effect.sleep("500 millis") : Effect.void)),
      Effect.tap(() => Effect.sync(count.add))
    )
