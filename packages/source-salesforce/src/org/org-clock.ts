/**
 * The org's clock, as its `Date` headers tell it. Windows and checkpoints are of this clock: a machine that
 * is minutes off must not leave rows out. The header has whole seconds.
 */
import { type Instant, instantFromMillis } from "@decant/connector"

export interface OrgClock {
  readonly note: (dateHeader: string | undefined) => void
  /** The second that was running in the org at its last reply; ours before the first. */
  readonly now: () => Instant
}

export const makeOrgClock = (): OrgClock => {
  let last: number | null = null
  return {
    note: (header) => {
      const millis = header === undefined ? Number.NaN : Date.parse(header)
      if (!Number.isNaN(millis)) last = millis
    },
    now: () => instantFromMillis(last ?? Math.floor(Date.now() / 1000) * 1000)
  }
}
