/** Leads, and campaigns with leads and contacts in them. */
import { isoDay } from "../stamps.ts"
import * as words from "../words.ts"
import { type DemoRecords, Family } from "./family.ts"

export const leadRecords = (demo: DemoRecords): ReadonlyArray<string> => {
  const family = new Family(demo, 1)
  const { random } = family
  const values = (number: number) => {
    const [city, state, postalCode, country] = random.pick(words.places)
    return {
      FirstName: family.maybe(0.1, () => random.pick(words.firstNames)),
      LastName: random.pick(words.lastNames),
      Company: family.text(15, `${random.pick(words.companyHeads)} ${random.pick(words.companyTails)}`),
      Title: family.maybe(0.3, () => random.pick(words.titles)),
      Email: family.maybe(0.1, () => `lead.${number}@prospect.example`),
      Status: random.pick(["Open - Not Contacted", "Working - Contacted", "Closed - Not Converted"]),
      LeadSource: family.maybe(0.3, () => random.pick(["Web", "Purchased List", "Other"])),
      Industry: family.maybe(0.4, () => random.pick(["Banking", "Retail", "Technology"])),
      AnnualRevenue: family.maybe(0.5, () => random.integer(1e5, 9e8)),
      NumberOfEmployees: family.maybe(0.5, () => random.integer(1, 5000)),
      Street: `${random.integer(1, 999)} ${random.pick(words.streets)}`,
      City: city,
      State: state,
      PostalCode: postalCode,
      Country: country,
      OwnerId: family.user()
    }
  }
  const converted = (number: number) => ({
    ...values(number),
    Status: "Closed - Converted",
    IsConverted: true,
    ConvertedDate: isoDay(Date.UTC(2024, number % 12, 5)),
    ConvertedAccountId: demo.accounts[number],
    ConvertedContactId: demo.contacts[number]
  })
  const leads = family.rows("Lead", 30, (number) => (number % 10 === 0 ? converted(number) : values(number)))
  family.rows("Lead", 2, (number) => ({ ...values(30 + number), ...family.binned(number) }))
  return leads
}

const campaignNames = [
  "Customer Summit",
  "Reference Day",
  "Spring Webinar",
  "Analyst Tour",
  "Case Study Drive",
  "Übersee Roadshow"
]

export const campaignRecords = (demo: DemoRecords, leads: ReadonlyArray<string>): void => {
  const family = new Family(demo, 2)
  const { random } = family
  const campaigns: Array<string> = []
  for (const [at, Name] of campaignNames.entries()) {
    const start = Date.UTC(2023, at * 3, 1)
    campaigns.push(
      family.add("Campaign", {
        ...family.audit(),
        Name,
        ParentId: at > 3 ? campaigns[0] : null,
        Type: random.pick(["Conference", "Webinar", "Email"]),
        Status: random.pick(["Planned", "In Progress", "Completed"]),
        StartDate: isoDay(start),
        EndDate: isoDay(start + 5 * 24 * 3600 * 1000),
        BudgetedCost: random.integer(1, 90) * 1000,
        ExpectedResponse: 12.5,
        NumberSent: random.integer(100, 9000),
        IsActive: random.chance(0.5),
        Description: family.text(3, "Bring happy customers and prospects together."),
        OwnerId: family.user()
      })
    )
  }
  for (const [at, CampaignId] of campaigns.entries()) {
    const members = [
      ...leads.slice(at * 5, at * 5 + 5).map((LeadId) => ({ LeadId })),
      ...demo.contacts.slice(at * 20, at * 20 + 15).map((ContactId) => ({ ContactId }))
    ]
    for (const member of members) {
      const responded = random.chance(0.4)
      family.add("CampaignMember", {
        ...family.audit(),
        ...member,
        CampaignId,
        Status: responded ? "Responded" : "Sent",
        FirstRespondedDate: responded ? isoDay(Date.UTC(2023, at * 3, 4)) : null
      })
    }
    demo.records.change("Opportunity", demo.opportunities[at * 7]?.Id, { CampaignId })
  }
}
