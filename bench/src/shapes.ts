/** Data table: the shapes of data that are measured, after what orgs have: wide, very wide, long and narrow. */
export interface Shape {
  readonly name: string
  readonly object: string
  readonly rows: number
  /** What the spec asks for; `all` reads what describe shows. */
  readonly fields: ReadonlyArray<string> | "all"
  /** Columns that the object has in the org, where it is not to be as it is in every org. */
  readonly columns: number | null
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
  columns: null
})

export const wide = (rows: number, columns: number): Shape => ({
  name: `${rows.toLocaleString("en")} rows of ${columns} columns`,
  object: "Account",
  rows,
  fields: "all",
  columns
})

/** Five columns, all of them small. */
export const narrow = (rows: number): Shape => ({
  name: `${rows.toLocaleString("en")} narrow rows`,
  object: "Account",
  rows,
  fields: ["Id", "OwnerId", "NumberOfEmployees", "SystemModstamp", "IsDeleted"],
  columns: null
})
