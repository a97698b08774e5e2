/** Case. What it shows of its contact changes with the contact, without a stamp. */
import { auditLines, deletedLine, idLine, viewedLines } from "./audit-fields.ts"
import { values } from "./picklists.ts"
import { recordWords, sobject } from "./sobject.ts"

export const caseObject = sobject({
  name: "Case",
  label: "Case",
  keyPrefix: "500",
  can: recordWords,
  urlKeys: [
    "compactLayouts",
    "rowTemplate",
    "approvalLayouts",
    "caseArticleSuggestions",
    "caseRowArticleSuggestions",
    "listviews",
    "describe",
    "quickActions",
    "layouts",
    "sobject"
  ],
  derived: { IsClosed: "coalesce(Status = 'Closed', false)" },
  picklists: {
    Type: values("Mechanical;Electrical;Electronic;Structural;Other"),
    Status: values("New*;Working;Escalated;Closed"),
    Reason: values("Installation;Equipment Complexity;Performance;Breakdown;Equipment Design;Feedback;Other"),
    Origin: values("Phone;Email;Web"),
    Priority: values("High;Medium*;Low")
  },
  table: `
${idLine("Case ID")}
${deletedLine}
MasterRecordId   | reference Case       | nfgs     | Master Record ID   | rel=MasterRecord
CaseNumber       | string 30            | fsiMdA   | Case Number
ContactId        | reference Contact    | cunfgsph | Contact ID         | rel=Contact children=Cases restrict
AccountId        | reference Account    | cunfgsph | Account ID         | rel=Account children=Cases restrict
AssetId          | reference Asset      | cunfgsph | Asset ID           | rel=Asset children=Cases restrict
ParentId         | reference Case       | cunfgsph | Parent Case ID     | rel=Parent children=Cases
SuppliedName     | string 80            | cunfgsp  | Name
SuppliedEmail    | email 80             | cunfgsp  | Email Address
SuppliedPhone    | string 40            | cunfgsp  | Phone
SuppliedCompany  | string 80            | cunfgsp  | Company
Type             | picklist 40          | cunfgsp  | Case Type
Status           | picklist 40          | cunfgsd  | Status
Reason           | picklist 40          | cunfgsp  | Case Reason
Origin           | picklist 40          | cunfgsp  | Case Origin
Subject          | string 255           | cunfgsp  | Subject
Priority         | picklist 40          | cunfgsdp | Priority
Description      | textarea 32000       | cunp     | Description        | extra=plaintextarea
IsClosed         | boolean              | fgsd     | Closed             | default=false
ClosedDate       | datetime             | nfsp     | Closed Date
IsEscalated      | boolean              | cufgsdp  | Escalated          | default=false
OwnerId          | reference Group,User | cufgsd   | Owner ID           | rel=Owner
${auditLines}
ContactPhone     | phone 40             | nfgs     | Contact Phone      | mirror=Contact.Phone
ContactMobile    | phone 40             | nfgs     | Contact Mobile     | mirror=Contact.MobilePhone
ContactEmail     | email 80             | nfgs     | Contact Email      | mirror=Contact.Email
ContactFax       | phone 40             | nfgs     | Contact Fax        | mirror=Contact.Fax
Comments         | textarea 4000        | cuns     | Internal Comments  | extra=plaintextarea bytes=4000
${viewedLines}
`
})
