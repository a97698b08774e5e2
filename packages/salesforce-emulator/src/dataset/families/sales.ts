/** Products and prices, what a part of the opportunities sells to whom, and how opportunities got where they are. */
import { stages } from "../../org/metadata/stages.ts"
import { day, isoSecond } from "../stamps.ts"
import { products as productNames } from "../words.ts"
import { keptDays } from "./access.ts"
import { type DemoOpportunity, type DemoRecords, Family } from "./family.ts"
import { opportunityPath } from "./opportunity-path.ts"

const withProducts = 300
const withTracking = 400

export const salesRecords = (demo: DemoRecords): void => {
  const family = new Family(demo, 5)
  const { random } = family
  const [Pricebook2Id = ""] = family.rows("Pricebook2", 1, () => ({
    Name: "Standard Price Book",
    IsActive: true,
    IsStandard: true
  }))
  const prices = productNames.map((Name, at) => {
    const UnitPrice = (at + 1) * 1200
    const [Product2Id] = family.rows("Product2", 1, () => ({
      Name,
      ProductCode: `P-${at + 1}`,
      Description: family.text(3, `${Name}, billed a year ahead.`),
      Family: random.pick(["Software", "Services"]),
      IsActive: at !== 5
    }))
    const [PricebookEntryId] = family.rows("PricebookEntry", 1, () => ({
      Pricebook2Id,
      Product2Id,
      UnitPrice,
      IsActive: true
    }))
    return { Name, UnitPrice, Product2Id, PricebookEntryId }
  })
  const amounts = new Map<string, number>()
  for (const opportunity of demo.opportunities.slice(0, withProducts)) {
    let Amount = 0
    for (let at = 1; at <= random.integer(1, 3); at++) {
      const { Name, ...price } = random.pick(prices)
      const Quantity = random.integer(1, 40)
      Amount += Quantity * price.UnitPrice
      family.rows("OpportunityLineItem", 1, () => ({
        ...price,
        OpportunityId: opportunity.Id,
        Name: `${opportunity.Name} ${Name}`.slice(0, 376),
        Quantity,
        SortOrder: at,
        Description: family.maybe(0.8, () => family.text(3, "As agreed."))
      }))
    }
    amounts.set(opportunity.Id, Amount)
    demo.records.change("Opportunity", opportunity.Id, { HasOpportunityLineItem: true, Pricebook2Id, Amount })
    family.rows("OpportunityContactRole", 1, () => ({
      OpportunityId: opportunity.Id,
      ContactId: random.pick(demo.contacts),
      Role: family.maybe(0.2, () => random.pick(["Decision Maker", "Evaluator", "Executive Sponsor"])),
      IsPrimary: random.chance(0.5)
    }))
  }
  for (const opportunity of demo.opportunities.slice(0, withTracking)) trackedChange(family, opportunity)
  for (const opportunity of demo.opportunities) {
    historyOf(family, opportunity, amounts.get(opportunity.Id) ?? opportunity.Amount)
  }
}

const historyOf = (family: Family, opportunity: DemoOpportunity, amount: number | null): void => {
  const audit = { OpportunityId: opportunity.Id, CreatedById: opportunity.OwnerId }
  const path = opportunityPath(family.random, opportunity, amount)
  for (const { at, stage, amount: Amount, closeDate: CloseDate } of path) {
    const when = isoSecond(at)
    family.add("OpportunityHistory", {
      ...audit,
      CreatedDate: when,
      SystemModstamp: when,
      StageName: stage.name,
      Probability: stage.probability,
      ForecastCategory: stage.forecast,
      Amount,
      CloseDate
    })
  }
}

/** Old rows of it have left, so it tells of the last change only, and of some opportunities. */
const trackedChange = (family: Family, opportunity: DemoOpportunity): void => {
  const reached = stages.findIndex(({ name }) => name === opportunity.StageName)
  if (reached <= 0) return
  family.add("OpportunityFieldHistory", {
    OpportunityId: opportunity.Id,
    CreatedById: opportunity.OwnerId,
    CreatedDate: isoSecond(family.now - family.random.integer(1, keptDays) * day),
    Field: "StageName",
    DataType: "Text",
    OldValue: stages[0]?.name,
    NewValue: opportunity.StageName
  })
}
