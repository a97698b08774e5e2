/** Account as a developer org has it since v48, and the fields a customer-marketing team adds to it. */
import type { SObject } from "../field.ts"
import { fieldsFromTable } from "./field-table.ts"
import { accountPicklists } from "./picklists.ts"
import { standardTraits } from "./standard-traits.ts"

const fields = `
Id                      | id                       | fgsid      | Account ID
IsDeleted               | boolean                  | fgsd       | Deleted
MasterRecordId          | reference Account        | nfgs       | Master Record ID           | rel=MasterRecord
Name                    | string 255               | cufgsM     | Account Name               | compound=Name extra=switchablepersonname
Type                    | picklist 40              | cunfgsp    | Account Type
ParentId                | reference Account        | cunfgsph   | Parent Account ID          | rel=Parent children=ChildAccounts
BillingStreet           | textarea 255             | cunfgsp    | Billing Street             | compound=BillingAddress extra=plaintextarea
BillingCity             | string 40                | cunfgsp    | Billing City               | compound=BillingAddress
BillingState            | string 80                | cunfgsp    | Billing State/Province     | compound=BillingAddress
BillingPostalCode       | string 20                | cunfgsp    | Billing Zip/Postal Code    | compound=BillingAddress
BillingCountry          | string 80                | cunfgsp    | Billing Country            | compound=BillingAddress
BillingLatitude         | double 18,15             | cunfsp     | Billing Latitude           | compound=BillingAddress
BillingLongitude        | double 18,15             | cunfsp     | Billing Longitude          | compound=BillingAddress
BillingGeocodeAccuracy  | picklist 40              | cunfgspk   | Billing Geocode Accuracy   | compound=BillingAddress
BillingAddress          | address                  | nfpb       | Billing Address
ShippingStreet          | textarea 255             | cunfgsp    | Shipping Street            | compound=ShippingAddress extra=plaintextarea
ShippingCity            | string 40                | cunfgsp    | Shipping City              | compound=ShippingAddress
ShippingState           | string 80                | cunfgsp    | Shipping State/Province    | compound=ShippingAddress
ShippingPostalCode      | string 20                | cunfgsp    | Shipping Zip/Postal Code   | compound=ShippingAddress
ShippingCountry         | string 80                | cunfgsp    | Shipping Country           | compound=ShippingAddress
ShippingLatitude        | double 18,15             | cunfsp     | Shipping Latitude          | compound=ShippingAddress
ShippingLongitude       | double 18,15             | cunfsp     | Shipping Longitude         | compound=ShippingAddress
ShippingGeocodeAccuracy | picklist 40              | cunfgspk   | Shipping Geocode Accuracy  | compound=ShippingAddress
ShippingAddress         | address                  | nfpb       | Shipping Address
Phone                   | phone 40                 | cunfgsp    | Account Phone
Fax                     | phone 40                 | cunfgsp    | Account Fax
AccountNumber           | string 40                | cunfgsp    | Account Number
Website                 | url 255                  | cunfgsp    | Website
PhotoUrl                | url 255                  | nfgs       | Photo URL                  | extra=imageurl
Sic                     | string 20                | cunfgsp    | SIC Code
Industry                | picklist 40              | cunfgsp    | Industry
AnnualRevenue           | currency 18,0            | cunfsp     | Annual Revenue
NumberOfEmployees       | int 8                    | cunfgsp    | Employees
Ownership               | picklist 40              | cunfgsp    | Ownership
TickerSymbol            | string 20                | cunfgsp    | Ticker Symbol
Description             | textarea 32000           | cunp       | Account Description        | extra=plaintextarea
Rating                  | picklist 40              | cunfgsp    | Account Rating
Site                    | string 80                | cunfgsp    | Account Site
OwnerId                 | reference User           | cufgsd     | Owner ID                   | rel=Owner
CreatedDate             | datetime                 | fsd        | Created Date
CreatedById             | reference User           | fgsd       | Created By ID              | rel=CreatedBy
LastModifiedDate        | datetime                 | fsd        | Last Modified Date
LastModifiedById        | reference User           | fgsd       | Last Modified By ID        | rel=LastModifiedBy
SystemModstamp          | datetime                 | fsd        | System Modstamp
LastActivityDate        | date                     | nfgs       | Last Activity
LastViewedDate          | datetime                 | nfs        | Last Viewed Date
LastReferencedDate      | datetime                 | nfs        | Last Referenced Date
IsPartner               | boolean                  | ufgsd      | Partner Account
IsCustomerPortal        | boolean                  | ufgsd      | Customer Portal Account
ChannelProgramName      | string 255               | ng         | Channel Program Name
ChannelProgramLevelName | string 255               | ng         | Channel Program Level Name
Jigsaw                  | string 20                | cunfgsp    | Data.com Key
JigsawCompanyId         | string 20                | nfgs       | Jigsaw Company ID          | rel=JigsawCompany
CleanStatus             | picklist 40              | cunfgspk   | Clean Status
AccountSource           | picklist 40              | cunfgsp    | Account Source
DunsNumber              | string 9                 | cunfgsp    | D-U-N-S Number
Tradestyle              | string 255               | cunfgsp    | Tradestyle
NaicsCode               | string 8                 | cunfgsp    | NAICS Code
NaicsDesc               | string 120               | cunfgsp    | NAICS Description
YearStarted             | string 4                 | cunfgsp    | Year Started
SicDesc                 | string 80                | cunfgsp    | SIC Description
DandbCompanyId          | reference DandBCompany   | cunfgsph   | D&B Company ID             | rel=DandbCompany
OperatingHoursId        | reference OperatingHours | cunfgsph   | Operating Hour ID          | rel=OperatingHours
Regions__c              | multipicklist 4099       | cunfp      | Regions
Reference_Story__c      | textarea 131072          | cunp       | Reference Story            | extra=plaintextarea
External_Id__c          | string 40                | cunfgsipqx | External Id
Marketing_Rights__c     | string 255               | cunfgsp    | Marketing Rights
Reference_Status__c     | picklist 255             | cunfgsp    | Reference Status
Customer_Logo__c        | boolean                  | cufgsdp    | Customer Logo              | default=false
`

export const account: SObject = {
  name: "Account",
  label: "Account",
  labelPlural: "Accounts",
  keyPrefix: "001",
  custom: false,
  traits: { ...standardTraits, mergeable: true },
  fields: fieldsFromTable(fields, accountPicklists),
  derived: {}
}
