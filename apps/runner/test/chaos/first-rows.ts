/** The rows of a small org, for runs that must be short: the demo org's thousands cost their time in each round. */
import type { Emulator } from "../support/emulator.ts"
import type { Random } from "./random.ts"
import { industry, newValues } from "./values.ts"

export const addFirstRows = async (emulator: Emulator, random: Random): Promise<void> => {
  const add = async (
    object: string,
    count: number,
    parents: (at: number) => object
  ): Promise<ReadonlyArray<string>> => {
    const rows = Array.from({ length: count }, (_, at) => ({ ...newValues(object, random), ...parents(at) }))
    return (await emulator.records(object, { insert: rows })).inserted ?? []
  }
  const accounts = await add("Account", 60, () => ({ Industry: industry(random) }))
  const contacts = await add("Contact", 120, () => ({ AccountId: random.pick(accounts) }))
  await add("Opportunity", 100, () => ({ AccountId: random.pick(accounts) }))
  const requests = await add("Reference_Request__c", 40, () => ({ Account__c: random.pick(accounts) }))
  await add("Reference_Quote__c", 60, () => ({ Reference_Request__c: random.pick(requests) }))
  const campaigns = await add("Campaign", 3, (at) => ({ Name: `Campaign ${at}` }))
  await add("CampaignMember", 40, (at) => ({ ContactId: contacts[at], CampaignId: random.pick(campaigns) }))
  await add("User", 8, (at) => ({
    Username: `user${at}@emulator.example`,
    LastName: `User ${at}`,
    Email: `user${at}@emulator.example`,
    Alias: `user${at}`,
    IsActive: true,
    UserType: "Standard"
  }))
}
