/** Lead: a person and a company that nobody has qualified yet. */
import { auditLines, deletedLine, idLine, viewedLines } from "./audit-fields.ts"
import {
  accountPicklists,
  cleanStatus,
  contactPicklists,
  geocodeAccuracy,
  source,
  values
} from "./picklists.ts"
import { recordWords, sobject } from "./sobject.ts"

export const lead = sobject({
  name: "Lead",
  label: "Lead",
  keyPrefix: "00Q",
  can: `${recordWords} merge`,
  derived: { Name: "concat_ws(' ', Salutation, FirstName, LastName)" },
  picklists: {
    Salutation: contactPicklists.Salutation,
    LeadSource: source,
    Status: values("Open - Not Contacted*;Working - Contacted;Closed - Converted;Closed - Not Converted"),
    Industry: accountPicklists.Industry,
    Rating: accountPicklists.Rating,
    CleanStatus: cleanStatus,
    GeocodeAccuracy: geocodeAccuracy
  },
  table: `
${idLine("Lead ID")}
${deletedLine}
MasterRecordId         | reference Lead                 | nfgs     | Master Record ID           | rel=MasterRecord
LastName               | string 80                      | cufgs    | Last Name                  | compound=Name extra=personname
FirstName              | string 40                      | cunfgs   | First Name                 | compound=Name extra=personname
Salutation             | picklist 40                    | cunfgs   | Salutation                 | compound=Name extra=personname
Name                   | string 121                     | fgsM     | Full Name                  | extra=personname
Title                  | string 128                     | cunfgsp  | Title
Company                | string 255                     | cufgs    | Company
Street                 | textarea 255                   | cunfgsp  | Street                     | compound=Address extra=plaintextarea
City                   | string 40                      | cunfgsp  | City                       | compound=Address
State                  | string 80                      | cunfgsp  | State/Province             | compound=Address
PostalCode             | string 20                      | cunfgsp  | Zip/Postal Code            | compound=Address
Country                | string 80                      | cunfgsp  | Country                    | compound=Address
Latitude               | double 18,15                   | cunfsp   | Latitude                   | compound=Address
Longitude              | double 18,15                   | cunfsp   | Longitude                  | compound=Address
GeocodeAccuracy        | picklist 40                    | cunfgspk | Geocode Accuracy           | compound=Address
Address                | address                        | nfpb     | Address
Phone                  | phone 40                       | cunfgsp  | Phone
MobilePhone            | phone 40                       | cunfgsp  | Mobile Phone
Fax                    | phone 40                       | cunfgsp  | Fax
Email                  | email 80                       | cunfgsip | Email
Website                | url 255                        | cunfgsp  | Website
PhotoUrl               | url 255                        | nfgs     | Photo URL                  | extra=imageurl
Description            | textarea 32000                 | cunp     | Description                | extra=plaintextarea
LeadSource             | picklist 255                   | cunfgsp  | Lead Source
Status                 | picklist 255                   | cufgsd   | Status
Industry               | picklist 255                   | cunfgsp  | Industry
Rating                 | picklist 255                   | cunfgsp  | Rating
AnnualRevenue          | currency 18,0                  | cunfsp   | Annual Revenue
NumberOfEmployees      | int 8                          | cunfgsp  | Employees
OwnerId                | reference Group,User           | cufgsd   | Owner ID                   | rel=Owner
HasOptedOutOfEmail     | boolean                        | cufgsdp  | Email Opt Out              | default=false
IsConverted            | boolean                        | cfgsd    | Converted                  | default=false
ConvertedDate          | date                           | nfgs     | Converted Date
ConvertedAccountId     | reference Account              | nfgsh    | Converted Account ID       | rel=ConvertedAccount
ConvertedContactId     | reference Contact              | nfgsh    | Converted Contact ID       | rel=ConvertedContact
ConvertedOpportunityId | reference Opportunity          | nfgsh    | Converted Opportunity ID   | rel=ConvertedOpportunity
IsUnreadByOwner        | boolean                        | cufgsd   | Unread By Owner            | default=true
${auditLines}
LastActivityDate       | date                           | nfgs     | Last Activity
${viewedLines}
Jigsaw                 | string 20                      | cunfgsp  | Data.com Key
JigsawContactId        | string 20                      | nfgs     | Jigsaw Contact ID          | rel=JigsawContact
CleanStatus            | picklist 40                    | cunfgspk | Clean Status
CompanyDunsNumber      | string 9                       | cunfgsp  | Company D-U-N-S Number
DandbCompanyId         | reference DandBCompany         | cunfgsph | D&B Company ID             | rel=DandbCompany
EmailBouncedReason     | string 255                     | cunfgs   | Email Bounced Reason
EmailBouncedDate       | datetime                       | cunfs    | Email Bounced Date
IndividualId           | reference Individual           | cunfgsh  | Individual ID              | rel=Individual
`
})
