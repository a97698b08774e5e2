/**
 * Name: what SOQL sees of a parent that may be of several objects, such as `Who` of a task.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_name.htm
 */
import { idLine } from "./audit-fields.ts"
import { userPicklists } from "./picklists.ts"
import { sobject } from "./sobject.ts"

export const name = sobject({
  name: "Name",
  label: "Name",
  labelPlural: "Name",
  can: "retrieve",
  picklists: { UserType: userPicklists.UserType },
  table: `
${idLine("Name ID")}
Name           | string 255         | nfgsM | Full Name
LastName       | string 80          | nfgs  | Last Name
FirstName      | string 40          | nfgs  | First Name
Type           | picklist 40        | nfgsk | Type
Alias          | string 8           | nfgs  | Alias
UserRoleId     | reference UserRole | nfgs  | Role ID    | rel=UserRole
ProfileId      | reference Profile  | nfgs  | Profile ID | rel=Profile
RecordTypeId   | reference RecordType | nfgs | Record Type ID | rel=RecordType
Title          | string 128         | nfgs  | Title
Email          | email 80           | nfgs  | Email
Phone          | phone 40           | nfgs  | Phone
Username       | string 80          | nfgs  | Username
IsActive       | boolean            | fgs   | Active
LastReferencedDate | datetime       | nfs   | Last Referenced Date
LastViewedDate | datetime           | nfs   | Last Viewed Date
`
})
