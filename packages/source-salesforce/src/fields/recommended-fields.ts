/** Which fields `fields: recommended` reads. An object that is not in this table is read with all of its fields. */

export const recommendedFields: Readonly<Record<string, ReadonlyArray<string>>> = {
  account: [
    "Id",
    "LastModifiedDate",
    "SystemModstamp",
    "IsDeleted",
    "Name",
    "Type",
    "Website",
    "Industry",
    "AnnualRevenue",
    "OwnerId",
    "NumberOfEmployees",
    "BillingAddress"
  ],
  contact: [
    "Id",
    "LastModifiedDate",
    "SystemModstamp",
    "IsDeleted",
    "AccountId",
    "FirstName",
    "LastName",
    "Email",
    "Title",
    "Department"
  ],
  opportunity: [
    "Id",
    "LastModifiedDate",
    "SystemModstamp",
    "IsDeleted",
    "AccountId",
    "ContactId",
    "OwnerId",
    "Name",
    "StageName",
    "CloseDate",
    "Description",
    "Amount",
    "Probability",
    "Type",
    "NextStep",
    "IsClosed",
    "IsWon",
    "Fiscal"
  ],
  user: [
    "Id",
    "SystemModstamp",
    "CompanyName",
    "Department",
    "Email",
    "FirstName",
    "LastName",
    "Name",
    "Title",
    "UserType",
    "IsActive"
  ]
}

/** Added to any list where the object has them: without these a row cannot be told deleted, merged or priced. */
export const alwaysAdded: ReadonlyArray<string> = [
  "Id",
  "IsDeleted",
  "MasterRecordId",
  "CurrencyIsoCode",
  "IsPersonAccount",
  "IsArchived"
]
