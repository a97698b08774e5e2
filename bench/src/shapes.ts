/** Data table: the shapes of data that are measured, after what orgs have: wide, very wide, long and narrow. */
import { customObject } from "./custom-object.ts"

export interface Shape {
  readonly name: string
  readonly object: string
  readonly rows: number
  /** What the spec asks for; `all` reads what describe shows. */
  readonly fields: ReadonlyArray<string> | "all"
  /** How the org comes to have it: made by the emulator, or loaded from a file that the bench writes. */
  readonly custom: ReturnType<typeof customObject> | null
}

/** 17 columns of Account with text hazards: newlines, quotes, emoji, long texts, empty next to null. */
const accountFields = [
  "Id",
  "Name",
  "Type",
  "Industry",
  "Website",
  "Phone",
  "BillingStreet",
  "BillingCity",
  "BillingCountry",
  "Description",
  "AnnualRevenue",
  "NumberOfEmployees",
  "OwnerId",
  "CreatedDate",
  "LastModifiedDate",
  "SystemModstamp",
  "IsDeleted"
]

export const accounts = (rows: number): Shape => ({
  name: `${rows.toLocaleString("en")} accounts`,
  object: "Account",
  rows,
  fields: accountFields,
  custom: null
})

export const wide = (rows: number, columns: number): Shape => {
  const object = `Wide${columns}__c`
  return {
    name: `${rows.toLocaleString("en")} rows × ${columns} columns`,
    object,
    rows,
    fields: "all",
    custom: customObject(object, columns)
  }
}

/** Five columns, all of them small. */
export const narrow = (rows: number): Shape => ({
  name: `${rows.toLocaleString("en")} narrow rows`,
  object: "Account",
  rows,
  fields: ["Id", "OwnerId", "NumberOfEmployees", "SystemModstamp", "IsDeleted"],
  custom: null
})
