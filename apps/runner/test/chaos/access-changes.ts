/** What administrators do: rows shared and taken away, fields hidden, shown, added, widened and removed. */
import { type ChaosOrg, type Row, sharedObject } from "./chaos-org.ts"
import type { Doing } from "./doing.ts"
import type { Known } from "./known.ts"

const hideable = ["Site", "TickerSymbol", "Website", "Description", "Ownership"]

const field = (known: Known, name: string): boolean => !known.lostFields.has(`Account.${name}`)

/** Before anything else of a round, so that the copy's last state is what it must keep. */
const takeRows = async ({ org, known, random }: Doing): Promise<string> => {
  const seen = (await known.live(sharedObject)).filter(({ Id }) => !known.hiddenRows.has(Id))
  const rows = random.some(seen, random.integer(1, 4))
  await org.emulator.records(sharedObject, { unshare: rows.map(({ Id }) => Id) })
  for (const row of rows) known.hiddenRows.set(row.Id, row)
  return `${rows.length} rows no longer shared`
}

/** What the user sees again comes with the comparison of Ids, or at once when the user's permissions changed. */
const giveRows = async ({ org, known, random, reconciles }: Doing): Promise<string | null> => {
  const ids = random.some([...known.hiddenRows.keys()], random.integer(1, 4))
  const there = new Set((await known.rows(sharedObject)).map(({ Id }) => Id))
  const share = ids.filter((id) => there.has(id))
  if (share.length === 0) return null
  await org.emulator.records(sharedObject, { share })
  for (const id of share) known.hiddenRows.delete(id)
  if (!reconciles) {
    const Description = `changed ${random.integer(0, 1_000_000)}`
    await org.emulator.records("PermissionSet", { update: [{ Id: org.permissionSetId, Description }] })
  }
  return `${share.length} rows shared`
}

const changeAccount = (org: ChaosOrg, change: object) =>
  org.emulator.control("POST", "schema/Account", change)

const hideField = async ({ org, known, random }: Doing): Promise<string | null> => {
  const name = random.pick(hideable.filter((each) => field(known, each)))
  if (name === null || known.hiddenFields.has(`Account.${name}`)) return null
  const rows = await known.rows("Account")
  known.hiddenFields.set(`Account.${name}`, new Map(rows.map((row: Row) => [row.Id, row[name]])))
  await changeAccount(org, { hideField: { fields: [name], users: [org.userName] } })
  return `${name} hidden`
}

const showField = async ({ org, known, random }: Doing): Promise<string | null> => {
  const key = random.pick([...known.hiddenFields.keys()])
  if (key === null) return null
  known.hiddenFields.delete(key)
  await changeAccount(org, { showField: key.slice("Account.".length) })
  return `${key} shown`
}

const addedFields = async (known: Known): Promise<ReadonlyArray<string>> =>
  Object.keys((await known.rows("Account"))[0] ?? {}).filter((name) => name.startsWith("Chaos_"))

const addField = async ({ org, known, random }: Doing): Promise<string | null> => {
  const added = await addedFields(known)
  if (added.length >= 4) return null
  const name = `Chaos_${random.integer(0, 1_000_000)}__c`
  const made = random.chance(0.5)
    ? { name, type: "int", default: random.integer(0, 99) }
    : { name, type: "string", length: 255, default: "given to all" }
  await changeAccount(org, { addField: made })
  return `${name} added`
}

const removeField = async ({ org, known, random }: Doing): Promise<string | null> => {
  const name = random.pick(await addedFields(known))
  if (name === null) return null
  known.lostFields.add(`Account.${name}`)
  await changeAccount(org, { removeField: name })
  return `${name} removed`
}

const atRoundsStart = [takeRows, takeRows, hideField]
const anyTime = [giveRows, giveRows, showField, addField, removeField]

const one = async (
  doing: Doing,
  list: ReadonlyArray<(doing: Doing) => Promise<string | null>>
): Promise<string> => {
  doing.known.forget()
  const done = await doing.random.pick(list)?.(doing)
  doing.known.forget()
  return done ?? "nothing"
}

export const takeAccess = (doing: Doing): Promise<string> => one(doing, atRoundsStart)

export const changeAccess = (doing: Doing): Promise<string> => one(doing, anyTime)
