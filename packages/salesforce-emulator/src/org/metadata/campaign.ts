/** Campaign, and who takes part in it. Deleted members are gone at once: they pass no recycle bin. */
import { auditLines, deletedLine, idLine, viewedLines } from "./audit-fields.ts"
import { contactPicklists, source, values } from "./picklists.ts"
import { sobject } from "./sobject.ts"

export const campaign = sobject({
  name: "Campaign",
  label: "Campaign",
  keyPrefix: "701",
  can: "query retrieve replicate create update delete undelete search trigger layout recent clone",
  picklists: {
    Type: values(
      "Conference;Webinar;Trade Show;Public Relations;Partners;Referral Program;Advertisement;Banner Ads;Direct Mail;Email;Telemarketing;Other"
    ),
    Status: values("Planned*;In Progress;Completed;Aborted")
  },
  table: `
${idLine("Campaign ID")}
${deletedLine}
Name                       | string 80            | cufgsM   | Name
ParentId                   | reference Campaign   | cunfgsph | Parent Campaign ID           | rel=Parent children=ChildCampaigns
Type                       | picklist 255         | cunfgsp  | Type
Status                     | picklist 255         | cunfgsdp | Status
StartDate                  | date                 | cunfgsp  | Start Date
EndDate                    | date                 | cunfgsp  | End Date
ExpectedRevenue            | currency 18,0        | cunfsp   | Expected Revenue
BudgetedCost               | currency 18,0        | cunfsp   | Budgeted Cost
ActualCost                 | currency 18,0        | cunfsp   | Actual Cost
ExpectedResponse           | percent 10,2         | cunfsdp  | Expected Response (%)
NumberSent                 | double 18,0          | cunfsdp  | Num Sent
IsActive                   | boolean              | cufgsdp  | Active                       | default=false
Description                | textarea 32000       | cunp     | Description                  | extra=plaintextarea
NumberOfLeads              | int 9                | fgsdp    | Leads in Campaign | rollup=COUNT(CampaignMember.LeadId)
NumberOfConvertedLeads     | int 9                | fgsdp    | Converted Leads in Campaign | default=0
NumberOfContacts           | int 9                | fgsdp    | Contacts in Campaign | rollup=COUNT(CampaignMember.ContactId)
NumberOfResponses          | int 9                | fgsdp    | Responses in Campaign | rollup=COUNT(CampaignMember?HasResponded)
NumberOfOpportunities      | int 9                | fgsdp    | Opportunities in Campaign | rollup=COUNT(Opportunity)
NumberOfWonOpportunities   | int 9                | fgsdp    | Won Opportunities in Campaign | rollup=COUNT(Opportunity?IsWon)
AmountAllOpportunities     | currency 18,0        | fsdp     | Value Opportunities in Campaign | rollup=SUM(Opportunity.Amount)
AmountWonOpportunities     | currency 18,0        | fsdp     | Value Won Opportunities in Campaign | rollup=SUM(Opportunity.Amount?IsWon)
OwnerId                    | reference User       | cufgsd   | Owner ID                     | rel=Owner
${auditLines}
LastActivityDate           | date                 | nfgs     | Last Activity
${viewedLines}
CampaignMemberRecordTypeId | reference RecordType | cunfgsh  | Record Type ID               | rel=CampaignMemberRecordType
`
})

export const campaignMember = sobject({
  name: "CampaignMember",
  label: "Campaign Member",
  keyPrefix: "00v",
  deletesForGood: true,
  can: "query retrieve replicate create update delete trigger layout",
  urlKeys: ["compactLayouts", "rowTemplate", "describe", "layouts", "sobject"],
  picklists: {
    Status: values("Sent*;Responded"),
    Salutation: contactPicklists.Salutation,
    LeadSource: source
  },
  derived: {
    HasResponded: "coalesce(Status = 'Responded', false)",
    Type: "CASE WHEN LeadId IS NOT NULL THEN 'Lead' WHEN ContactId IS NOT NULL THEN 'Contact' END",
    LeadOrContactId: "coalesce(LeadId, ContactId)"
  },
  table: `
${idLine("Campaign Member ID")}
${deletedLine}
CampaignId           | reference Campaign     | cfgsh   | Campaign ID             | rel=Campaign children=CampaignMembers cascade
LeadId               | reference Lead         | cnfgsh  | Lead ID                 | rel=Lead children=CampaignMembers cascade
ContactId            | reference Contact      | cnfgsh  | Contact ID              | rel=Contact children=CampaignMembers cascade
Status               | picklist 40            | cunfgsd | Status
HasResponded         | boolean                | fgsd    | Responded               | default=false
${auditLines}
FirstRespondedDate   | date                   | nfgs    | First Responded Date
Salutation           | picklist 40            | nfgs    | Salutation              | mirror=Lead.Salutation,Contact.Salutation
Name                 | string 255             | nfgsM   | Name                    | mirror=Lead.Name,Contact.Name
FirstName            | string 40              | nfgs    | First Name              | mirror=Lead.FirstName,Contact.FirstName
LastName             | string 80              | nfgs    | Last Name               | mirror=Lead.LastName,Contact.LastName
Title                | string 128             | nfgs    | Title                   | mirror=Lead.Title,Contact.Title
Street               | textarea 255           | nfgs    | Street                  | mirror=Lead.Street,Contact.MailingStreet extra=plaintextarea
City                 | string 40              | nfgs    | City                    | mirror=Lead.City,Contact.MailingCity
State                | string 80              | nfgs    | State/Province          | mirror=Lead.State,Contact.MailingState
PostalCode           | string 20              | nfgs    | Zip/Postal Code         | mirror=Lead.PostalCode,Contact.MailingPostalCode
Country              | string 80              | nfgs    | Country                 | mirror=Lead.Country,Contact.MailingCountry
Email                | email 80               | nfgs    | Email                   | mirror=Lead.Email,Contact.Email
Phone                | phone 40               | nfgs    | Phone                   | mirror=Lead.Phone,Contact.Phone
Fax                  | phone 40               | nfgs    | Fax                     | mirror=Lead.Fax,Contact.Fax
MobilePhone          | phone 40               | nfgs    | Mobile                  | mirror=Lead.MobilePhone,Contact.MobilePhone
Description          | textarea 32000         | n       | Description             | mirror=Lead.Description,Contact.Description extra=plaintextarea
DoNotCall            | boolean                | fgsd    | Do Not Call             | default=false
HasOptedOutOfEmail   | boolean                | fgsd    | Email Opt Out           | default=false
HasOptedOutOfFax     | boolean                | fgsd    | Fax Opt Out             | default=false
LeadSource           | picklist 255           | nfgs    | Lead Source             | mirror=Lead.LeadSource,Contact.LeadSource
CompanyOrAccount     | string 255             | nfgs    | Company (Account)       | mirror=Lead.Company,Contact.Account.Name
Type                 | string 40              | nfgs    | Type
LeadOrContactId      | reference Contact,Lead | nfgsh   | Related Record ID       | rel=LeadOrContact
LeadOrContactOwnerId | reference Group,User   | nfgs    | Related Record Owner ID | mirror=Lead.OwnerId,Contact.OwnerId rel=LeadOrContactOwner
`
})
