/** Contact as a developer org has it. `Name` is put together from first and last name. */
import type { SObject } from "../field.ts"
import { fieldsFromTable } from "./field-table.ts"
import { contactPicklists } from "./picklists.ts"
import { standardTraits } from "./standard-traits.ts"

const fields = `
Id                     | id                   | fgsid    | Contact ID
IsDeleted              | boolean              | fgsd     | Deleted
MasterRecordId         | reference Contact    | nfgs     | Master Record ID                | rel=MasterRecord
AccountId              | reference Account    | cunfgsph | Account ID                      | rel=Account children=Contacts cascade
LastName               | string 80            | cufgs    | Last Name                       | compound=Name extra=personname
FirstName              | string 40            | cunfgs   | First Name                      | compound=Name extra=personname
Salutation             | picklist 40          | cunfgs   | Salutation                      | compound=Name extra=personname
Name                   | string 121           | fgsM     | Full Name                       | extra=personname
OtherStreet            | textarea 255         | cunfgsp  | Other Street                    | compound=OtherAddress extra=plaintextarea
OtherCity              | string 40            | cunfgsp  | Other City                      | compound=OtherAddress
OtherState             | string 80            | cunfgsp  | Other State/Province            | compound=OtherAddress
OtherPostalCode        | string 20            | cunfgsp  | Other Zip/Postal Code           | compound=OtherAddress
OtherCountry           | string 80            | cunfgsp  | Other Country                   | compound=OtherAddress
OtherLatitude          | double 18,15         | cunfsp   | Other Latitude                  | compound=OtherAddress
OtherLongitude         | double 18,15         | cunfsp   | Other Longitude                 | compound=OtherAddress
OtherGeocodeAccuracy   | picklist 40          | cunfgspk | Other Geocode Accuracy          | compound=OtherAddress
OtherAddress           | address              | nfpb     | Other Address
MailingStreet          | textarea 255         | cunfgsp  | Mailing Street                  | compound=MailingAddress extra=plaintextarea
MailingCity            | string 40            | cunfgsp  | Mailing City                    | compound=MailingAddress
MailingState           | string 80            | cunfgsp  | Mailing State/Province          | compound=MailingAddress
MailingPostalCode      | string 20            | cunfgsp  | Mailing Zip/Postal Code         | compound=MailingAddress
MailingCountry         | string 80            | cunfgsp  | Mailing Country                 | compound=MailingAddress
MailingLatitude        | double 18,15         | cunfsp   | Mailing Latitude                | compound=MailingAddress
MailingLongitude       | double 18,15         | cunfsp   | Mailing Longitude               | compound=MailingAddress
MailingGeocodeAccuracy | picklist 40          | cunfgspk | Mailing Geocode Accuracy        | compound=MailingAddress
MailingAddress         | address              | nfpb     | Mailing Address
Phone                  | phone 40             | cunfgsp  | Business Phone
Fax                    | phone 40             | cunfgsp  | Business Fax
MobilePhone            | phone 40             | cunfgsp  | Mobile Phone
HomePhone              | phone 40             | cunfgsp  | Home Phone
OtherPhone             | phone 40             | cunfgsp  | Other Phone
AssistantPhone         | phone 40             | cunfgsp  | Asst. Phone
ReportsToId            | reference Contact    | cunfgsph | Reports To ID                   | rel=ReportsTo
Email                  | email 80             | cunfgsip | Email
Title                  | string 128           | cunfgsp  | Title
Department             | string 80            | cunfgsp  | Department
AssistantName          | string 40            | cunfgsp  | Assistant's Name
LeadSource             | picklist 255         | cunfgsp  | Lead Source
Birthdate              | date                 | cunfgsp  | Birthdate
Description            | textarea 32000       | cunp     | Contact Description             | extra=plaintextarea
OwnerId                | reference User       | cufgsd   | Owner ID                        | rel=Owner
CreatedDate            | datetime             | fsd      | Created Date
CreatedById            | reference User       | fgsd     | Created By ID                   | rel=CreatedBy
LastModifiedDate       | datetime             | fsd      | Last Modified Date
LastModifiedById       | reference User       | fgsd     | Last Modified By ID             | rel=LastModifiedBy
SystemModstamp         | datetime             | fsd      | System Modstamp
LastActivityDate       | date                 | nfgs     | Last Activity
LastCURequestDate      | datetime             | nfs      | Last Stay-in-Touch Request Date
LastCUUpdateDate       | datetime             | nfs      | Last Stay-in-Touch Save Date
LastViewedDate         | datetime             | nfs      | Last Viewed Date
LastReferencedDate     | datetime             | nfs      | Last Referenced Date
EmailBouncedReason     | string 255           | cunfgs   | Email Bounced Reason
EmailBouncedDate       | datetime             | cunfs    | Email Bounced Date
IsEmailBounced         | boolean              | fgsd     | Is Email Bounced
PhotoUrl               | url 255              | nfgs     | Photo URL                       | extra=imageurl
Jigsaw                 | string 20            | cunfgsp  | Data.com Key
JigsawContactId        | string 20            | nfgs     | Jigsaw Contact ID               | rel=JigsawContact
CleanStatus            | picklist 40          | cunfgspk | Clean Status
IndividualId           | reference Individual | cunfgsh  | Individual ID                   | rel=Individual
`

export const contact: SObject = {
  name: "Contact",
  label: "Contact",
  labelPlural: "Contacts",
  keyPrefix: "003",
  custom: false,
  traits: { ...standardTraits, mergeable: true },
  fields: fieldsFromTable(fields, contactPicklists),
  derived: { Name: "concat_ws(' ', FirstName, LastName)" }
}
