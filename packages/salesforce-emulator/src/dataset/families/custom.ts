/** Custom objects: reference requests with quotes, wide rows, and the big, external and metadata objects. */
import type { Field } from "../../org/field.ts"
import { isStored } from "../../org/field.ts"
import { isoDay, isoSecond } from "../stamps.ts"
import { syntheticValue } from "../synthetic-value.ts"
import { type DemoRecords, Family } from "./family.ts"

export const referenceRecords = (demo: DemoRecords): void => {
  const family = new Family(demo, 9)
  const { random } = family
  const requests = family.rows("Reference_Request__c", 80, (number) => ({
    Name: `RR-${String(number).padStart(5, "0")}`,
    Account__c: random.pick(demo.accounts),
    Contact__c: family.maybe(0.3, () => random.pick(demo.contacts)),
    Status__c: random.pick(["New", "Sent", "Accepted", "Declined", "Done"]),
    Channels__c: family.maybe(0.2, () => random.pick(["Call", "Call;Event", "Case study;Press;Review site"])),
    Due_Date__c: isoDay(Date.UTC(2025, number % 12, 15)),
    Call_Time__c: family.maybe(0.5, () => `${String(8 + (number % 10)).padStart(2, "0")}:30:00.000Z`),
    Budget__c: family.maybe(0.5, () => random.integer(1, 20) * 500),
    Approved__c: random.chance(0.4),
    Notes__c: family.maybe(0.4, () => `<p>${family.text(3, "Asked <b>twice</b>.")}</p>`),
    OwnerId: family.user()
  }))
  family.rows("Reference_Quote__c", 120, (number) => ({
    Name: `Quote ${number}`,
    Reference_Request__c: random.pick(requests),
    Quote__c: family.text(4, "It paid for itself within a quarter."),
    Value__c: family.maybe(0.2, () => random.integer(1, 900) / 2),
    Approved_On__c: family.maybe(0.5, () => isoSecond(Date.UTC(2025, number % 12, 3, 12))),
    Source_Url__c: family.maybe(0.5, () => `https://reviews.example/${number}`)
  }))
}

export const unusualRecords = (demo: DemoRecords): void => {
  const family = new Family(demo, 10)
  const { random } = family
  for (let number = 1; number <= 30; number++) {
    const at = isoSecond(Date.UTC(2025, number % 12, number % 28, 10))
    family.add("Audit_Event__b", {
      CreatedDate: at,
      Account__c: random.pick(demo.accounts),
      Occurred_At__c: at,
      Action__c: random.pick(["viewed", "exported"]),
      Amount__c: number / 4,
      Details__c: family.text(3, "From the portal.")
    })
    family.add("Invoice__x", {
      ExternalId: `INV-${number}`,
      DisplayUrl: `https://erp.example/invoices/${number}`,
      Account__c: random.pick(demo.accounts),
      Amount__c: random.integer(100, 90_000) / 4,
      Issued_On__c: isoDay(Date.UTC(2025, number % 12, 1)),
      Status__c: random.pick(["Open", "Paid", "Overdue"])
    })
  }
  for (const [code, label] of [
    ["AMER", "Americas"],
    ["EMEA", "Europe"],
    ["APAC", "Asia"],
    ["LATAM", "Latin America"]
  ]) {
    family.add("Region__mdt", {
      DeveloperName: code,
      MasterLabel: label,
      Label: label,
      Language: "en_US",
      QualifiedApiName: code,
      SystemModstamp: "2024-03-01T09:00:00",
      Code__c: code,
      Manager_Email__c: `${code?.toLowerCase()}@emulator.example`
    })
  }
}

const filledByTheOrg = new Set([
  "Id",
  "IsDeleted",
  "Name",
  "Parent__c",
  "LastViewedDate",
  "LastReferencedDate"
])

export const wideRecords = (demo: DemoRecords): void => {
  const family = new Family(demo, 11)
  const wide = demo.org.schema.object("Wide__c")
  const targets: Readonly<Record<string, ReadonlyArray<string>>> = {
    Account: demo.accounts,
    User: demo.users
  }
  const isFilled = (field: Field) => isStored(field) && !filledByTheOrg.has(field.name)
  family.rows("Wide__c", 25, (number) => ({
    ...Object.fromEntries(
      (wide?.fields ?? [])
        .filter(isFilled)
        .filter(({ type }) => type !== "reference")
        .map((field) => [field.name, syntheticValue(field, number, family.random)])
    ),
    ...family.audit(),
    Account__c: family.maybe(0.2, () => family.random.pick(targets.Account ?? [])),
    Reviewer__c: family.maybe(0.5, () => family.user()),
    Name: `Wide ${number}`
  }))
}
