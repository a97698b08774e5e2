/** Objects a sync meets that are not records like others: a big, an external and a custom metadata object. */
import { createdLines, idLine } from "./audit-fields.ts"
import { userPicklists, values } from "./picklists.ts"
import { sobject } from "./sobject.ts"

export const auditEvent = sobject({
  name: "Audit_Event__b",
  label: "Audit Event",
  keyPrefix: "I00",
  can: "query retrieve create",
  table: `
${idLine("Record ID")}
${createdLines}
Account__c     | string 18    | cfgsp  | Account
Occurred_At__c | datetime     | cfsp   | Occurred At
Action__c      | string 60    | cnp    | Action
Amount__c      | double 18,2  | cnp    | Amount
Details__c     | textarea 32768 | cnp  | Details | extra=plaintextarea
`
})

export const invoice = sobject({
  name: "Invoice__x",
  label: "Invoice",
  keyPrefix: "x00",
  can: "query retrieve search layout",
  picklists: { Status__c: values("Open;Paid;Overdue") },
  table: `
${idLine("External Record ID")}
ExternalId    | string 255        | cunfgsiMqx | External ID
DisplayUrl    | url 1000          | cunfs      | Display URL
Account__c    | reference Account | cunfgsp    | Account  | rel=Account__r children=Invoices__r
Amount__c     | double 18,2       | cunfsp     | Amount
Issued_On__c  | date              | cunfgsp    | Issued On
Status__c     | picklist 255      | cunfgsp    | Status
`
})

export const region = sobject({
  name: "Region__mdt",
  label: "Region",
  keyPrefix: "m00",
  can: "query retrieve layout",
  picklists: { Language: userPicklists.LanguageLocaleKey },
  table: `
${idLine("Custom Metadata Record ID")}
DeveloperName    | string 40   | ufgsi  | Custom Metadata Record Name
MasterLabel      | string 40   | ufgs   | Label
Language         | picklist 40 | nfgsk  | Master Language
NamespacePrefix  | string 15   | nfgs   | Namespace Prefix
Label            | string 40   | nfgsM  | Label
QualifiedApiName | string 70   | nfgs   | Qualified API Name
SystemModstamp   | datetime    | fsd    | System Modstamp
Code__c          | string 5    | unfgsp | Code
Manager_Email__c | email 80    | unfgsp | Manager Email
Active__c        | boolean     | ufgsdp | Active | default=true
`
})
