/** Who sees an account and what changed on it: neither has a SystemModstamp. */
import { createdLines, deletedLine, idLine } from "./audit-fields.ts"
import { values } from "./picklists.ts"
import { sobject } from "./sobject.ts"

export const accountHistory = sobject({
  name: "AccountHistory",
  label: "Account History",
  labelPlural: "Account History",
  idPrefix: "017",
  associate: { type: "History", parent: "Account" },
  can: "query retrieve replicate",
  picklists: {
    Field: values(
      "created=Created.;accountMerged=Account Merged;Owner;Name=Account Name;Rating=Account Rating;Industry;Reference_Status__c=Reference Status;Reference_Story__c=Reference Story;Customer_Logo__c=Customer Logo"
    ),
    DataType: values("Text;EntityId;DynamicEnum=Picklist;Boolean=Checkbox;TextArea=Text Area")
  },
  table: `
${idLine("Account History ID")}
${deletedLine}
AccountId | reference Account | fgs   | Account ID    | rel=Account children=Histories cascade
${createdLines}
Field     | picklist 255      | fgsk  | Changed Field
DataType  | picklist 40       | nfgsk | Datatype
OldValue  | anyType 255       | n     | Old Value
NewValue  | anyType 255       | n     | New Value
`
})

const levels = values("None=Private;Read=Read Only;Edit=Read/Write;All=Owner")

export const accountShare = sobject({
  name: "AccountShare",
  label: "Account Share",
  labelPlural: "Account Share",
  keyPrefix: "00r",
  associate: { type: "Share", parent: "Account" },
  can: "query retrieve create update delete",
  picklists: {
    AccountAccessLevel: levels,
    OpportunityAccessLevel: levels,
    CaseAccessLevel: levels,
    ContactAccessLevel: values(
      "None=Private;Read=Read Only;Edit=Read/Write;ControlledByParent=Controlled By Parent"
    ),
    RowCause: values(
      "Owner;Manual=Manual Sharing;Rule=Account Sharing Rule;ImplicitChild=Account Sharing;ImplicitParent=Associated record owner or sharing;Team=Sales Team;Territory2AssociationManual=Territory Assignment Manual"
    )
  },
  table: `
${idLine("Account Share ID")}
AccountId              | reference Account    | cfgs   | Account ID         | rel=Account children=Shares cascade
UserOrGroupId          | reference Group,User | cfgs   | User/Group ID      | rel=UserOrGroup cascade
AccountAccessLevel     | picklist 40          | cufgsk | Account Access
OpportunityAccessLevel | picklist 40          | cufgsk | Opportunity Access
CaseAccessLevel        | picklist 40          | cufgsk | Case Access
ContactAccessLevel     | picklist 40          | cufgsk | Contact Access
RowCause               | picklist 40          | cnfgsk | Row Cause
LastModifiedDate       | datetime             | fsd    | Last Modified Date
LastModifiedById       | reference User       | fgsd   | Last Modified By ID | rel=LastModifiedBy
${deletedLine}
`
})
