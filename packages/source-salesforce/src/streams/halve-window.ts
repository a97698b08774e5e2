/** The two halves of a window whose query was too much, or null when it is too short to be parted. */
import { type Instant, instantFromMillis, instantToMillis, type Window } from "@decant/connector"

/** No row is older than Salesforce itself. */
const BEGINNING: Instant = "1999-01-01T00:00:00.000Z"
const SECOND = 1000

export const halveWindow = ({ from, to }: Window): readonly [Window, Window] | null => {
  const [start, end] = [instantToMillis(from ?? BEGINNING), instantToMillis(to)]
  if (end - start < 2 * SECOND) return null
  // Stamps are whole seconds.
  const middle = instantFromMillis(Math.floor((start + end) / 2 / SECOND) * SECOND)
  return [
    { from, to: middle },
    { from: middle, to }
  ]
}
