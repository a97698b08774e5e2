/** What every change of a round works with, and the few rules that all of them keep. */
import type { ChaosOrg, Row } from "./chaos-org.ts"
import type { Known } from "./known.ts"
import type { Random } from "./random.ts"

export interface Doing {
  readonly org: ChaosOrg
  readonly known: Known
  readonly random: Random
  /** The quiet sync of this round compares Ids. */
  readonly reconciles: boolean
}

/** What was done, in a few words; null when there was nothing to do it to. */
export type Burst = (doing: Doing) => Promise<string | null>

/** A change that its transaction shows later than its stamp says. */
export interface Late {
  readonly words: { readonly lateCommitSeconds: number }
  readonly lock: (ids: ReadonlyArray<string>) => void
}

export const ids = (rows: ReadonlyArray<Row>): ReadonlyArray<string> => rows.map(({ Id }) => Id)

/** One of the objects of which there are streams. */
export const oneOf = ({ known, random }: Doing, objects: ReadonlyArray<string>): string | null =>
  random.pick(objects.filter((object) => known.copied.has(object)))

/** A detail's change stamps its parent, whose row an open transaction may hold. */
export const parentIsFree = (known: Known, row: Row): boolean => !known.isLocked(row.Reference_Request__c)
