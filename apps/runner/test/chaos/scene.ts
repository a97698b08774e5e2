/** What all rounds of a run share. */
import type { ChaosOrg } from "./chaos-org.ts"
import type { Copy } from "./copies.ts"
import type { CopyState } from "./copy-state.ts"
import type { FaultDeck } from "./fault-deck.ts"
import type { Known } from "./known.ts"
import type { Tap } from "./tap.ts"

/** In seconds, as the org's clock is moved. */
export const minute = 60
export const hour = 60 * minute
/** Longer than any transaction stays open. */
export const settled = 8 * minute + 5

export interface Scene {
  readonly org: ChaosOrg
  readonly tap: Tap
  readonly known: Known
  /** The first is synced in each round, the others in every fifth; in every third where little time is. */
  readonly copies: ReadonlyArray<Copy>
  /** Of each copy after its last quiet sync. */
  readonly states: Map<string, CopyState>
  /** Requests of each copy's last whole sync: where the next disturbances may fall. */
  readonly usual: Map<string, number>
  /** More and longer disturbances than the everyday suite has time for. */
  readonly severe: boolean
  /** Of a run that is not severe. */
  readonly deck: FaultDeck | null
}
