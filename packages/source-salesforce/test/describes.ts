/** Describes as Salesforce sends them, cut to what the tests are about. */
import { Schema } from "effect"
import { ObjectDescribe } from "../src/describe/describe-shape.ts"

type Field = readonly [name: string, type: string, more?: Readonly<Record<string, unknown>>]

export const describeOf = (name: string, fields: ReadonlyArray<Field>): ObjectDescribe =>
  Schema.decodeSync(ObjectDescribe)({
    name,
    label: name,
    fields: fields.map(([field, type, more]) => ({ name: field, label: `${field} label`, type, ...more }))
  })

export const stamps: ReadonlyArray<Field> = [
  ["Id", "id"],
  ["IsDeleted", "boolean"],
  ["CreatedDate", "datetime"],
  ["LastModifiedDate", "datetime"],
  ["SystemModstamp", "datetime"]
]

const billing = { compoundFieldName: "BillingAddress" }

export const account = describeOf("Account", [
  ...stamps,
  ["MasterRecordId", "reference", { referenceTo: ["Account"], relationshipName: "MasterRecord" }],
  ["Name", "string"],
  ["Type", "picklist", { picklistValues: [{ value: "Prospect", label: "Interessent", active: true }] }],
  ["Website", "url"],
  ["Industry", "picklist"],
  ["AnnualRevenue", "currency", { precision: 18, scale: 0 }],
  ["NumberOfEmployees", "int"],
  ["OwnerId", "reference", { referenceTo: ["User"], relationshipName: "Owner" }],
  ["BillingStreet", "textarea", billing],
  ["BillingCity", "string", billing],
  ["BillingState", "string", billing],
  ["BillingStateCode", "picklist", billing],
  ["BillingPostalCode", "string", billing],
  ["BillingCountry", "string", billing],
  ["BillingCountryCode", "picklist", billing],
  ["BillingLatitude", "double", { ...billing, precision: 18, scale: 15 }],
  ["BillingLongitude", "double", { ...billing, precision: 18, scale: 15 }],
  ["BillingGeocodeAccuracy", "picklist", billing],
  ["BillingAddress", "address"],
  ["BillingNote__c", "string"],
  ["Customer_Logo__c", "boolean", { custom: true }],
  ["Reference_Status__c", "picklist", { custom: true }],
  ["Industry_Segment__c", "string", { custom: true }],
  ["Sectors__c", "multipicklist", { custom: true }],
  ["Site__c", "location", { custom: true }],
  ["Site__Latitude__s", "double", { custom: true, compoundFieldName: "Site__c" }],
  ["Site__Longitude__s", "double", { custom: true, compoundFieldName: "Site__c" }],
  ["Photo__c", "base64", { custom: true }],
  ["Tier__c", "string", { calculated: true, calculatedFormula: "TEXT(Type)", inlineHelpText: "How big" }]
])

export const user = describeOf("User", [
  ["Id", "id"],
  ["SystemModstamp", "datetime"],
  ["Name", "string"],
  ["ManagerId", "reference", { referenceTo: ["User"], relationshipName: "Manager" }]
])
