/** Several currencies: each record has one, and amounts are in it. Rates change over time where they are dated. */
import type { SObject } from "../field.ts"
import { auditLines, idLine } from "../metadata/audit-fields.ts"
import { values } from "../metadata/picklists.ts"
import { sobject } from "../metadata/sobject.ts"
import { quoted } from "../store.ts"
import { type Feature, withFields } from "./feature.ts"

/** How much of each one corporate dollar buys. */
const rates = [
  ["USD", 1],
  ["EUR", 0.92],
  ["JPY", 155.5]
] as const

const isoCodes = values("USD=USD - U.S. Dollar*;EUR=EUR - Euro;JPY=JPY - Japanese Yen")

const currencyType = sobject({
  name: "CurrencyType",
  label: "Currency Type",
  keyPrefix: "01L",
  can: "query retrieve replicate create update",
  picklists: { IsoCode: isoCodes.map((value) => ({ ...value, default: false })) },
  table: `
${idLine("Currency Type ID")}
IsoCode        | picklist 3  | cfgsk  | Currency ISO Code
ConversionRate | double 18,6 | cufs   | Conversion Rate
DecimalPlaces  | int 1       | cufgs  | Decimal Places
IsActive       | boolean     | cufgsd | Active            | default=true
IsCorporate    | boolean     | cufgsd | Corporate Currency | default=false
${auditLines}
`
})

const datedConversionRate = sobject({
  name: "DatedConversionRate",
  label: "Dated Conversion Rate",
  keyPrefix: "04w",
  can: "query retrieve replicate create update delete",
  picklists: { IsoCode: currencyType.fields.find(({ name }) => name === "IsoCode")?.picklist ?? [] },
  table: `
${idLine("Dated Conversion Rate ID")}
IsoCode        | picklist 3  | cfgsk | Currency ISO Code
StartDate      | date        | cfgs  | Start Date
NextStartDate  | date        | fgs   | Next Start Date
ConversionRate | double 18,6 | cufs  | Conversion Rate
${auditLines}
`
})

const without = new Set(
  "AppDefinition Audit_Event__b CaseStatus ContentDocument ContentDocumentLink FieldPermissions Group Invoice__x LoginHistory Name ObjectPermissions OpportunityStage PermissionSet PermissionSetAssignment Profile RecordType Region__mdt TaskPriority TaskStatus UserPermissionAccess UserRole".split(
    " "
  )
)

const hasCurrency = ({ name, associate }: SObject) => !without.has(name) && associate === undefined

const withCurrency = (object: SObject): SObject => {
  const flags = object.traits.createable ? "cunfgsdk" : "nfgsk"
  const after = object.name === "User" ? "LanguageLocaleKey" : "Name"
  const added = withFields(
    object,
    after,
    `CurrencyIsoCode | picklist 3 | ${flags} | ${object.label} Currency`,
    { CurrencyIsoCode: isoCodes }
  )
  return object.name === "User"
    ? withFields(
        added,
        "CurrencyIsoCode",
        "DefaultCurrencyIsoCode | picklist 3 | cunfgsk | Default Currency ISO Code",
        { DefaultCurrencyIsoCode: isoCodes }
      )
    : added
}

/** Own currencies for accounts, and for opportunities whose accounts say so; everything else is corporate. */
const fillCurrency = (object: SObject): string => {
  const own = `CASE hash("Id") % 10 WHEN 0 THEN 'JPY' WHEN 1 THEN 'EUR' WHEN 2 THEN 'EUR' ELSE 'USD' END`
  const varied = object.name === "Account" || object.name === "Opportunity" || object.name === "Lead"
  return `UPDATE ${quoted(object.name)} SET "CurrencyIsoCode" = ${varied ? own : "'USD'"}`
}

export const multiCurrency: Feature = {
  extend: (objects) => [
    ...objects.map((object) => (hasCurrency(object) ? withCurrency(object) : object)),
    currencyType,
    datedConversionRate
  ],
  records: ({ add }, stamp) => {
    const audit = { CreatedDate: stamp, LastModifiedDate: stamp, SystemModstamp: stamp }
    for (const [IsoCode, ConversionRate] of rates) {
      add("CurrencyType", {
        ...audit,
        IsoCode,
        ConversionRate,
        DecimalPlaces: IsoCode === "JPY" ? 0 : 2,
        IsActive: true,
        IsCorporate: ConversionRate === 1
      })
      for (const [at, StartDate] of ["2019-01-01", "2023-01-01", "2025-01-01"].entries()) {
        const NextStartDate = ["2023-01-01", "2025-01-01", "9999-12-31"][at]
        const drift = ConversionRate === 1 ? 1 : 1 - (2 - at) / 50
        add("DatedConversionRate", {
          ...audit,
          IsoCode,
          StartDate,
          NextStartDate,
          ConversionRate: Math.round(ConversionRate * drift * 1e6) / 1e6
        })
      }
    }
  },
  fill: ({ schema }) => [
    ...schema
      .all()
      .filter((object) => schema.field(object, "CurrencyIsoCode") !== undefined)
      .map(fillCurrency),
    `UPDATE "User" SET "DefaultCurrencyIsoCode" = 'USD'`
  ]
}
