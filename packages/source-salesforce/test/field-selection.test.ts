import type { Column } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import type { ObjectDescribe } from "../src/describe/describe-shape.ts"
import { type FieldSelection, selectFields } from "../src/fields/field-selection.ts"
import type { FieldWishes } from "../src/fields/field-wishes.ts"
import { account, describeOf, stamps, user } from "./describes.ts"

const related = new Map([
  ["account", account],
  ["user", user]
])

const wishes: FieldWishes = {
  fields: "recommended",
  roles: undefined,
  substitute: undefined,
  mask: undefined,
  cursorField: "SystemModstamp",
  numbers: "double",
  stored: new Set(),
  maskKey: "acme"
}

const select = (more: Partial<FieldWishes>, of: ObjectDescribe = account): FieldSelection =>
  Result.getOrThrow(selectFields(of, { ...wishes, ...more }, related))

const refused = (more: Partial<FieldWishes>): string => {
  const result = selectFields(account, { ...wishes, ...more }, related)
  assert.isTrue(Result.isFailure(result))
  return Result.isFailure(result) ? `${result.failure.code} ${result.failure.message}` : ""
}

const names = (selection: FieldSelection): ReadonlyArray<string> => selection.columns.map(({ name }) => name)

const column = (selection: FieldSelection, name: string): Column => {
  const found = selection.columns.find((candidate) => candidate.name === name)
  assert.isDefined(found)
  return found as Column
}

describe("field selection", () => {
  it("reads the recommended fields with Id first, and the components instead of the address", () => {
    const { select: asked, columns } = select({})
    assert.strictEqual(asked[0], "Id")
    assert.notInclude(asked, "BillingAddress")
    assert.includeMembers(
      [...asked],
      ["Name", "Website", "BillingStreet", "BillingGeocodeAccuracy", "MasterRecordId"]
    )
    assert.notInclude(asked, "BillingNote__c")
    assert.strictEqual(new Set(asked).size, asked.length)
    assert.isTrue(columns.some(({ name }) => name === "BillingAddress"))
  })

  it("puts an address together under REST's keys, found by compoundFieldName", () => {
    const address = column(select({}), "BillingAddress")
    assert.deepStrictEqual(address.from, {
      struct: {
        city: "BillingCity",
        country: "BillingCountry",
        countryCode: "BillingCountryCode",
        geocodeAccuracy: "BillingGeocodeAccuracy",
        latitude: "BillingLatitude",
        longitude: "BillingLongitude",
        postalCode: "BillingPostalCode",
        state: "BillingState",
        stateCode: "BillingStateCode",
        street: "BillingStreet"
      }
    })
    const site = column(select({ fields: "all" }), "Site__c")
    assert.deepStrictEqual(site.from, {
      struct: { latitude: "Site__Latitude__s", longitude: "Site__Longitude__s" }
    })
  })

  it("leaves a Contact's Name a plain text although it has components", () => {
    const contact = describeOf("Contact", [
      ...stamps,
      ["FirstName", "string", { compoundFieldName: "Name" }],
      ["LastName", "string", { compoundFieldName: "Name" }],
      ["Name", "string"]
    ])
    const selection = select({ fields: ["Name", "FirstName"], mask: { Name: "drop" } }, contact)
    assert.deepStrictEqual(selection.select, ["Id", "FirstName", "IsDeleted", "SystemModstamp"])
    assert.deepStrictEqual(column(select({ fields: ["Name"] }, contact), "Name").type, { kind: "text" })
  })

  it("adds what tells rows apart to a short list and spells names as Salesforce does", () => {
    assert.deepStrictEqual(select({ fields: ["name"] }).select, [
      "Id",
      "Name",
      "IsDeleted",
      "MasterRecordId",
      "SystemModstamp"
    ])
  })

  it("reads parent fields, also of parents of parents", () => {
    const { select: asked, columns } = select({ fields: ["owner.name", "Owner.Manager.Name"] })
    assert.includeMembers([...asked], ["Owner.Name", "Owner.Manager.Name"])
    assert.includeMembers(
      columns.map(({ name }) => name),
      ["Owner.Name", "Owner.Manager.Name"]
    )
  })

  it("skips files and says so", () => {
    const selection = select({ fields: "all" })
    assert.notInclude(selection.select, "Photo__c")
    assert.isTrue(selection.warnings.some((warning) => warning.includes("Account.Photo__c")))
  })

  it("says which recommended field the user cannot read, and goes on", () => {
    const poor = describeOf("Account", [...stamps, ["Name", "string"]])
    const selection = select({}, poor)
    assert.isTrue(selection.warnings.some((warning) => warning.includes("Account.Website")))
    assert.include(selection.select, "Name")
  })

  it("maps types, lists and descriptions", () => {
    const selection = select({ fields: "all" })
    const typeOf = (name: string) => column(selection, name).type.kind
    assert.deepStrictEqual(
      ["SystemModstamp", "IsDeleted", "NumberOfEmployees", "AnnualRevenue", "OwnerId", "Website"].map(typeOf),
      ["timestamp", "boolean", "int32", "double", "text", "text"]
    )
    assert.deepStrictEqual(column(selection, "Sectors__c").from, { header: "Sectors__c", splitOn: ";" })
    assert.deepStrictEqual(column(selection, "Tier__c").describes, {
      sourceType: "string",
      help: "How big",
      formula: "TEXT(Type)",
      picklist: []
    })
    assert.deepStrictEqual(column(selection, "Type").describes?.picklist, [
      { value: "Prospect", label: "Interessent", active: true }
    ])
    assert.deepStrictEqual(column(select({ numbers: "decimal" }), "AnnualRevenue").type, {
      kind: "decimal",
      precision: 18,
      scale: 0
    })
  })

  it("takes an unknown type as text", () => {
    const odd = describeOf("Odd__c", [...stamps, ["New__c", "hologram"]])
    assert.deepStrictEqual(column(select({ fields: "all" }, odd), "New__c").type, { kind: "text" })
  })
})

describe("roles and substitutes", () => {
  it("reads role fields and says under which column each role is", () => {
    const selection = select({ roles: { logo: "customer_logo__c", reference: "Reference_Status__c" } })
    assert.deepStrictEqual(selection.roles, {
      logo: "Customer_Logo__c",
      reference: "Reference_Status__c",
      marketing_rights: null
    })
    assert.include(selection.select, "Customer_Logo__c")
  })

  it("reads the substitute and keeps the standard column's name", () => {
    const selection = select({ substitute: { Industry: "Industry_Segment__c" } })
    assert.notInclude(selection.select, "Industry")
    assert.deepStrictEqual(column(selection, "Industry").from, { header: "Industry_Segment__c" })
    assert.strictEqual(names(selection).filter((name) => name === "Industry").length, 1)
  })

  it("substitutes a standard field that this user cannot read", () => {
    const poor = describeOf("Account", [...stamps, ["Industry_Segment__c", "string"]])
    const selection = select({ substitute: { Industry: "Industry_Segment__c" } }, poor)
    assert.deepStrictEqual(column(selection, "Industry").from, { header: "Industry_Segment__c" })
    assert.isFalse(selection.warnings.some((warning) => warning.includes("Account.Industry ")))
  })
})

describe("masks", () => {
  it("never asks for a dropped field", () => {
    const selection = select({ mask: { Website: "drop" } })
    assert.notInclude(selection.select, "Website")
    assert.notInclude(names(selection), "Website")
  })

  it("hashes into text under the spec's key", () => {
    const revenue = column(select({ mask: { annualrevenue: "hmac" } }), "AnnualRevenue")
    assert.deepStrictEqual(revenue.type, { kind: "text" })
    assert.deepStrictEqual(revenue.mask, { hmac: "acme" })
  })

  it("drops every part of a dropped address", () => {
    const selection = select({ mask: { BillingAddress: "drop" } })
    assert.isFalse(selection.select.some((name) => /^Billing(?!Note)/.test(name)))
    assert.notInclude(names(selection), "BillingAddress")
  })

  it("shows no address whose street is hashed", () => {
    const selection = select({ mask: { BillingStreet: "hmac" } })
    assert.notInclude(names(selection), "BillingAddress")
    assert.deepStrictEqual(column(selection, "BillingStreet").mask, { hmac: "acme" })
    assert.isUndefined(column(selection, "BillingCity").mask)
  })

  it("masks the substituted column by either name", () => {
    for (const name of ["Industry", "Industry_Segment__c"]) {
      const selection = select({ substitute: { Industry: "Industry_Segment__c" }, mask: { [name]: "hmac" } })
      assert.deepStrictEqual(column(selection, "Industry").mask, { hmac: "acme" })
    }
  })
})

describe("misspelt names", () => {
  it("are all named with the nearest field", () => {
    const text = refused({
      fields: ["Nmae", "Owner.Nam", "Onwer.Name"],
      roles: { logo: "Customer_Lgo__c" },
      mask: { Websit: "drop" }
    })
    assert.match(text, /^FIELD_UNKNOWN/)
    for (const meant of ["Name?", "Owner?", "Customer_Logo__c?", "Website?"]) {
      assert.include(text, `Did you mean ${meant}`)
    }
  })
})
