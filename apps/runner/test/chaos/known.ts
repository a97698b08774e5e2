/** What a chaos run knows of its org beyond the truth: what must not be touched now, and who cannot see what. */
import { type ChaosOrg, type Row, sharedObject } from "./chaos-org.ts"

export interface Known {
  /** Objects of which there are streams. */
  readonly copied: ReadonlySet<string>
  /** Rows as the truth tells them, recycle bin included, by Id. */
  readonly rows: (object: string) => Promise<ReadonlyArray<Row>>
  /** Rows that a change may choose: those that no open transaction holds locked. */
  readonly live: (object: string) => Promise<ReadonlyArray<Row>>
  readonly bin: (object: string) => Promise<ReadonlyArray<Row>>
  /** All rows are asked for again. */
  readonly forget: () => void
  /** A change of records; what it changes is asked for again. */
  readonly write: (
    object: string,
    change: Readonly<Record<string, unknown>>
  ) => Promise<{ readonly inserted?: ReadonlyArray<string> }>
  /** A transaction that commits later holds its rows until then, as the org's row locks would. */
  readonly lock: (ids: ReadonlyArray<string>, until: number) => void
  readonly isLocked: (id: unknown) => boolean
  readonly anyLocks: () => boolean
  readonly release: (now: number) => void
  /** Rows that the user of the marking copy cannot see, each as that copy must keep it; null: not at all. */
  readonly hiddenRows: Map<string, Row | null>
  /** Fields (`Account.Site`) hidden from that user: the value that the copy keeps of each row. */
  readonly hiddenFields: Map<string, ReadonlyMap<string, unknown>>
  /** Fields that the org no longer has: copies keep what they hold. */
  readonly lostFields: Set<string>
}

/** These change rows of other objects, too. */
const farReaching = ["delete", "hardDelete", "undelete", "emptyBin", "merge"]

/** A quote's change stamps its request. */
const stampedBy = (object: string): ReadonlyArray<string> =>
  object === "Reference_Quote__c" ? [object, sharedObject] : [object]

const isLive = (row: Row): boolean => row.IsDeleted !== true

export const openKnown = (org: ChaosOrg, copied: ReadonlySet<string>): Known => {
  const cache = new Map<string, Promise<ReadonlyArray<Row>>>()
  const locks = new Map<string, number>()
  const hiddenRows: Known["hiddenRows"] = new Map()
  const rows: Known["rows"] = (object) => {
    const found = cache.get(object) ?? org.truth(object)
    cache.set(object, found)
    return found
  }
  const free = ({ Id }: Row): boolean => !locks.has(Id)
  return {
    copied,
    rows,
    live: async (object) => (await rows(object)).filter((row) => isLive(row) && free(row)),
    bin: async (object) => (await rows(object)).filter((row) => !isLive(row) && free(row)),
    forget: () => cache.clear(),
    write: async (object, change) => {
      const done = await org.emulator.records(object, change)
      if (farReaching.some((word) => word in change)) cache.clear()
      else for (const stale of stampedBy(object)) cache.delete(stale)
      return done
    },
    lock: (ids, until) => {
      for (const id of ids) locks.set(id, until)
    },
    isLocked: (id) => typeof id === "string" && locks.has(id),
    anyLocks: () => locks.size > 0,
    release: (now) => {
      const over = [...locks].filter(([, until]) => until <= now)
      for (const [id] of over) locks.delete(id)
      if (over.length > 0) cache.clear()
    },
    hiddenRows,
    hiddenFields: new Map(),
    lostFields: new Set()
  }
}

/** Rows whose deletion the user could not learn of are not deleted. */
export const deletable = async (known: Known, object: string): Promise<ReadonlyArray<Row>> =>
  (await known.live(object)).filter(({ Id }) => object !== sharedObject || !known.hiddenRows.has(Id))
