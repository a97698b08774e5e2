/** What users of the org do to its records, as bursts that a seed chooses. */
import { type ChaosOrg, type Row, sharedObject } from "./chaos-org.ts"
import { type Burst, type Doing, ids, type Late, oneOf, parentIsFree } from "./doing.ts"
import type { Random } from "./random.ts"
import { bringBack, emptyBin, merge, purgeLog, removeFamily, removeLeaf } from "./removals.ts"
import { industry, newValues, someValues } from "./values.ts"

const all = [
  "Account",
  "Contact",
  "Opportunity",
  "User",
  sharedObject,
  "Reference_Quote__c",
  "CampaignMember"
]

/** Milliseconds for which a change may stay invisible. */
const longestTransaction = 480_000

const stampOf = async (org: ChaosOrg): Promise<string> =>
  `${new Date(await org.now()).toISOString().slice(0, 19)}.000+0000`

const changeable = async ({ known, org }: Doing, object: string): Promise<ReadonlyArray<Row>> =>
  (await known.live(object)).filter(
    (row) => parentIsFree(known, row) && row.Username !== org.userName && row.Name !== "Integration User"
  )

const parentsFor = async (
  { known, random }: Doing,
  object: string
): Promise<Readonly<Record<string, unknown>> | null> => {
  const one = async (of: string): Promise<string | null> => random.pick(await known.live(of))?.Id ?? null
  switch (object) {
    case "Contact":
    case "Opportunity":
      return { AccountId: await one("Account") }
    case sharedObject:
      return { Account__c: await one("Account") }
    case "Reference_Quote__c":
      return { Reference_Request__c: await one(sharedObject) }
    case "CampaignMember": {
      const taken = new Set((await known.rows(object)).map(({ ContactId }) => ContactId))
      const free = (await known.live("Contact")).filter(({ Id }) => !taken.has(Id))
      const contact = random.pick(free)?.Id
      const campaign = random.pick(await known.live("Campaign"))?.Id
      return contact === undefined ? null : { ContactId: contact, CampaignId: campaign }
    }
    default:
      return {}
  }
}

/** New rows of the private object are shared with the user, or not. */
const shareNew = async ({ known, random }: Doing, inserted: ReadonlyArray<string>): Promise<void> => {
  if (random.chance(0.7)) await known.write(sharedObject, { share: inserted })
  else for (const id of inserted) known.hiddenRows.set(id, null)
}

const insertSome = async (doing: Doing, late: Late | null): Promise<string | null> => {
  const { random, known } = doing
  const object = oneOf(
    doing,
    all.filter((name) => name !== "User")
  )
  if (object === null) return null
  const rows: Array<object> = []
  for (let count = object === "CampaignMember" ? 1 : random.integer(1, 4); count > 0; count--) {
    const parents = await parentsFor(doing, object)
    if (parents === null) return null
    rows.push({ ...newValues(object, random), ...parents })
  }
  const { inserted = [] } = await known.write(object, { insert: rows, ...late?.words })
  late?.lock(inserted)
  if (object === sharedObject) await shareNew(doing, inserted)
  return `${rows.length} ${object} inserted`
}

const updateSome = async (doing: Doing, late: Late | null): Promise<string | null> => {
  const { random, known } = doing
  const object = oneOf(doing, all)
  if (object === null) return null
  const rows = random.some(await changeable(doing, object), random.integer(1, 8))
  const update = rows.map(({ Id }) => ({ Id, ...someValues(object, random) }))
  await known.write(object, { update, ...late?.words })
  late?.lock(ids(rows))
  return `${rows.length} ${object} updated`
}

/** Two changes under one stamp: only the later one counts. */
const updateTwice: Burst = async (doing) => {
  const { org, random, known } = doing
  const object = oneOf(doing, ["Account", "Contact", "Opportunity", sharedObject])
  if (object === null) return null
  const row = random.pick(await changeable(doing, object))
  if (row === null) return null
  const SystemModstamp = await stampOf(org)
  for (const turn of [1, 2]) {
    const values = newValues(object, random.part(turn))
    await known.write(object, { update: [{ Id: row.Id, ...values, SystemModstamp }] })
  }
  return `${object} twice in a second`
}

/** The stamp that a row has already, as of a second change in that second which shows only now. */
export const updateAgain: Burst = async (doing) => {
  const { org, random, known } = doing
  const object = oneOf(doing, ["Account", "Contact", "Opportunity", sharedObject])
  if (object === null) return null
  const since = (await org.now()) - longestTransaction
  const fresh = (await changeable(doing, object)).filter(
    ({ SystemModstamp }) => Date.parse(String(SystemModstamp)) >= since
  )
  const rows = random.some(fresh, 4)
  if (rows.length === 0) return null
  const update = rows.map(({ Id, SystemModstamp }) => ({ Id, ...newValues(object, random), SystemModstamp }))
  await known.write(object, { update })
  return `${rows.length} ${object} again under their stamp`
}

/** Many rows under one stamp; sometimes more than a page of REST holds. */
const updateMany: Burst = async (doing) => {
  const { random, known } = doing
  const object = oneOf(doing, ["Account", "Contact", "Contact", "Opportunity"])
  if (object === null) return null
  const rows = await changeable(doing, object)
  const chosen = random.chance(0.2) ? rows : random.some(rows, random.integer(30, 200))
  const update = chosen.map(({ Id }) => ({ Id, Description: `bulk ${random.integer(0, 1_000_000)}` }))
  await known.write(object, { update })
  return `${chosen.length} ${object} in one second`
}

/** Across the limits of the streams' filters. */
const crossFilters: Burst = async (doing) => {
  const { random, known } = doing
  const accounts = random.some(await changeable(doing, "Account"), 4)
  const deals = random.some(await changeable(doing, "Opportunity"), 4)
  const across = (value: unknown, limit: number): number | null => {
    if (random.chance(0.15)) return null
    return typeof value === "number" && value > limit ? limit - random.integer(0, 9) : limit + 1
  }
  await known.write("Account", {
    update: accounts.map(({ Id, NumberOfEmployees }) => ({
      Id,
      NumberOfEmployees: across(NumberOfEmployees, 500)
    }))
  })
  await known.write("Opportunity", {
    update: deals.map(({ Id, Amount }) => ({ Id, Amount: across(Amount, 50_000) }))
  })
  return "rows crossed filters"
}

/** Values that change on rows which get no stamp. */
const changeSilently: Burst = async (doing) => {
  const { random, known } = doing
  const accounts = random.some(await changeable(doing, "Account"), random.integer(1, 4))
  await known.write("Account", {
    update: accounts.map(({ Id }) => ({ Id, Industry: industry(random) }))
  })
  const stage = random.pick(await known.live("OpportunityStage"))
  if (stage !== null && random.chance(0.5)) {
    await known.write("OpportunityStage", {
      update: [{ Id: stage.Id, IsClosed: random.chance(0.5), IsWon: random.chance(0.3) }]
    })
  }
  const deal = random.pick(await known.live("Opportunity"))
  const contact = random.pick(await known.live("Contact"))
  if (deal !== null && contact !== null) {
    await known.write("OpportunityContactRole", {
      insert: [{ OpportunityId: deal.Id, ContactId: contact.Id, IsPrimary: true }]
    })
  }
  return "formulas and derived fields"
}

/** A change that its transaction shows up to eight minutes after its stamp. */
const commitLate: Burst = async (doing) => {
  const { org, known, random } = doing
  const seconds = random.integer(1, 480)
  const until = (await org.now()) + seconds * 1000
  const late: Late = {
    words: { lateCommitSeconds: seconds },
    lock: (held) => known.lock(held, until + 1000)
  }
  const done = await (random.pick([insertSome, updateSome, updateSome, removeLeaf]) ?? updateSome)(
    doing,
    late
  )
  return done === null ? null : `${done} ${seconds} s late`
}

const bursts: ReadonlyArray<readonly [weight: number, burst: Burst]> = [
  [3, (doing) => insertSome(doing, null)],
  [4, (doing) => updateSome(doing, null)],
  [1, updateTwice],
  [2, updateAgain],
  [1, updateMany],
  [4, crossFilters],
  [2, changeSilently],
  [2, removeFamily],
  [2, (doing) => removeLeaf(doing, null)],
  [2, bringBack],
  [1, emptyBin],
  [2, merge],
  [3, commitLate],
  [0.3, purgeLog]
]

const weighed = (random: Random): Burst => {
  let left = random.next() * bursts.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, burst] of bursts) {
    left -= weight
    if (left < 0) return burst
  }
  return updateTwice
}

/** One burst; says what it was. */
export const changeRecords = async (doing: Doing): Promise<string> => {
  const { known, org, random } = doing
  known.release(await org.now())
  const done = await weighed(random)(doing)
  return done ?? "nothing"
}
