/** Permission sets, who has them, and the one row that says what the user who asks may do. */
import { auditLines, idLine } from "./audit-fields.ts"
import { permissionLines } from "./permissions.ts"
import { values } from "./picklists.ts"
import { sobject } from "./sobject.ts"

export const permissionSet = sobject({
  name: "PermissionSet",
  label: "Permission Set",
  keyPrefix: "0PS",
  can: "query retrieve replicate create update delete",
  picklists: { Type: values("Regular;Standard;Session;Profile;Group") },
  table: `
${idLine("PermissionSet ID")}
Name                  | string 80             | cufgsiM | Permission Set Name
Label                 | string 80             | cufgs   | Permission Set Label
LicenseId             | reference PermissionSetLicense,UserLicense | cnfgs | License ID | rel=License
ProfileId             | reference Profile     | nfgs    | Profile ID            | rel=Profile
IsOwnedByProfile      | boolean               | fgsd    | Is Owned By Profile   | default=false
IsCustom              | boolean               | fgsd    | Custom                | default=true
${permissionLines("cufgsd")}
Description           | string 255            | cunfgs  | Description
${auditLines}
NamespacePrefix       | string 15             | nfgs    | Namespace Prefix
HasActivationRequired | boolean               | cufgsd  | Has Session Activation | default=false
Type                  | picklist 40           | nfgsk   | Permission Set Type
`
})

export const permissionSetAssignment = sobject({
  name: "PermissionSetAssignment",
  label: "Permission Set Assignment",
  keyPrefix: "0Pa",
  can: "query retrieve create delete",
  table: `
${idLine("Permission Set Assignment ID")}
PermissionSetId      | reference PermissionSet      | cnfgs | Permission Set ID       | rel=PermissionSet children=Assignments cascade
PermissionSetGroupId | reference PermissionSetGroup | cnfgs | Permission Set Group ID | rel=PermissionSetGroup children=Assignments cascade
AssigneeId           | reference User               | cfgs  | Assignee ID             | rel=Assignee children=PermissionSetAssignments cascade
SystemModstamp       | datetime                     | fsd   | System Modstamp
ExpirationDate       | datetime                     | nfs   | Expires On
IsActive             | boolean                      | fgsd  | Is Active               | default=true
IsRevoked            | boolean                      | fgsd  | Is Revoked              | default=false
`
})

export const objectPermissions = sobject({
  name: "ObjectPermissions",
  label: "Object Permissions",
  labelPlural: "Object Permissions",
  keyPrefix: "110",
  can: "query retrieve create update delete",
  table: `
${idLine("ObjectPermissions ID")}
ParentId                    | reference PermissionSet | cfgs   | Parent ID             | rel=Parent children=ObjectPerms cascade
SobjectType                 | string 40               | cfgs   | Sobject Type Name
PermissionsCreate           | boolean                 | cufgsd | Create Records        | default=false
PermissionsRead             | boolean                 | cufgsd | Read Records          | default=false
PermissionsEdit             | boolean                 | cufgsd | Edit Records          | default=false
PermissionsDelete           | boolean                 | cufgsd | Delete Records        | default=false
PermissionsViewAllRecords   | boolean                 | cufgsd | Read All Records      | default=false
PermissionsModifyAllRecords | boolean                 | cufgsd | Edit All Records      | default=false
${auditLines}
`
})

export const fieldPermissions = sobject({
  name: "FieldPermissions",
  label: "Field Permissions",
  labelPlural: "Field Permissions",
  keyPrefix: "01k",
  can: "query retrieve create update delete",
  table: `
${idLine("Field Permissions ID")}
ParentId        | reference PermissionSet | cfgs   | Parent ID         | rel=Parent children=FieldPerms cascade
SobjectType     | string 40               | cfgs   | Sobject Type Name
Field           | string 40               | cfgs   | Field Name
PermissionsEdit | boolean                 | cufgsd | Edit Field        | default=false
PermissionsRead | boolean                 | cufgsd | Read Field        | default=false
SystemModstamp  | datetime                | fsd    | System Modstamp
`
})

export const userPermissionAccess = sobject({
  name: "UserPermissionAccess",
  label: "User Permission Access",
  labelPlural: "User Permission Access",
  keyPrefix: "0up",
  can: "query",
  table: `
${idLine("User Permission Access ID")}
LastCacheUpdate | datetime | nfs | Last Cache Update
${permissionLines("fgsd")}
`
})
