/** Products and their prices. */
import { auditLines, deletedLine, idLine, viewedLines } from "./audit-fields.ts"
import { values } from "./picklists.ts"
import { sobject } from "./sobject.ts"

export const product2 = sobject({
  name: "Product2",
  label: "Product",
  keyPrefix: "01t",
  can: "query retrieve replicate create update delete undelete search trigger layout feed recent clone",
  picklists: { Family: values("None;Software;Services"), QuantityUnitOfMeasure: values("Each") },
  table: `
${idLine("Product ID")}
Name                  | string 255                   | cufgsiM | Product Name
ProductCode           | string 255                   | cunfgsp | Product Code
Description           | textarea 4000                | cunp    | Product Description      | extra=plaintextarea
IsActive              | boolean                      | cufgsdp | Active                   | default=false
${auditLines}
Family                | picklist 255                 | cunfgsp | Product Family
ExternalDataSourceId  | reference ExternalDataSource | cunfgsp | External Data Source ID  | rel=ExternalDataSource
ExternalId            | string 255                   | cunfgsp | External ID
DisplayUrl            | url 1000                     | cunfgsp | Display URL
QuantityUnitOfMeasure | picklist 255                 | cunfgsp | Quantity Unit Of Measure
${deletedLine}
IsArchived            | boolean                      | fgsd    | Archived                 | default=false
${viewedLines}
StockKeepingUnit      | string 180                   | cunfgsp | Product SKU
`
})

export const pricebook2 = sobject({
  name: "Pricebook2",
  label: "Price Book",
  keyPrefix: "01s",
  can: "query retrieve replicate create update delete undelete search trigger layout recent clone",
  table: `
${idLine("Price Book ID")}
${deletedLine}
Name        | string 255 | cufgsM  | Price Book Name
${auditLines}
${viewedLines}
IsActive    | boolean    | cufgsdp | Active              | default=false
IsArchived  | boolean    | fgsd    | Archived            | default=false
Description | string 255 | cunfgsp | Description
IsStandard  | boolean    | fgsd    | Is Standard Price Book | default=false
`
})

export const pricebookEntry = sobject({
  name: "PricebookEntry",
  label: "Price Book Entry",
  labelPlural: "Price Book Entries",
  keyPrefix: "01u",
  can: "query retrieve replicate create update delete layout",
  table: `
${idLine("Price Book Entry ID")}
Name             | string 255           | nfgsM   | Product Name       | mirror=Product2.Name
Pricebook2Id     | reference Pricebook2 | cfgsh   | Price Book ID      | rel=Pricebook2 children=PricebookEntries cascade
Product2Id       | reference Product2   | cfgsh   | Product ID         | rel=Product2 children=PricebookEntries cascade
UnitPrice        | currency 18,2        | cufsp   | List Price
IsActive         | boolean              | cufgsdp | Active             | default=false
UseStandardPrice | boolean              | cufgsdp | Use Standard Price | default=false
${auditLines}
ProductCode      | string 255           | nfgsp   | Product Code       | mirror=Product2.ProductCode
${deletedLine}
IsArchived       | boolean              | fgsd    | Archived           | default=false
`
})
