/** Organization: the single row that says which org this is. */
import type { SObject } from "../field.ts"
import { fieldsFromTable } from "./field-table.ts"
import { setupTraits } from "./standard-traits.ts"

const fields = `
Id                            | id             | fgsid  | Organization ID
Name                          | string 80      | ufgsM  | Name
Division                      | string 80      | unfgs  | Division
Street                        | textarea 255   | unfgs  | Street                      | compound=Address extra=plaintextarea
City                          | string 40      | unfgs  | City                        | compound=Address
State                         | string 80      | unfgs  | State/Province              | compound=Address
PostalCode                    | string 20      | unfgs  | Zip/Postal Code             | compound=Address
Country                       | string 80      | unfgs  | Country                     | compound=Address
Latitude                      | double 18,15   | unfs   | Latitude                    | compound=Address
Longitude                     | double 18,15   | unfs   | Longitude                   | compound=Address
GeocodeAccuracy               | picklist 40    | unfgsk | Geocode Accuracy            | compound=Address
Address                       | address        | nfb    | Address
Phone                         | phone 40       | unfgs  | Phone
Fax                           | phone 40       | unfgs  | Fax
PrimaryContact                | string 80      | unfgs  | Primary Contact
DefaultLocaleSidKey           | picklist 40    | ufgsk  | Locale
TimeZoneSidKey                | picklist 40    | fgsk   | Time Zone
LanguageLocaleKey             | picklist 40    | ufgsk  | Language
ReceivesInfoEmails            | boolean        | ufgsd  | Info Emails
ReceivesAdminInfoEmails       | boolean        | ufgsd  | Info Emails Admin
FiscalYearStartMonth          | int 9          | unfgs  | Fiscal Year Starts In
UsesStartDateAsFiscalYearName | boolean        | ufgsd  | Fiscal Year Name by Start
DefaultAccountAccess          | picklist 40    | nfgsk  | Default Account Access
DefaultContactAccess          | picklist 40    | nfgsk  | Default Contact Access
DefaultOpportunityAccess      | picklist 40    | nfgsk  | Default Opportunity Access
ComplianceBccEmail            | email 80       | unfgs  | Compliance BCC Email
UiSkin                        | picklist 40    | unfgsk | UI Skin
SignupCountryIsoCode          | string 2       | nfgs   | Signup Country
TrialExpirationDate           | datetime       | nfs    | Trial Expiration Date
OrganizationType              | picklist 40    | nfgsk  | Edition
NamespacePrefix               | string 15      | nfgs   | Namespace Prefix
InstanceName                  | string 5       | nfgs   | Instance Name
IsSandbox                     | boolean        | fgs    | Is Sandbox
WebToCaseDefaultOrigin        | string 40      | unfgs  | Web to Cases Default Origin
MonthlyPageViewsUsed          | int 9          | nfgs   | Monthly Page Views Used
MonthlyPageViewsEntitlement   | int 9          | nfgs   | Monthly Page Views Allowed
IsReadOnly                    | boolean        | fgsd   | Is Read Only
CreatedDate                   | datetime       | fsd    | Created Date
CreatedById                   | reference User | fgsd   | Created By ID               | rel=CreatedBy
LastModifiedDate              | datetime       | fsd    | Last Modified Date
LastModifiedById              | reference User | fgsd   | Last Modified By ID         | rel=LastModifiedBy
SystemModstamp                | datetime       | fsd    | System Modstamp
`

export const organization: SObject = {
  name: "Organization",
  label: "Organization",
  labelPlural: "Organizations",
  keyPrefix: "00D",
  custom: false,
  traits: { ...setupTraits, updateable: true },
  fields: fieldsFromTable(fields),
  derived: {}
}
