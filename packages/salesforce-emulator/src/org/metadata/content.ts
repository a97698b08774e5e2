/** Files: documents, their versions with the bytes, and the records they hang on. */
import { auditLines, deletedLine, idLine, viewedLines } from "./audit-fields.ts"
import { values } from "./picklists.ts"
import { sobject } from "./sobject.ts"

const sharingOption = values("A=Allowed;R=Restricted")
const sharingPrivacy = values("N=Visible to Anyone With Record Access;P=Private on Records")
const publishStatus = values("U=Upload Interrupted;P=Public;R=Personal Library")

export const contentDocument = sobject({
  name: "ContentDocument",
  label: "Content Document",
  keyPrefix: "069",
  can: "query retrieve replicate create update delete undelete search trigger layout feed recent",
  picklists: {
    PublishStatus: publishStatus,
    SharingOption: sharingOption,
    SharingPrivacy: sharingPrivacy
  },
  table: `
${idLine("ContentDocument ID")}
${auditLines}
IsArchived               | boolean                  | ufgsd   | Is Archived                 | default=false
ArchivedById             | reference User           | nfgs    | User ID                     | rel=ArchivedBy
ArchivedDate             | date                     | nfgs    | Archived Date
${deletedLine}
OwnerId                  | reference User           | ufgsd   | Owner ID                    | rel=Owner
Title                    | string 255               | ufgsM   | Title
PublishStatus            | picklist 40              | fgsdk   | Publish Status              | default=P
LatestPublishedVersionId | reference ContentVersion | nfgs    | Latest Published Version ID | rel=LatestPublishedVersion
ParentId                 | reference ContentWorkspace | unfgs | Parent ID                   | rel=Parent
${viewedLines}
Description              | textarea 1000            | unf     | Description                 | extra=plaintextarea
ContentSize              | int 9                    | nfgs    | Size
FileType                 | string 20                | nfgs    | File Type
FileExtension            | string 40                | nfgs    | File Extension
SharingOption            | picklist 40              | unfgsdk | Prevent others from sharing and unsharing
SharingPrivacy           | picklist 40              | ufgsdk  | File Privacy on Records     | default=N
ContentModifiedDate      | datetime                 | nfs     | Content Modified Date
ContentAssetId           | reference ContentAsset   | nfgs    | Asset File ID               | rel=ContentAsset
`
})

export const contentVersion = sobject({
  name: "ContentVersion",
  label: "Content Version",
  keyPrefix: "068",
  can: "query retrieve replicate create update search trigger layout",
  picklists: {
    PublishStatus: publishStatus,
    SharingOption: sharingOption,
    SharingPrivacy: sharingPrivacy,
    Origin: values("C=Content;H=Chatter"),
    ContentLocation: values("S=Salesforce;E=External;L=Social Customer Service")
  },
  table: `
${idLine("ContentVersion ID")}
ContentDocumentId      | reference ContentDocument    | cfgs    | ContentDocument ID          | rel=ContentDocument children=ContentVersions cascade
IsLatest               | boolean                      | fgsd    | Is Latest                   | default=true
ContentUrl             | url 1300                     | cunfs   | Content URL
ContentBodyId          | reference ContentBody        | cnfgs   | Content Body ID             | rel=ContentBody
VersionNumber          | string 20                    | nfgs    | Version Number
Title                  | string 255                   | cufgsM  | Title
Description            | textarea 1000                | cunf    | Description                 | extra=plaintextarea
ReasonForChange        | string 1000                  | cunf    | Reason For Change
SharingOption          | picklist 40                  | cunfgsdk | Prevent others from sharing and unsharing
SharingPrivacy         | picklist 40                  | cunfgsdk | File Privacy on Records
PathOnClient           | string 500                   | cunfs   | Path On Client
RatingCount            | int 9                        | nfgs    | Rating Count
${deletedLine}
ContentModifiedDate    | datetime                     | cnfs    | Content Modified Date
ContentModifiedById    | reference User               | nfgs    | User ID                     | rel=ContentModifiedBy
PositiveRatingCount    | int 9                        | nfgs    | Positive Rating Count
NegativeRatingCount    | int 9                        | nfgs    | Negative Rating Count
FeaturedContentBoost   | int 9                        | nfgs    | Featured Content Boost
FeaturedContentDate    | date                         | nfgs    | Featured Content Date
OwnerId                | reference User               | cufgsd  | Owner ID                    | rel=Owner
${auditLines}
TagCsv                 | textarea 2000                | cun     | Tags                        | extra=plaintextarea
FileType               | string 20                    | fgs     | File Type
PublishStatus          | picklist 40                  | fgsdk   | Publish Status              | default=P
VersionData            | base64                       | cun     | Version Data
ContentSize            | int 9                        | nfgs    | Size
FileExtension          | string 40                    | nfgs    | File Extension
FirstPublishLocationId | reference Account,Case,Contact,Lead,Opportunity,Organization,User | cnfgs | First Publish Location ID | rel=FirstPublishLocation
Origin                 | picklist 40                  | cfgsdk  | Content Origin              | default=C
ContentLocation        | picklist 40                  | cfgsdk  | Content Location            | default=S
TextPreview            | string 255                   | nfgs    | Text Preview
ExternalDocumentInfo1  | string 1000                  | cunf    | External Document Info1
ExternalDocumentInfo2  | string 1000                  | cunf    | External Document Info2
ExternalDataSourceId   | reference ExternalDataSource | cnfgs   | External Data Source ID     | rel=ExternalDataSource
Checksum               | string 50                    | nfgs    | Checksum
IsMajorVersion         | boolean                      | cfgsd   | Major Version               | default=true
IsAssetEnabled         | boolean                      | cufgsd  | Asset File Enabled          | default=false
VersionDataUrl         | url 1300                     | nfs     | Version Data URL
`
})

export const contentDocumentLink = sobject({
  name: "ContentDocumentLink",
  label: "Content Document Link",
  keyPrefix: "06A",
  can: "query retrieve create update delete trigger",
  picklists: {
    ShareType: values("V=Viewer;C=Collaborator;I=Inferred"),
    Visibility: values("AllUsers=All Users;InternalUsers=Standard Users;SharedUsers=Shared Users")
  },
  table: `
${idLine("ContentDocumentLink ID")}
LinkedEntityId    | reference Account,Case,Contact,Lead,Opportunity,Organization,User | cufgs | Linked Entity ID | rel=LinkedEntity children=ContentDocumentLinks cascade
ContentDocumentId | reference ContentDocument | cufgs  | ContentDocument ID | rel=ContentDocument children=ContentDocumentLinks cascade
${deletedLine}
SystemModstamp    | datetime                  | fsd    | System Modstamp
ShareType         | picklist 40               | cufgsk | Share Type
Visibility        | picklist 40               | cufgsdk | Visibility
`
})
