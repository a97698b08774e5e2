/**
 * The demo org: a few thousand records a customer-marketing team would have, the same for the same seed.
 */
import { stages } from "../org/metadata/stages.ts"
import type { Org } from "../org/org.ts"
import { baseRecords } from "./base.ts"
import { familyRecords } from "./families/families.ts"
import type { DemoOpportunity } from "./families/family.ts"
import { hazards } from "./hazards.ts"
import { Random } from "./random.ts"
import type { Records } from "./records.ts"
import { day, isoDay, isoSecond, liveUntil, Stamps, since } from "./stamps.ts"
import * as words from "./words.ts"

const sizes = { accounts: 500, contacts: 2000, opportunities: 1500, users: 40 }

interface Ids {
  readonly users: ReadonlyArray<string>
  readonly accounts: ReadonlyArray<string>
  readonly contacts: ReadonlyArray<string>
}

class Demo {
  readonly #random: Random
  readonly #records: Records
  readonly #stamps: Stamps
  #hazard = 0

  constructor(random: Random, records: Records, now: number) {
    this.#random = random
    this.#records = records
    this.#stamps = new Stamps(random, now)
  }

  /** The next hazardous text, for one row in `every`; otherwise the harmless one. */
  #text(every: number, harmless: () => string | null): string | null {
    if (!this.#random.chance(1 / every)) return harmless()
    return hazards[this.#hazard++ % hazards.length] ?? null
  }

  #address(prefix: string) {
    const random = this.#random
    if (random.chance(0.1)) return {}
    const [city, state, postalCode, country, latitude, longitude] = random.pick(words.places)
    const geocoded = random.chance(0.7)
    return {
      [`${prefix}Street`]: this.#text(15, () => `${random.integer(1, 999)} ${random.pick(words.streets)}`),
      [`${prefix}City`]: city,
      [`${prefix}State`]: state,
      [`${prefix}PostalCode`]: postalCode,
      [`${prefix}Country`]: country,
      [`${prefix}Latitude`]: geocoded ? latitude : null,
      [`${prefix}Longitude`]: geocoded ? longitude : null,
      [`${prefix}GeocodeAccuracy`]: geocoded ? "Address" : null
    }
  }

  users(profiles: ReadonlyArray<string>, roles: ReadonlyArray<string>, admin: string): ReadonlyArray<string> {
    const random = this.#random
    const ids = [admin]
    for (let at = 1; at < sizes.users; at++) {
      const integration = at === sizes.users - 1
      const FirstName = integration ? null : random.pick(words.firstNames)
      const LastName = integration ? "Integration User" : random.pick(words.lastNames)
      const handle = `user${at}@emulator.example`
      ids.push(
        this.#records.add("User", {
          ...this.#stamps.audit([admin]),
          Username: handle,
          Email: handle,
          FirstName,
          LastName,
          Alias: `user${at}`,
          CommunityNickname: `user${at}`,
          Title: integration ? null : random.pick(words.titles),
          Department: integration ? null : random.pick(words.departments),
          CompanyName: this.#text(10, () => "Emulated Org"),
          IsActive: !random.chance(0.15),
          UserType: integration ? "CloudIntegrationUser" : "Standard",
          ProfileId: integration ? profiles[2] : profiles[1],
          UserRoleId: random.pick(roles),
          ManagerId: random.chance(0.6) ? random.pick(ids) : null,
          TimeZoneSidKey: "GMT",
          LocaleSidKey: "en_US",
          LanguageLocaleKey: "en_US",
          EmailEncodingKey: "UTF-8",
          ...this.#address("")
        })
      )
    }
    return ids
  }

  #accountValues(users: ReadonlyArray<string>, number: number) {
    const random = this.#random
    const customer = random.chance(0.6)
    const plain = `${random.pick(words.companyHeads)} ${random.pick(words.companyTails)} ${random.pick(words.companyForms)}`
    return {
      ...this.#stamps.audit(users),
      Name: this.#text(25, () => plain) ?? plain,
      Type: random.chance(0.1)
        ? null
        : customer
          ? "Customer - Direct"
          : random.pick(["Prospect", "Technology Partner"]),
      Industry: random.chance(0.1)
        ? null
        : random.pick(["Banking", "Energy", "Healthcare", "Media", "Retail", "Technology", "N/A"]),
      Website: random.chance(0.2) ? null : `https://www.company-${number}.example`,
      AnnualRevenue: random.chance(0.2)
        ? null
        : random.pick([0, 950, 125_000, 9_999_999, 1e7, 3.5e8, 16_147_805_824_397, random.integer(1e5, 9e8)]),
      NumberOfEmployees: random.chance(0.2) ? null : random.integer(1, 90_000),
      Phone: random.chance(0.5) ? null : `+1 (555) ${random.integer(100, 999)}-${random.integer(1000, 9999)}`,
      Description: this.#text(6, () =>
        random.chance(0.5) ? null : "A steady customer since the first release."
      ),
      Rating: random.chance(0.4) ? null : random.pick(["Hot", "Warm", "Cold"]),
      OwnerId: random.pick(users),
      Customer_Logo__c: customer && random.chance(0.5),
      Reference_Status__c: random.chance(0.4)
        ? null
        : random.pick(["Not asked", "Asked", "Private reference", "Public reference", "Declined"]),
      Marketing_Rights__c: this.#text(8, () => (random.chance(0.3) ? null : random.pick(words.rights))),
      Regions__c: random.chance(0.4) ? null : random.pick(["AMER", "EMEA", "AMER;EMEA", "AMER;APAC;LATAM"]),
      External_Id__c: `ERP-${String(number).padStart(6, "0")}`,
      ...this.#address("Billing"),
      ...(random.chance(0.5) ? this.#address("Shipping") : {})
    }
  }

  accounts(users: ReadonlyArray<string>): ReadonlyArray<string> {
    const ids: Array<string> = []
    for (let number = 1; number <= sizes.accounts; number++) {
      const parent = number > 20 && this.#random.chance(0.1) ? this.#random.pick(ids) : null
      ids.push(this.#records.add("Account", { ...this.#accountValues(users, number), ParentId: parent }))
    }
    const story = "The longest reference story that fits. ".repeat(4000).slice(0, 131_072)
    ids.push(
      this.#records.add("Account", {
        ...this.#accountValues(users, sizes.accounts + 1),
        Name: "Verbose Ltd.",
        Reference_Story__c: story
      })
    )
    for (let gone = 1; gone <= 8; gone++) {
      const values = this.#accountValues(users, sizes.accounts + 1 + gone)
      this.#records.add("Account", { ...values, ...this.#stamps.binned(gone) })
    }
    this.#records.add("Account", {
      ...this.#accountValues(users, sizes.accounts + 10),
      ...this.#stamps.binned(3),
      Name: "Merged away Inc.",
      MasterRecordId: ids[0]
    })
    return ids
  }

  #contactValues({ users, accounts }: Omit<Ids, "contacts">, number: number) {
    const random = this.#random
    const FirstName = random.chance(0.05) ? null : random.pick(words.firstNames)
    return {
      ...this.#stamps.audit(users),
      AccountId: random.chance(0.05) ? null : random.pick(accounts),
      FirstName,
      LastName: this.#text(60, () => random.pick(words.lastNames)) ?? "Smith",
      Salutation: random.chance(0.5) ? null : random.pick(["Mr.", "Ms.", "Dr."]),
      Email: random.chance(0.1) ? null : `contact.${number}@company.example`,
      Title: this.#text(30, () => (random.chance(0.2) ? null : random.pick(words.titles))),
      Department: this.#text(30, () => (random.chance(0.3) ? null : random.pick(words.departments))),
      Phone: random.chance(0.5) ? null : `+44 20 ${random.integer(1000, 9999)} ${random.integer(1000, 9999)}`,
      Birthdate: random.chance(0.8)
        ? null
        : isoDay(random.integer(Date.UTC(1950, 0, 1), Date.UTC(2004, 0, 1))),
      OwnerId: random.pick(users),
      ...this.#address("Mailing")
    }
  }

  contacts(ids: Omit<Ids, "contacts">): ReadonlyArray<string> {
    const contacts: Array<string> = []
    const massUpdate = isoSecond(liveUntil - 10 * day)
    for (let number = 1; number <= sizes.contacts; number++) {
      const values = this.#contactValues(ids, number)
      const together = number % 20 === 0 ? { LastModifiedDate: massUpdate, SystemModstamp: massUpdate } : {}
      contacts.push(this.#records.add("Contact", { ...values, ...together }))
    }
    for (let gone = 1; gone <= 20; gone++) {
      const values = this.#contactValues(ids, sizes.contacts + gone)
      this.#records.add("Contact", { ...values, ...this.#stamps.binned((gone % 12) + 1) })
    }
    return contacts
  }

  #opportunityValues({ users, accounts, contacts }: Ids, number: number) {
    const random = this.#random
    const stage = random.pick(stages)
    const account = random.chance(0.02) ? null : random.pick(accounts)
    return {
      ...this.#stamps.audit(users),
      AccountId: account,
      ContactId: random.chance(0.3) ? random.pick(contacts) : null,
      Name: this.#text(40, () => `${random.pick(words.products)} ${number}`) ?? `Opportunity ${number}`,
      StageName: stage.name,
      CloseDate: isoDay(random.integer(Date.UTC(2023, 0, 1), Date.UTC(2027, 11, 31))),
      Amount: random.chance(0.1)
        ? null
        : random.pick([0, 0.05, 1234.56, 99_999.99, 12_345_678.9, random.integer(100, 500_000)]),
      Probability: stage.probability,
      Type: random.chance(0.3) ? null : random.pick(["New Customer", "Existing Customer - Upgrade"]),
      NextStep: this.#text(20, () => (random.chance(0.4) ? null : random.pick(words.steps))),
      Description: this.#text(10, () => null),
      LeadSource: random.chance(0.5) ? null : random.pick(["Web", "Partner Referral"]),
      OwnerId: random.pick(users)
    }
  }

  opportunities(ids: Ids): ReadonlyArray<DemoOpportunity> {
    const opportunities = Array.from({ length: sizes.opportunities }, (_, at) => {
      const values = this.#opportunityValues(ids, at + 1)
      return { ...values, Id: this.#records.add("Opportunity", values) }
    })
    for (let gone = 1; gone <= 15; gone++) {
      const values = this.#opportunityValues(ids, sizes.opportunities + gone)
      this.#records.add("Opportunity", { ...values, ...this.#stamps.binned((gone % 12) + 1) })
    }
    return opportunities
  }
}

export const demoRecords = (org: Org["Service"], records: Records, seed: number): void => {
  const { profiles, roles, admin } = baseRecords(org, records, isoSecond(since))
  const demo = new Demo(new Random(seed), records, org.clock.now())
  const users = demo.users(profiles, roles, admin)
  const accounts = demo.accounts(users)
  const contacts = demo.contacts({ users, accounts })
  const opportunities = demo.opportunities({ users, accounts, contacts })
  familyRecords({ org, records, seed, users, accounts, contacts, opportunities })
}
