/** Profile, as far as users refer to it. */
import type { SObject } from "../field.ts"
import { fieldsFromTable } from "./field-table.ts"
import { permissionLines } from "./permissions.ts"
import { setupTraits } from "./standard-traits.ts"

const fields = `
Id                       | id                    | fgsid  | Profile ID
Name                     | string 255            | ufgsiM | Name
${permissionLines("ufgsd")}
UserLicenseId            | reference UserLicense | fgs    | User License ID              | rel=UserLicense
UserType                 | picklist 40           | nfgsk  | User Type
CreatedDate              | datetime              | fsd    | Created Date
CreatedById              | reference User        | fgsd   | Created By ID                | rel=CreatedBy
LastModifiedDate         | datetime              | fsd    | Last Modified Date
LastModifiedById         | reference User        | fgsd   | Last Modified By ID          | rel=LastModifiedBy
SystemModstamp           | datetime              | fsd    | System Modstamp
Description              | string 255            | unfgs  | Description
LastViewedDate           | datetime              | nfs    | Last Viewed Date
LastReferencedDate       | datetime              | nfs    | Last Referenced Date
`

export const profile: SObject = {
  name: "Profile",
  label: "Profile",
  labelPlural: "Profiles",
  keyPrefix: "00e",
  custom: false,
  traits: setupTraits,
  fields: fieldsFromTable(fields),
  derived: {}
}
