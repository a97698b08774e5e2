/**
 * How many calls the org has used in 24 hours, as near as can be known: the most that any reply has said, since
 * replies lag behind, and what was sent since then.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm
 */
import type { ApiUsage } from "@decant/auth"

export interface UsageEstimate {
  /** A call was sent. */
  readonly sent: () => void
  /** The org has said so. */
  readonly seen: (usage: ApiUsage) => void
  /** Null before the org has said anything. */
  readonly now: () => ApiUsage | null
}

export const makeUsageEstimate = (): UsageEstimate => {
  let known: ApiUsage | null = null
  let since = 0
  const now = (): ApiUsage | null => (known === null ? null : { used: known.used + since, max: known.max })
  return {
    sent: () => {
      since++
    },
    seen: (usage) => {
      if (usage.used < (now()?.used ?? 0)) return
      known = usage
      since = 0
    },
    now
  }
}
