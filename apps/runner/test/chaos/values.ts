/** New values for rows, harmless ones and those that careless copies damage. */
import type { Random } from "./random.ts"

type Values = Readonly<Record<string, unknown>>

const hazards = [
  "N/A",
  "null",
  "",
  "  spaces  ",
  'a "quoted", text',
  "two\nlines",
  "carriage\r\nreturn",
  "emoji 🦆 ü ﷽",
  "=1+1",
  "'; DROP",
  "back\\slash",
  "2026-11-21T10:00:00.000Z",
  "007",
  "1e5",
  "true"
]

const industries = ["Technology", "Energy", "Banking", "Biotechnology", "Retail"]

const stages = [
  "Prospecting",
  "Qualification",
  "Proposal/Price Quote",
  "Negotiation/Review",
  "Closed Won",
  "Closed Lost"
]

const text = (random: Random): string =>
  random.chance(0.3) ? (random.pick(hazards) ?? "") : `text ${random.integer(0, 1_000_000)}`

const maybe = <A>(random: Random, value: A): A | null => (random.chance(0.15) ? null : value)

const day = (random: Random): string =>
  new Date(Date.UTC(2026, 0, 1) + random.integer(0, 800) * 86_400_000).toISOString().slice(0, 10)

const name = (random: Random): string =>
  `Name ${random.integer(0, 1_000_000)} ${random.pick(["🦆", '"', ","])}`

const money = (random: Random): number => random.integer(0, 10_000_000) / 100

type Maker = (random: Random) => Values

const makers: Readonly<Record<string, Maker>> = {
  Account: (random) => ({
    Name: name(random),
    Website: maybe(random, text(random)),
    NumberOfEmployees: maybe(random, random.integer(0, 1_000)),
    AnnualRevenue: maybe(random, random.integer(0, 1_000_000)),
    BillingStreet: maybe(random, text(random)),
    BillingCity: maybe(random, text(random)),
    Description: maybe(random, text(random)),
    Customer_Logo__c: random.chance(0.5)
  }),
  Contact: (random) => ({
    FirstName: maybe(random, text(random)),
    LastName: name(random),
    Title: maybe(random, text(random)),
    Department: maybe(random, text(random)),
    MailingCity: maybe(random, text(random))
  }),
  Opportunity: (random) => ({
    Name: name(random),
    StageName: random.pick(stages),
    Amount: maybe(random, money(random)),
    CloseDate: day(random),
    Description: maybe(random, text(random))
  }),
  User: (random) => ({ Title: maybe(random, text(random)), Department: maybe(random, text(random)) }),
  Reference_Request__c: (random) => ({
    Status__c: random.pick(["New", "Sent", "Accepted", "Declined", "Done"]),
    Budget__c: maybe(random, money(random)),
    Notes__c: maybe(random, text(random)),
    Due_Date__c: maybe(random, day(random)),
    Approved__c: random.chance(0.5)
  }),
  Reference_Quote__c: (random) => ({
    Quote__c: maybe(random, text(random)),
    Value__c: maybe(random, money(random))
  }),
  CampaignMember: (random) => ({ Status: random.pick(["Sent", "Responded"]) })
}

/** All values of a new row. */
export const newValues = (object: string, random: Random): Values => makers[object]?.(random) ?? {}

/** One to three values of a row that changes. */
export const someValues = (object: string, random: Random): Values =>
  Object.fromEntries(random.some(Object.entries(newValues(object, random)), random.integer(1, 3)))

export const industry = (random: Random): string | null => maybe(random, random.pick(industries))
