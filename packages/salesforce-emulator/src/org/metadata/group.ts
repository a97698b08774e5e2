/** Groups and queues, which own records as users do. */
import { auditLines, idLine } from "./audit-fields.ts"
import { values } from "./picklists.ts"
import { sobject } from "./sobject.ts"

export const group = sobject({
  name: "Group",
  label: "Group",
  labelPlural: "Group",
  keyPrefix: "00G",
  can: "query retrieve replicate create update delete search",
  picklists: {
    Type: values(
      "Regular=Public Group;Role;RoleAndSubordinates=Role and Internal Subordinates;Queue;Organization;AllCustomerPortal=All Customer Portal"
    )
  },
  table: `
${idLine("Group ID")}
Name                   | string 40              | cufgsM | Name
DeveloperName          | string 80              | cunfgsi | Developer Name
RelatedId              | reference User,UserRole | nfgs  | Related ID             | rel=Related
Type                   | picklist 40            | cfgsk  | Type
Email                  | email 255              | cunfgs | Email
OwnerId                | reference Organization,User | fgsd | Owner ID             | rel=Owner
DoesSendEmailToMembers | boolean                | cufgsd | Send Email to Members  | default=false
DoesIncludeBosses      | boolean                | cufgsd | Include Bosses         | default=true
${auditLines}
`
})
