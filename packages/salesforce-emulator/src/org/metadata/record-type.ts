/** Record types, of which an org without them has none but each object's master. */
import { auditLines, idLine } from "./audit-fields.ts"
import { sobject } from "./sobject.ts"

export const recordType = sobject({
  name: "RecordType",
  label: "Record Type",
  keyPrefix: "012",
  can: "query retrieve replicate create update",
  table: `
${idLine("Record Type ID")}
Name              | string 80         | cufgsM  | Name
DeveloperName     | string 80         | cufgsi  | Record Type Name
NamespacePrefix   | string 15         | nfgs    | Namespace Prefix
Description       | string 255        | cunfgs  | Description
BusinessProcessId | reference BusinessProcess | cunfgs | Business Process ID | rel=BusinessProcess
SobjectType       | picklist 40       | cfgsk   | Sobject Type Name
IsActive          | boolean           | ufgsd   | Active | default=true
IsPersonType      | boolean           | fgsd    | Is Person Type | default=false
${auditLines}
`
})
