/** Data table: the 17 Account columns of the benchmark, and the types the floor loads them with. */

/** What the spec asks for. */
export const accountFields = [
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

const types: Readonly<Record<string, string>> = {
  AnnualRevenue: "DOUBLE",
  NumberOfEmployees: "INTEGER",
  CreatedDate: "TIMESTAMPTZ",
  LastModifiedDate: "TIMESTAMPTZ",
  SystemModstamp: "TIMESTAMPTZ",
  IsDeleted: "BOOLEAN"
}

/** Header → DuckDB type, in the page's own order; Decant adds MasterRecordId to what was asked. */
export const floorColumns = (header: ReadonlyArray<string>): Record<string, string> =>
  Object.fromEntries(header.map((name) => [name, types[name] ?? "VARCHAR"]))
