/**
 * The two halves of a window whose query was too much, or null when it is too short to be parted. Where the
 * first and the last stamp of its rows are known, the cut lies between these: years without rows cost no job.
 */
import { type Instant, instantFromMillis, instantToMillis, type Window } from "@decant/connector"

/** No row is older than Salesforce itself. */
const BEGINNING: Instant = "1999-01-01T00:00:00.000Z"
const SECOND = 1000

export interface Stamps {
  readonly first: Instant
  readonly last: Instant
}

export const halveWindow = (
  { from, to }: Window,
  stamps: Stamps | null = null
): readonly [Window, Window] | null => {
  const first = instantToMillis(stamps?.first ?? from ?? BEGINNING)
  const last = stamps === null ? instantToMillis(to) - SECOND : instantToMillis(stamps.last)
  if (last - first < SECOND) return null
  // Stamps are whole seconds; rounded up, the cut leaves the first one before it.
  const middle = instantFromMillis(Math.ceil((first + last) / 2 / SECOND) * SECOND)
  return [
    { from, to: middle },
    { from: middle, to }
  ]
}
