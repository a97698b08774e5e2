/** Opportunity as a developer org has it, and one cross-object formula. Stage, amount and close date decide the rest. */
import type { SObject } from "../field.ts"
import { fieldsFromTable } from "./field-table.ts"
import { opportunityPicklists } from "./picklists.ts"
import { stageValue } from "./stages.ts"
import { standardTraits } from "./standard-traits.ts"

const fields = `
Id                            | id                           | fgsid    | Opportunity ID
IsDeleted                     | boolean                      | fgsd     | Deleted
AccountId                     | reference Account            | cunfgsph | Account ID             | rel=Account children=Opportunities cascade
IsPrivate                     | boolean                      | cufgsdp  | Private
Name                          | string 120                   | cufgsiM  | Name
Description                   | textarea 32000               | cunp     | Description            | extra=plaintextarea
StageName                     | picklist 255                 | cufgs    | Stage
Amount                        | currency 18,2                | cunfsp   | Amount
Probability                   | percent 3,0                  | cunfsdp  | Probability (%)
ExpectedRevenue               | currency 18,2                | nfsp     | Expected Amount
TotalOpportunityQuantity      | double 18,2                  | cunfsp   | Quantity
CloseDate                     | date                         | cufgs    | Close Date
Type                          | picklist 255                 | cunfgsp  | Opportunity Type
NextStep                      | string 255                   | cunfgsp  | Next Step
LeadSource                    | picklist 255                 | cunfgsp  | Lead Source
IsClosed                      | boolean                      | fgsd     | Closed
IsWon                         | boolean                      | fgsd     | Won
ForecastCategory              | picklist 40                  | fgsk     | Forecast Category
ForecastCategoryName          | picklist 255                 | cunfgsdk | Forecast Category
CampaignId                    | reference Campaign           | cunfgsph | Campaign ID            | rel=Campaign
HasOpportunityLineItem        | boolean                      | fgsd     | Has Line Item
Pricebook2Id                  | reference Pricebook2         | cunfgsdh | Price Book ID          | rel=Pricebook2
OwnerId                       | reference User               | cufgsd   | Owner ID               | rel=Owner
CreatedDate                   | datetime                     | fsd      | Created Date
CreatedById                   | reference User               | fgsd     | Created By ID          | rel=CreatedBy
LastModifiedDate              | datetime                     | fsd      | Last Modified Date
LastModifiedById              | reference User               | fgsd     | Last Modified By ID    | rel=LastModifiedBy
SystemModstamp                | datetime                     | fsd      | System Modstamp
LastActivityDate              | date                         | nfgs     | Last Activity
LastStageChangeDate           | datetime                     | nfs      | Last Stage Change Date
FiscalQuarter                 | int 8                        | nfgs     | Fiscal Quarter         | compound=Fiscal
FiscalYear                    | int 8                        | nfgs     | Fiscal Year            | compound=Fiscal
Fiscal                        | string 6                     | nfgs     | Fiscal Period          | bytes=6
ContactId                     | reference Contact            | cnfgs    | Contact ID             | children=Opportunities
LastViewedDate                | datetime                     | nfs      | Last Viewed Date
LastReferencedDate            | datetime                     | nfs      | Last Referenced Date
HasOpenActivity               | boolean                      | gd       | Has Open Activity
HasOverdueTask                | boolean                      | gd       | Has Overdue Task
LastAmountChangedHistoryId    | reference OpportunityHistory | nfgsh    | Opportunity History ID | rel=LastAmountChangedHistory
LastCloseDateChangedHistoryId | reference OpportunityHistory | nfgsh    | Opportunity History ID | rel=LastCloseDateChangedHistory
Account_Industry__c           | string 1300                  | nfgsp    | Account Industry       | formula=Account.Industry
`

export const opportunity: SObject = {
  name: "Opportunity",
  label: "Opportunity",
  labelPlural: "Opportunities",
  keyPrefix: "006",
  custom: false,
  traits: { ...standardTraits, deepCloneable: true },
  fields: fieldsFromTable(fields, opportunityPicklists),
  derived: {
    IsClosed: stageValue("IsClosed"),
    IsWon: stageValue("IsWon"),
    ForecastCategory: stageValue("ForecastCategory"),
    ForecastCategoryName: stageValue("ForecastCategoryName"),
    ExpectedRevenue: "round(Amount * Probability / 100, 2)",
    FiscalYear: "year(CloseDate)",
    FiscalQuarter: "quarter(CloseDate)",
    Fiscal: "year(CloseDate)::VARCHAR || ' ' || quarter(CloseDate)::VARCHAR"
  }
}
