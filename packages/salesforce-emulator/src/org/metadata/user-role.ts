/** UserRole: the role hierarchy. */
import type { SObject } from "../field.ts"
import { fieldsFromTable } from "./field-table.ts"
import { setupTraits } from "./standard-traits.ts"

const fields = `
Id                               | id                 | fgsid   | Role ID
Name                             | string 80          | cufgsM  | Name
ParentRoleId                     | reference UserRole | cunfgs  | Parent Role ID
RollupDescription                | string 80          | unfgs   | Description
OpportunityAccessForAccountOwner | picklist 40        | cufgsk  | Opportunity Access Level for Account Owner
CaseAccessForAccountOwner        | picklist 40        | cunfgsk | Case Access Level for Account Owner
ContactAccessForAccountOwner     | picklist 40        | cunfgsk | Contact Access Level for Account Owner
ForecastUserId                   | reference User     | nfgs    | User ID
MayForecastManagerShare          | boolean            | fgsd    | May Forecast Manager Share
LastModifiedDate                 | datetime           | fsd     | Last Modified Date
LastModifiedById                 | reference User     | fgsd    | Last Modified By ID                        | rel=LastModifiedBy
SystemModstamp                   | datetime           | fsd     | System Modstamp
DeveloperName                    | string 80          | cunfgs  | Developer Name
PortalAccountId                  | reference Account  | nfgs    | Account ID
PortalType                       | picklist 40        | nfgsk   | Portal Type
PortalAccountOwnerId             | reference User     | nfgs    | User ID
`

export const userRole: SObject = {
  name: "UserRole",
  label: "Role",
  labelPlural: "Role",
  keyPrefix: "00E",
  custom: false,
  traits: { ...setupTraits, createable: true, deletable: true, searchable: true, updateable: true },
  urlKeys: ["compactLayouts", "rowTemplate", "describe", "sobject"],
  fields: fieldsFromTable(fields),
  derived: {}
}
