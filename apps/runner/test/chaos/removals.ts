/** Rows that go, softly or for good, that come back, and that are merged away. */
import { sharedObject } from "./chaos-org.ts"
import { type Burst, type Doing, ids, type Late, oneOf, parentIsFree } from "./doing.ts"
import { deletable } from "./known.ts"

/** Their deletion takes other rows along or moves them. */
const families = ["Account", "Contact", sharedObject]
const leaves = ["Opportunity", "Reference_Quote__c", "CampaignMember"]

type Removal = "delete" | "hardDelete"

const remove = async (doing: Doing, object: string, how: Removal, late: Late | null) => {
  const { known, random, reconciles } = doing
  const rows = (await deletable(known, object)).filter((row) => parentIsFree(known, row))
  const chosen = random.some(rows, random.integer(1, 3))
  // Only comparing Ids finds out about these.
  const silent = how === "hardDelete" && reconciles && object !== sharedObject && random.chance(0.3)
  await known.write(object, {
    [how]: ids(chosen),
    ...(silent ? { deleteLog: false } : {}),
    ...late?.words
  })
  late?.lock(ids(chosen))
  return `${chosen.length} ${object} ${how}${silent ? " unlogged" : ""}`
}

export const removeFamily: Burst = async (doing) => {
  const { known, random } = doing
  const object = oneOf(doing, families)
  if (known.anyLocks() || object === null) return null
  return remove(doing, object, random.chance(0.6) ? "delete" : "hardDelete", null)
}

export const removeLeaf = async (doing: Doing, late: Late | null): Promise<string | null> => {
  const object = oneOf(doing, leaves)
  return object === null
    ? null
    : remove(doing, object, doing.random.chance(0.5) ? "delete" : "hardDelete", late)
}

export const bringBack: Burst = async (doing) => {
  const { known, random } = doing
  const object = oneOf(doing, ["Account", "Contact", "Opportunity"])
  if (known.anyLocks() || object === null) return null
  const undelete = ids(random.some(await known.bin(object), random.integer(1, 3)))
  if (undelete.length === 0) return null
  await known.write(object, { undelete })
  return `${undelete.length} ${object} undeleted`
}

export const emptyBin: Burst = async (doing) => {
  const { known, random } = doing
  const object = oneOf(doing, ["Account", "Contact", "Opportunity"])
  if (known.anyLocks() || object === null) return null
  const gone = ids(random.some(await known.bin(object), random.integer(1, 4)))
  if (gone.length === 0) return null
  await known.write(object, { emptyBin: gone })
  return `${gone.length} ${object} out of the bin`
}

export const merge: Burst = async (doing) => {
  const { known, random } = doing
  const object = oneOf(doing, ["Account", "Contact"])
  if (known.anyLocks() || object === null) return null
  const [master, ...losers] = ids(random.some(await known.live(object), random.integer(2, 3)))
  if (master === undefined || losers.length === 0) return null
  await known.write(object, { merge: { master, losers } })
  return `${losers.length} ${object} merged away`
}

export const purgeLog: Burst = async (doing) => {
  const { known } = doing
  const object = oneOf(doing, ["Account", "Contact", "Opportunity"])
  if (object === null) return null
  await known.write(object, { purgeDeleteLog: true })
  return `delete log of ${object} purged`
}
