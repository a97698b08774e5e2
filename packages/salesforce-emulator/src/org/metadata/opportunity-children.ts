/** What hangs on an opportunity: its stage and field history, its contacts and its products. */
import { auditLines, createdLines, deletedLine, idLine } from "./audit-fields.ts"
import { opportunityPicklists, values } from "./picklists.ts"
import { sobject } from "./sobject.ts"

export const opportunityHistory = sobject({
  name: "OpportunityHistory",
  label: "Opportunity History",
  labelPlural: "Opportunity: Stage History",
  keyPrefix: "008",
  can: "query retrieve replicate",
  picklists: {
    StageName: opportunityPicklists.StageName,
    ForecastCategory: opportunityPicklists.ForecastCategory
  },
  table: `
${idLine("Opportunity History ID")}
OpportunityId   | reference Opportunity | fgs   | Opportunity ID     | rel=Opportunity children=OpportunityHistories cascade
CreatedById     | reference User        | fgsd  | Created By ID      | rel=CreatedBy
CreatedDate     | datetime              | fsd   | Created Date
StageName       | picklist 255          | fgs   | Stage
Amount          | currency 18,2         | nfs   | Amount
ExpectedRevenue | currency 18,2         | nfs   | Expected Revenue
CloseDate       | date                  | nfgs  | Close Date
Probability     | percent 3,0           | nfs   | Probability
ForecastCategory | picklist 40          | nfgsk | To ForecastCategory
SystemModstamp  | datetime              | fsd   | System Modstamp
${deletedLine}
PrevAmount      | currency 18,2         | nfs   | Previous Amount
PrevCloseDate   | date                  | nfgs  | Previous Close Date
`
})

export const opportunityFieldHistory = sobject({
  name: "OpportunityFieldHistory",
  label: "Opportunity Field History",
  labelPlural: "Opportunity Field History",
  idPrefix: "017",
  associate: { type: "History", parent: "Opportunity" },
  can: "query retrieve replicate",
  picklists: {
    Field: values("created=Created.;Amount;CloseDate=Close Date;StageName=Stage;Probability=Probability (%)"),
    DataType: values("Text;EntityId;Currency;DateTime;DateOnly=Date;Percent")
  },
  table: `
${idLine("Opportunity Field History ID")}
${deletedLine}
OpportunityId | reference Opportunity | fgs   | Opportunity ID | rel=Opportunity children=Histories cascade
${createdLines}
Field         | picklist 255          | fgsk  | Changed Field
DataType      | picklist 40           | nfgsk | Datatype
OldValue      | anyType 255           | n     | Old Value
NewValue      | anyType 255           | n     | New Value
`
})

export const opportunityContactRole = sobject({
  name: "OpportunityContactRole",
  label: "Opportunity Contact Role",
  labelPlural: "Opportunity Contact Role",
  keyPrefix: "00K",
  can: "query retrieve replicate create update delete trigger layout",
  urlKeys: ["compactLayouts", "rowTemplate", "describe", "quickActions", "layouts", "sobject"],
  picklists: {
    Role: values(
      "Business User;Decision Maker;Economic Buyer;Economic Decision Maker;Evaluator;Executive Sponsor;Influencer;Technical Buyer;Other"
    )
  },
  table: `
${idLine("Contact Role ID")}
OpportunityId | reference Opportunity | cfgsh   | Opportunity ID | rel=Opportunity children=OpportunityContactRoles cascade
ContactId     | reference Contact     | cufgsh  | Contact ID     | rel=Contact children=OpportunityContactRoles cascade
Role          | picklist 255          | cunfgsp | Role
IsPrimary     | boolean               | cufgsdp | Primary        | default=false
${auditLines}
${deletedLine}
`
})

export const opportunityLineItem = sobject({
  name: "OpportunityLineItem",
  label: "Opportunity Product",
  labelPlural: "Opportunity Product",
  keyPrefix: "00k",
  can: "query retrieve replicate create update delete trigger layout",
  derived: {
    TotalPrice: "round(coalesce(TotalPrice, Quantity * UnitPrice * (1 - coalesce(Discount, 0) / 100)), 2)"
  },
  table: `
${idLine("Line Item ID")}
OpportunityId    | reference Opportunity    | cfgsh   | Opportunity ID      | rel=Opportunity children=OpportunityLineItems cascade
SortOrder        | int 9                    | nfgs    | Sort Order
PricebookEntryId | reference PricebookEntry | cnfgsh  | Price Book Entry ID | rel=PricebookEntry children=OpportunityLineItems restrict
Product2Id       | reference Product2       | cnfgsh  | Product ID          | rel=Product2 children=OpportunityLineItems restrict
ProductCode      | string 255               | nfgsp   | Product Code        | mirror=Product2.ProductCode
Name             | string 376               | nfgsM   | Opportunity Product Name
Quantity         | double 12,2              | cunfsp  | Quantity
TotalPrice       | currency 18,2            | cunfsp  | Total Price
UnitPrice        | currency 18,2            | cunfsp  | Sales Price
ListPrice        | currency 18,2            | nfsp    | List Price          | mirror=PricebookEntry.UnitPrice
ServiceDate      | date                     | cunfgsp | Date
Description      | string 255               | cunfgsp | Line Description
Discount         | percent 5,2              | cunfsp  | Discount
${auditLines}
${deletedLine}
`
})
